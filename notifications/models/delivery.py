"""送达记录: one message to one address, and everything that was tried."""

from django.db import models

from config.kernel import clock
from config.kernel.fields import EncryptedTextField
from notifications.models.wave import Wave
from notifications.states import BatchState, DeliveryState, Outcome


class Batch(models.Model):
    """Some hundreds of deliveries of one channel that one worker takes at a time.

    Holding is a conditional UPDATE that raises `epoch`; what a holder writes later counts only
    while the epoch is still its own. `untold` says that some delivery has news for the floors
    above. All times here are real time, not scenario time: they guard against dead processes.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="batches")
    channel = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=7, choices=BatchState, default=BatchState.WAITING)
    epoch = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(help_text="Before this nobody takes it.")
    rung_at = models.DateTimeField(null=True, help_text="When a worker was last told of it.")
    untold = models.BooleanField(default=False)
    doubt_at = models.DateTimeField(null=True, help_text="Since when a delivery is in doubt.")
    # What waits is counted by batches: deliveries are too many to be counted every few seconds.
    size = models.PositiveIntegerField(default=0, help_text="Deliveries written into it.")
    made_at = models.DateTimeField(default=clock.real_now)

    class Meta:
        indexes = [
            models.Index(
                fields=["priority", "id"],
                name="batch_open",
                condition=~models.Q(state="done"),
            ),
            models.Index(fields=["id"], name="batch_untold", condition=models.Q(untold=True)),
            models.Index(
                fields=["doubt_at"], name="batch_in_doubt", condition=~models.Q(doubt_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Delivery(models.Model):
    """Unique by (wave, channel, address). `key` goes to the provider as idempotency key.

    `epoch` is the batch's epoch under which it was last called. `covers` counts the persons this
    address speaks for. `told_state` is the last state that was told upward (signals), so that
    nothing is told twice and nothing is forgotten.
    """

    # Every index is written for every message; the unique key below serves the address too.
    # And every foreign key that the database checks is a look-up for every message: those that
    # are written beside what they refer to, and never changed, have no constraint.
    wave = models.ForeignKey(
        Wave, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="deliveries", db_constraint=False
    )
    channel = models.CharField(max_length=8)
    address = EncryptedTextField(purpose="address")
    address_index = models.BinaryField(max_length=16)
    language = models.CharField(max_length=8)
    covers = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=24)
    token_hash = models.BinaryField(max_length=16, null=True)
    state = models.CharField(max_length=11, choices=DeliveryState, default=DeliveryState.PENDING)
    epoch = models.IntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    possible_duplicate = models.BooleanField(default=False)
    gateway = models.CharField(max_length=20, default="")
    provider_ref = models.CharField(max_length=64, default="")
    provider_code = models.CharField(max_length=40, default="")
    called_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    told_state = models.CharField(max_length=11, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_index", "channel", "wave"], name="delivery_once_a_wave_and_address"
            ),
            # Not unique=True: that adds an index for LIKE.
            models.UniqueConstraint(fields=["key"], name="delivery_key_once"),
            # Most messages have no link: they stand in no index for it.
            models.UniqueConstraint(
                fields=["token_hash"],
                name="delivery_token_once",
                condition=models.Q(token_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class DeliveryPerson(models.Model):
    """Whom one delivery speaks for. `is_owner`: the address is this person's own."""

    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.CASCADE,
        related_name="persons",
        db_index=False,
        db_constraint=False,
    )
    person_ref = models.BigIntegerField(db_index=True)
    is_owner = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "person_ref"], name="delivery_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} covers {self.person_ref}"


class Attempt(models.Model):
    """One call to a provider and what it came to. Append-only.

    Receipts that name a message by the provider's own reference are found through here, whichever
    call of the delivery it was, and an outcome touches no index of the delivery.
    """

    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.CASCADE,
        related_name="attempts_made",
        db_index=False,
        db_constraint=False,
    )
    epoch = models.IntegerField()
    gateway = models.CharField(max_length=20)
    outcome = models.CharField(max_length=8, choices=Outcome)
    http_status = models.SmallIntegerField(null=True)
    provider_ref = models.CharField(max_length=64, default="")
    provider_code = models.CharField(max_length=40, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["provider_ref"],
                name="attempt_by_provider_ref",
                condition=~models.Q(provider_ref=""),
            )
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk} {self.outcome}"
