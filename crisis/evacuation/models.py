"""撤离名单: drafted from the roll call, sealed by a planner, never changed after."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.allocation.models import Plan
from crisis.evacuation.states import LegalGround, ReleaseState
from crisis.incidents.models import Incident
from crisis.seats.states import Priority
from crisis.staff.models import User
from crisis.transports.models import Transport
from crisis.transports.states import PlaceClass


class Manifest(models.Model):
    """One version of an incident's manifest. Sealed versions carry a hash over their rows. `plan`
    is the one that it was drawn from; without one it was drawn from the roll call."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SEALED = "sealed", _("已封存")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="manifests")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="manifests")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    sealed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["incident", "-version"]
        verbose_name = _("撤离名单")
        verbose_name_plural = _("撤离名单")
        constraints = [
            models.UniqueConstraint(fields=["incident", "version"], name="manifest_version_once"),
            models.CheckConstraint(
                name="manifest_sealed_whole",
                condition=models.Q(state="draft", sealed_at=None, sealed_by=None, content_hash="")
                | (
                    models.Q(state="sealed", sealed_at__isnull=False, sealed_by__isnull=False)
                    & ~models.Q(content_hash="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"manifest {self.incident_id} v{self.version}"


KEY_PURPOSE = "evacuation.entry.key"


class ManifestEntry(models.Model):
    """One person on one version. `sealed_row` is the person's data as it stood: JSON, encrypted
    under a key of this entry's own, so that rotating the installation's keys changes no manifest.
    """

    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    person_ref = models.BigIntegerField()
    party = models.PositiveIntegerField(help_text="Entries of one party travel together.")
    priority = models.CharField(max_length=20, choices=Priority)
    sealed_row = models.BinaryField(db_column="row")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["manifest", "person_ref"], name="manifest_person_once"),
            models.UniqueConstraint(fields=["manifest", "position"], name="manifest_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.manifest_id}"


class ManifestLeg(models.Model):
    """One transport that an entry's person takes, and the class of place there; `position` counts
    their legs from 1. An entry without legs says that the person is to go, not yet on what."""

    entry = models.ForeignKey(ManifestEntry, on_delete=models.CASCADE, related_name="legs")
    position = models.PositiveSmallIntegerField()
    transport = models.ForeignKey(Transport, on_delete=models.PROTECT, related_name="listed")
    place_class = models.CharField(max_length=10, choices=PlaceClass)

    class Meta:
        ordering = ["entry", "position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="manifest_leg_once"),
            models.UniqueConstraint(fields=["entry", "transport"], name="manifest_transport_once"),
        ]

    def __str__(self) -> str:
        return f"leg {self.position} of {self.entry_id}"


class EntryKey(models.Model):
    """The key of one entry. Erasing a person deletes it: the sealed manifest stays as it is, and
    of that entry nothing can be read any more but its place."""

    entry = models.OneToOneField(
        ManifestEntry, primary_key=True, on_delete=models.CASCADE, related_name="own_key"
    )
    key = EncryptedTextField(purpose=KEY_PURPOSE)

    def __str__(self) -> str:
        return f"key of entry {self.entry_id}"


class Pseudonymised(models.Model):
    """A sealed manifest after people on it were erased: how many were, and the hash over what can
    still be read. Written only where the rows were intact before."""

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="erasures")
    at = models.DateTimeField()
    people = models.PositiveIntegerField(help_text="All those erased so far.")
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.people} erased from manifest {self.manifest_id}"


class Release(models.Model):
    """对外提供授权: what lets a manifest go to a receiver outside the mainland. It names the
    receiver, what they get (`profile`; one transport or all), until when, and on what ground.

    Whoever asked may decide alone for so few people that one officer may alert them alone
    (blueprint promise 8); `people` is how many it was decided for. Such a release waits for a
    second officer's review, and ends to hold when more people are listed.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="releases")
    profile = models.CharField(_("接收方类型"), max_length=12)
    receiver = models.CharField(_("接收单位"), max_length=200)
    country = models.CharField(_("接收单位所在国家或地区"), max_length=2)
    transport = models.ForeignKey(
        Transport, null=True, blank=True, on_delete=models.PROTECT, related_name="releases",
        verbose_name=_("运输工具"),
    )  # fmt: skip
    basis = models.CharField(_("法律依据"), max_length=12, choices=LegalGround)
    grounds = models.CharField(_("理由"), max_length=300)
    state = models.CharField(
        _("状态"), max_length=8, choices=ReleaseState, default=ReleaseState.WAITING
    )
    people = models.PositiveIntegerField(_("人数"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("申请时间"))
    valid_until = models.DateTimeField(_("有效期至"))
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(_("收回时间"), null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("对外提供授权")
        verbose_name_plural = _("对外提供授权")
        constraints = [
            models.CheckConstraint(
                name="release_decided_whole",
                condition=models.Q(state="waiting", decided_by=None, decided_at=None)
                | (
                    ~models.Q(state="waiting")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="release_reviewed_by_another",
                condition=models.Q(reviewed_by=None)
                | ~models.Q(reviewed_by=models.F("decided_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"release {self.pk}"

    @property
    def is_alone(self) -> bool:
        """Whether one officer asked and decided."""
        return self.decided_by_id is not None and self.decided_by_id == self.asked_by_id
