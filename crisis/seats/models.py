"""意愿与席位: who wants to go, with whom, how ready they are, and what they were offered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.seats.states import KeptBack, OfferState, Papers, Priority, TravellerAct, Visa, Wish
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Journey, Place
from crisis.transports.states import PlaceClass


class Party(models.Model):
    """同行组: people who are never split over transports unless an officer parts them. `number` is
    what officers call it by. `reason` is why an officer joined or parted it; empty for a household.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="parties"
    )
    number = models.PositiveIntegerField(_("同行组"))
    reason = EncryptedTextField(_("理由"), purpose="seats.party.reason", blank=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        verbose_name = _("同行组")
        verbose_name_plural = _("同行组")
        constraints = [
            models.UniqueConstraint(fields=["operation", "number"], name="party_number_once")
        ]

    def __str__(self) -> str:
        return f"party {self.number}"


class Traveller(models.Model):
    """One person in one operation.

    `priority` follows from the roll call and the registry, `ordered_priority` is an officer's,
    with a reason that is logged; the second counts where there is one (`effective_priority`).
    `assembly` is the nearest assembly point. `kept_back` says why this person must not travel yet,
    whatever room there is; empty where nothing stands against it. What is read from the registry
    (class, papers, what stands against it) stays as an officer set it where `class_by`,
    `papers_by` or `kept_by` names one. `asked_at` is when they first asked; empty for a child who
    comes with the family.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="travellers"
    )
    person_ref = models.BigIntegerField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="travellers")
    wish = models.CharField(_("意愿"), max_length=8, choices=Wish, default=Wish.GOING)
    place_class = models.CharField(
        _("席位类别"), max_length=10, choices=PlaceClass, default=PlaceClass.SEAT
    )
    priority = models.CharField(_("优先级"), max_length=20, choices=Priority)
    ordered_priority = models.CharField(
        _("官员定的优先级"), max_length=20, choices=Priority, blank=True
    )
    order_reason = EncryptedTextField(
        _("调整理由"), purpose="seats.traveller.order_reason", blank=True
    )
    ordered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    papers = models.CharField(_("证件"), max_length=8, choices=Papers, default=Papers.UNKNOWN)
    visa = models.CharField(_("签证"), max_length=10, choices=Visa, default=Visa.UNKNOWN)
    kept_back = models.CharField(_("暂不能走"), max_length=12, choices=KeptBack, blank=True)
    kept_reason = EncryptedTextField(
        _("暂留理由"), purpose="seats.traveller.kept_reason", blank=True
    )
    kept_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    papers_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    class_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    assembly = models.ForeignKey(
        Place, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("集合点")
    )
    asked_at = models.DateTimeField(_("提出时间"), null=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("撤离人员")
        verbose_name_plural = _("撤离人员")
        constraints = [
            models.UniqueConstraint(fields=["operation", "person_ref"], name="traveller_once")
        ]

    def __str__(self) -> str:
        return f"traveller {self.person_ref}"

    @property
    def effective_priority(self) -> Priority:
        return Priority(self.ordered_priority or self.priority)


_VALUES: dict[str, dict[str, object]] = {
    TravellerAct.WISH: dict(Wish.choices),
    TravellerAct.PRIORITY: dict(Priority.choices),
    TravellerAct.PLACE_CLASS: dict(PlaceClass.choices),
    TravellerAct.PAPERS: dict(Papers.choices),
    TravellerAct.VISA: dict(Visa.choices),
    TravellerAct.KEPT_BACK: dict(KeptBack.choices),
}


class TravellerEvent(models.Model):
    """One act on a traveller, with the officer's reason. Append-only."""

    traveller = models.ForeignKey(Traveller, on_delete=models.CASCADE, related_name="events")
    act = models.CharField(_("操作"), max_length=12, choices=TravellerAct)
    value = models.CharField(max_length=20, blank=True)
    reason = EncryptedTextField(_("理由"), purpose="seats.event.reason", blank=True)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("意愿与席位记录")
        verbose_name_plural = _("意愿与席位记录")

    def __str__(self) -> str:
        return f"{self.act} {self.traveller_id}"

    @property
    def words(self) -> str:
        """What it was changed to, as pages say it."""
        said = _VALUES.get(self.act, {}).get(self.value, "")
        is_party = self.act in (TravellerAct.JOINED, TravellerAct.SPLIT)
        return self.value if is_party else str(said)


class Gathering(models.Model):
    """How far the roll call was read for an operation: lines up to `fresh_line` as they came, up
    to `settled_line` once more, for what was committed late; everybody at `whole_at`."""

    operation = models.OneToOneField(
        EvacuationOperation, primary_key=True, on_delete=models.PROTECT, related_name="gathering"
    )
    fresh_line = models.BigIntegerField(default=0)
    settled_line = models.BigIntegerField(default=0)
    whole_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"gathering of {self.operation_id}"


class Offer(models.Model):
    """席位邀约: a place offered to a party, with a deadline (UTC). A party has one live offer at a
    time. `wave_ref` is the alert wave that carried it; `answer_key` what answered it, `answered_at`
    when that was said. `passage_ref` is the wave that told a confirmed party where to be, last at
    `told_at`, and `farewell_ref` the one that told a party that its place is gone. `late_at`: they
    confirmed when the place had passed on; `unclear_at`: an answer came that only a call can make
    clear.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="offers"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="offers")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(
        _("状态"), max_length=9, choices=OfferState, default=OfferState.OFFERED
    )
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(_("发出时间"))
    deadline_at = models.DateTimeField(_("确认时限"))
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answer_key = models.CharField(max_length=60, blank=True)
    wave_ref = models.BigIntegerField(null=True)
    passage_ref = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    farewell_ref = models.BigIntegerField(null=True)
    late_at = models.DateTimeField(_("逾时后确认"), null=True)
    unclear_at = models.DateTimeField(_("答复不明"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    end_reason = EncryptedTextField(_("收回理由"), purpose="seats.offer.end_reason", blank=True)

    class Meta:
        ordering = ["deadline_at", "pk"]
        verbose_name = _("席位邀约")
        verbose_name_plural = _("席位邀约")
        constraints = [
            models.UniqueConstraint(
                fields=["party"],
                condition=models.Q(state__in=["offered", "confirmed"]),
                name="offer_live_once",
            )
        ]
        indexes = [models.Index(fields=["state", "deadline_at"], name="offer_due")]

    def __str__(self) -> str:
        return f"offer {self.pk}"
