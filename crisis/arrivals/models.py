"""抵达与安置: who arrived where, who stays at a safe haven, and to whom they were handed over."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.arrivals.states import LeftAs, Province, Telling
from crisis.boarding.models import WalkIn
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.transports.models import Place, Transport


class Arrival(models.Model):
    """Somebody was seen to arrive at a place, by a transport or otherwise. Never changed; one that
    was recorded by mistake is taken back (`undone_at`) and counts no more.

    Either a person or a walk-in (at a gate or here), who is a person too once they are matched.
    `line_ref` is of whom the roll call has a line of this arrival, `lines` how many were written.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="arrived")
    transport = models.ForeignKey(
        Transport, null=True, on_delete=models.PROTECT, related_name="arrived"
    )
    person_ref = models.BigIntegerField(null=True)
    walk_in = models.ForeignKey(WalkIn, null=True, on_delete=models.PROTECT, related_name="arrived")
    line_ref = models.BigIntegerField(null=True)
    lines = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(_("抵达时间"))
    recorded_at = models.DateTimeField(_("记录时间"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("抵达记录")
        verbose_name_plural = _("抵达记录")
        constraints = [
            models.CheckConstraint(
                name="arrival_of_somebody",
                condition=Q(person_ref__isnull=False, walk_in=None)
                | Q(person_ref=None, walk_in__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["transport", "person_ref"],
                condition=Q(undone_at=None, transport__isnull=False, person_ref__isnull=False),
                name="arrival_by_transport_once",
            ),
            models.UniqueConstraint(
                fields=["transport", "walk_in"],
                condition=Q(undone_at=None, transport__isnull=False, walk_in__isnull=False),
                name="arrival_walk_in_once",
            ),
            models.UniqueConstraint(
                fields=["place", "person_ref"],
                condition=Q(undone_at=None, transport=None, person_ref__isnull=False),
                name="arrival_otherwise_once",
            ),
            models.UniqueConstraint(
                fields=["place", "walk_in"],
                condition=Q(undone_at=None, transport=None, walk_in__isnull=False),
                name="arrival_walk_in_otherwise_once",
            ),
        ]
        indexes = [models.Index(fields=["place", "person_ref"], name="arrival_at_place")]

    def __str__(self) -> str:
        return f"arrival {self.pk}"

    @property
    def whose(self) -> int | None:
        """The person's reference, as far as it is known who they are."""
        return self.walk_in.person_ref if self.walk_in else self.person_ref

    @property
    def line(self) -> str:
        """The key of its newest line in the roll call."""
        return f"arrival:{self.pk}:{self.lines}"


class Stay(models.Model):
    """安置: one person at one safe haven, from their arrival until they go on or are handed over.

    `minor`: under eighteen, by the registry or by an officer's eye. `bed` is what the haven calls
    it. `onward` is the transport that takes them further, planned or taken. `province` is where
    they are to go home to. `left_with` names whoever took them over (unit and name), or who went
    with a minor.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stays")
    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="stay")
    person_ref = models.BigIntegerField(null=True)
    walk_in = models.ForeignKey(WalkIn, null=True, on_delete=models.PROTECT, related_name="stays")
    since = models.DateTimeField(_("入住时间"))
    minor = models.BooleanField(_("未满18周岁"), default=False)
    bed = models.CharField(_("床位"), max_length=20, blank=True)
    food = EncryptedTextField(_("饮食"), purpose="arrivals.stay.food", blank=True)
    medicine = EncryptedTextField(_("用药"), purpose="arrivals.stay.medicine", blank=True)
    needs = EncryptedTextField(_("需要"), purpose="arrivals.stay.needs", blank=True)
    onward = models.ForeignKey(
        Transport,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("下一程"),
    )
    province = models.CharField(_("户籍地"), max_length=2, choices=Province, blank=True)
    left_at = models.DateTimeField(_("离开时间"), null=True)
    left_as = models.CharField(_("去向"), max_length=8, choices=LeftAs, blank=True)
    left_with = EncryptedTextField(_("接收人"), purpose="arrivals.stay.left_with", blank=True)
    left_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["since", "pk"]
        verbose_name = _("安置")
        verbose_name_plural = _("安置")
        constraints = [
            models.UniqueConstraint(
                fields=["place", "bed"],
                condition=Q(left_at=None) & ~Q(bed=""),
                name="stay_bed_once",
            ),
            models.UniqueConstraint(
                fields=["place", "person_ref"],
                condition=Q(left_at=None, person_ref__isnull=False),
                name="stay_once",
            ),
            models.UniqueConstraint(
                fields=["place", "walk_in"],
                condition=Q(left_at=None, walk_in__isnull=False),
                name="stay_walk_in_once",
            ),
            models.CheckConstraint(
                name="stay_left_whole",
                condition=Q(left_at=None, left_as="", left_by=None)
                | (Q(left_at__isnull=False) & ~Q(left_as="")),
            ),
        ]

    def __str__(self) -> str:
        return f"stay {self.pk}"

    @property
    def whose(self) -> int | None:
        """The person's reference, as far as it is known who they are."""
        return self.walk_in.person_ref if self.walk_in else self.person_ref


class Guardian(models.Model):
    """The one person to whom a lone minor may be given. `basis` says how it was checked that they
    are the guardian. Whoever comes for the child shows the document that is named here."""

    stay = models.OneToOneField(Stay, on_delete=models.CASCADE, related_name="guardian")
    name = EncryptedTextField(_("姓名"), purpose="arrivals.guardian.name")
    relation = EncryptedTextField(_("关系"), purpose="arrivals.guardian.relation")
    document = EncryptedTextField(_("证件号码"), purpose="arrivals.guardian.document")
    phone = EncryptedTextField(_("电话"), purpose="arrivals.guardian.phone", blank=True)
    basis = EncryptedTextField(_("核实方式"), purpose="arrivals.guardian.basis")
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        verbose_name = _("监护人")
        verbose_name_plural = _("监护人")

    def __str__(self) -> str:
        return f"guardian of stay {self.stay_id}"


class FamilyNotice(models.Model):
    """Somebody's family is to hear that they have arrived: once in an incident. Written with the
    arrival, worked off by the sweep, and again when the person agrees later."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="family_notices")
    person_ref = models.BigIntegerField()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("告知家人"), max_length=10, choices=Telling, default=Telling.WAITING)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    wave_ref = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("告知家人")
        verbose_name_plural = _("告知家人")
        constraints = [
            models.UniqueConstraint(fields=["incident", "person_ref"], name="family_notice_once")
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="family_notice_waiting")
        ]

    def __str__(self) -> str:
        return f"notice about {self.person_ref}"
