"""What citizens' pages keep besides the registry: codes sent, and how often somebody tried."""

from django.db import models

from registry.models import Person


class OneTimeCode(models.Model):
    """The one live code of an address for a purpose; a newer one takes its place.

    The address stands only as its blind index, the code only as a keyed hash. All moments are
    real time: whoever waits for a code waits in real minutes, in a drill too.
    """

    channel = models.CharField(max_length=8)
    address_index = models.BinaryField(max_length=16)
    purpose = models.CharField(max_length=12)
    code_hash = models.BinaryField(max_length=16)
    wave_ref = models.BigIntegerField(help_text="The wave that brings it.")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_index", "channel", "purpose"], name="code_one_live"
            )
        ]

    def __str__(self) -> str:
        return f"code {self.pk} for {self.purpose}"


class Tally(models.Model):
    """How often something was done in one stretch of real time: what limits count by.

    `key` is the blind index of whoever did it, or to whom; `slot` numbers the stretch.
    """

    name = models.CharField(max_length=20)
    key = models.BinaryField(max_length=16)
    slot = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name", "slot"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.slot}: {self.count}"


class Asking(models.Model):
    """How often somebody was asked in vain to confirm what is registered, and when last."""

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    times = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"person {self.person_id} asked {self.times} times"


class WeChatBinding(models.Model):
    """A wish to bind a WeChat account: the scene of one QR code, good once and for minutes.

    The scene is 128 random bits and stands only as a hash. `address_index` is the account that
    scanned it first; `others` counts further accounts that did, which are not bound.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="wechat_bindings")
    scene_hash = models.BinaryField(max_length=16, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Real time.")
    used_at = models.DateTimeField(null=True)
    address_index = models.BinaryField(max_length=16, null=True)
    others = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="binding_by_expiry")]

    def __str__(self) -> str:
        return f"binding {self.pk} of person {self.person_id}"


class WeChatSignIn(models.Model):
    """A wish to sign in by WeChat: the scene of one QR code, shown to one browser session, which
    alone knows the number of this row. All moments are real time.

    The scene is 128 random bits and stands only as a hash; `address_index` is the one account that
    scanned it. Only `proved_at`, the account's code typed into that browser, lets anybody in.
    """

    scene_hash = models.BinaryField(max_length=16, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True, help_text="Real time.")
    scanned_at = models.DateTimeField(null=True)
    address_index = models.BinaryField(max_length=16, null=True)
    asked_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in {self.pk} by WeChat"
