"""登乘: packs that gates work with, what they record, and what follows from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.boarding.states import RefusalReason, ScanKind
from crisis.evacuation.models import Manifest
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Transport


class GatePack(models.Model):
    """What one gate holds on one phone without network: the people of one transport on one sealed
    version, until `expires_at`. Whoever has the pack records with it; `revoked_at` ends that.

    It opens with two secrets: a link with a token, and a word that is told by another way. Neither
    is kept: `token_hash` finds the pack, `word_hash` is over both. `wrong_words` counts guesses.
    """

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="packs")
    transport = models.ForeignKey(Transport, on_delete=models.PROTECT, related_name="packs")
    gate = models.CharField(_("登乘口"), max_length=40)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    revoked_at = models.DateTimeField(_("收回时间"), null=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    word_hash = models.BinaryField(max_length=32, default=bytes)
    wrong_words = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(_("最近打开时间"), null=True)
    heard_at = models.DateTimeField(_("最近收到记录时间"), null=True)

    class Meta:
        ordering = ["-issued_at"]
        verbose_name = _("登乘口数据包")
        verbose_name_plural = _("登乘口数据包")

    def __str__(self) -> str:
        return f"pack {self.pk}"


class WalkIn(models.Model):
    """Somebody at a gate who is on no list: captured there, matched to a person later. `key` is
    the gate's own, so that it is written once however often it is sent. `code` is what the gate
    read of a code that its list does not know."""

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="walk_ins"
    )
    key = models.CharField(max_length=60, unique=True)
    name = EncryptedTextField(_("姓名"), purpose="boarding.walkin.name")
    document = EncryptedTextField(_("证件号码"), purpose="boarding.walkin.document", blank=True)
    note = EncryptedTextField(_("说明"), purpose="boarding.walkin.note", blank=True)
    code = models.CharField(_("出示的码"), max_length=80, blank=True)
    captured_at = models.DateTimeField(_("登记时间"))
    person_ref = models.BigIntegerField(null=True, help_text="Whom an officer matched.")
    matched_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    matched_at = models.DateTimeField(null=True)
    matches = models.PositiveSmallIntegerField(default=0, help_text="How often it was decided.")

    class Meta:
        ordering = ["captured_at", "pk"]
        verbose_name = _("未列名乘客")
        verbose_name_plural = _("未列名乘客")

    def __str__(self) -> str:
        return f"walk-in {self.pk}"


class GateScan(models.Model):
    """One line of the gates' log: append-only. `key` is made on the phone, so that a scan that is
    sent again changes nothing. Either a person or a walk-in. `at` is when it happened, by the
    gate's clock as corrected; `received_at` when it reached us. One that is `held` came by a pack
    that was over when it was recorded: it counts once a planner accepts it."""

    transport = models.ForeignKey(Transport, on_delete=models.PROTECT, related_name="scans")
    pack = models.ForeignKey(GatePack, null=True, on_delete=models.PROTECT, related_name="scans")
    key = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=9, choices=ScanKind)
    person_ref = models.BigIntegerField(null=True)
    walk_in = models.ForeignKey(WalkIn, null=True, on_delete=models.PROTECT, related_name="scans")
    reason = models.CharField(max_length=10, choices=RefusalReason, blank=True)
    note = EncryptedTextField(purpose="boarding.gatescan.note", blank=True)
    recorded_by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    held = models.BooleanField(_("待确认"), default=False)

    class Meta:
        verbose_name = _("登乘记录")
        verbose_name_plural = _("登乘记录")
        indexes = [models.Index(fields=["transport", "person_ref"], name="gatescan_person")]
        constraints = [
            models.CheckConstraint(
                name="gatescan_of_somebody",
                condition=models.Q(person_ref__isnull=False, walk_in__isnull=True)
                | models.Q(person_ref__isnull=True, walk_in__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Passage(models.Model):
    """Where one person (or walk-in) stands with one transport: the fold of its scans, rewritten in
    the transaction that writes one. `at` is the moment of the scan that counts."""

    transport = models.ForeignKey(Transport, on_delete=models.PROTECT, related_name="passages")
    person_ref = models.BigIntegerField(null=True)
    walk_in = models.ForeignKey(
        WalkIn, null=True, on_delete=models.PROTECT, related_name="passages"
    )
    state = models.CharField(max_length=9, choices=ScanKind)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("登乘状态")
        verbose_name_plural = _("登乘状态")
        constraints = [
            models.UniqueConstraint(
                fields=["transport", "person_ref"],
                condition=models.Q(person_ref__isnull=False),
                name="passage_person_once",
            ),
            models.UniqueConstraint(
                fields=["transport", "walk_in"],
                condition=models.Q(walk_in__isnull=False),
                name="passage_walk_in_once",
            ),
        ]

    def __str__(self) -> str:
        return f"passage {self.pk}"
