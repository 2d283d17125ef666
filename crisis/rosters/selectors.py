"""Uploaded rosters: how far they are, and what came back of them."""

import io
import json

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.rosters.models import RosterRefusal, RosterUpload
from crisis.rosters.services.files import open_file
from registry.models import Group
from registry.rosters.errors import errors_file
from registry.rosters.reading import read_roster
from registry.rosters.rows import GIVEN


def uploads_of(group: Group) -> QuerySet[RosterUpload]:
    """The newest first."""
    return RosterUpload.objects.filter(group=group).order_by("-uploaded_at", "-pk")


def notes_of(upload: RosterUpload) -> list[str]:
    """Sentences about the file, in the language it was uploaded in."""
    return list(json.loads(upload.notes)) if upload.notes else []


def refusals_of(upload: RosterUpload) -> QuerySet[RosterRefusal]:
    """By row."""
    return RosterRefusal.objects.filter(upload=upload).order_by("row")


def has_file(upload: RosterUpload) -> bool:
    return upload.pieces.exists()


def errors_of(upload: RosterUpload) -> bytes:
    """The refused rows as a file of the kind that came, to correct and upload again.

    Raises DomainError file_gone once the file was deleted.
    """
    refusals = {refusal.row: refusal for refusal in refusals_of(upload)}
    roster, file = read_roster(open_file(upload), given=GIVEN), io.BytesIO()
    rows = errors_file(roster, file)
    for row in roster.rows:
        if refusal := refusals.get(row.number):
            rows.add(row, refusal.column, refusal.reason)
    rows.close()
    return file.getvalue()


def upload_of(group: Group, pk: int) -> RosterUpload:
    """Raises DomainError not_found (404)."""
    upload = uploads_of(group).filter(pk=pk).first()
    if upload is None:
        raise DomainError("not_found", _("未找到。"), status=404)
    return upload
