"""Uploaded rosters: how far each has come, its sealed file, and the rows that were refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.rosters.states import OVER, UploadState
from registry.models import Group, Person


class RosterUpload(models.Model):
    """One file that somebody handed in for a group. `added` + `known` + `refused` = `done`.

    `given_by` is the liaison; of an officer only `actor` says who it was. `rows` were counted when
    it came. `notes` are sentences about the file, as sealed JSON: they quote its headings.
    `held_until` (real time) and `epoch` say which process works on it; `tries` counts who began
    without getting a piece done.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="uploads")
    given_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=150)
    state = models.CharField(_("状态"), max_length=7, choices=UploadState, default="waiting")
    language = models.CharField(max_length=8)
    kind = models.CharField(max_length=4)
    digest = models.BinaryField(max_length=32)
    text_version = models.CharField(max_length=20, help_text="Of the uploader's statement.")
    rows = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    notes = EncryptedTextField(purpose="rosters.upload.notes")
    uploaded_at = models.DateTimeField(_("上传时间"))
    finished_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    epoch = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("名册")
        verbose_name_plural = _("名册")
        indexes = [
            models.Index(
                fields=["uploaded_at"],
                condition=models.Q(state__in=["waiting", "loading"]),
                name="upload_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"roster {self.pk} for group {self.group_id}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def percent(self) -> int:
        return 100 * self.done // self.rows if self.rows else 100


class RosterPiece(models.Model):
    """A piece of the file, sealed; base64, since the field holds text. Deleted after some days."""

    upload = models.ForeignKey(RosterUpload, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = EncryptedTextField(purpose="rosters.piece")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="piece_once")]

    def __str__(self) -> str:
        return f"piece {self.number} of roster {self.upload_id}"


class RosterRefusal(models.Model):
    """Why one row of the file was not taken; the row itself stands in the file alone."""

    upload = models.ForeignKey(RosterUpload, on_delete=models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=30, blank=True)
    code = models.CharField(max_length=40)
    reason = EncryptedTextField(purpose="rosters.refusal")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "row"], name="refusal_once")]

    def __str__(self) -> str:
        return f"row {self.row} of roster {self.upload_id}: {self.code}"
