"""Loading an uploaded roster: a piece a commit, by whoever holds it.

The place where it stands moves in the transaction that writes the rows, guarded by the epoch: a
process that was killed is followed at exactly that place, and one that was only slow writes
nothing once another has taken over.
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation

from config.kernel import audit, clock, progress
from config.kernel.errors import DomainError
from crisis.rosters.models import RosterRefusal, RosterUpload
from crisis.rosters.services.files import open_file
from crisis.rosters.states import OVER, UploadState
from registry.rosters.columns import RosterRow
from registry.rosters.loading import CHUNK, Outcome, chunks, load_rows
from registry.rosters.reading import read_roster
from registry.rosters.rows import GIVEN, Terms

LEASE = timedelta(seconds=30)
# How long the sweep leaves a new one to the workers, in real time, and how often somebody may
# begin without getting a piece done.
PATIENCE = timedelta(seconds=5)
MOST_TRIES = 5
SWEEP_S = 1.0


class _Lost(Exception):
    """Another process holds it now."""


def load_upload(upload_id: int, *, for_s: float = math.inf) -> bool:
    """Load what is left, for about `for_s` seconds; whether there is more to do.

    Harmless when another has it or it is done.
    """
    upload = _claim(upload_id)
    if upload is None:
        return False
    with translation.override(upload.language), suppress(_Lost):
        try:
            return not _load(upload, for_s)
        except DomainError as problem:  # the file does not read as it did when it came
            _finish(upload, UploadState.FAILED, problem.code)
    return False


def load_waiting() -> int:
    """The sweep's step: a second of work on the longest waiting that nobody holds."""
    now, real = clock.now(), clock.real_now()
    unfinished = RosterUpload.objects.exclude(state__in=OVER)
    free = Q(held_until=None, uploaded_at__lt=now - PATIENCE) | Q(held_until__lt=real)
    upload = unfinished.filter(free).order_by("uploaded_at").first()
    if upload is None:
        return 0
    load_upload(upload.pk, for_s=SWEEP_S)
    return 1


def _claim(upload_id: int) -> RosterUpload | None:
    now = clock.real_now()
    mine = RosterUpload.objects.filter(pk=upload_id).exclude(state__in=OVER)
    free = mine.filter(Q(held_until=None) | Q(held_until__lt=now))
    taken = free.update(
        state=UploadState.LOADING,
        held_until=now + LEASE,
        epoch=F("epoch") + 1,
        tries=F("tries") + 1,
    )
    if not taken:
        return None
    upload = RosterUpload.objects.select_related("group").get(pk=upload_id)
    if upload.tries > MOST_TRIES:
        _finish(upload, UploadState.FAILED, "stuck")
        return None
    return upload


def _load(upload: RosterUpload, for_s: float) -> bool:
    """Whether all is loaded."""
    if upload.group.closed_at is not None:
        raise DomainError("wrong_state", "")
    terms, until = _terms(upload), time.monotonic() + for_s
    for rows in chunks(_rows_left(upload), CHUNK):
        _load_piece(upload, rows, terms)
        progress.moved()
        if time.monotonic() > until and upload.done < upload.rows:
            _held(upload).update(held_until=None)
            return False
    _finish(upload, UploadState.DONE)
    return True


def _terms(upload: RosterUpload) -> Terms:
    """Officers vouch for addresses, and liaisons whom an officer has confirmed."""
    group = upload.group
    return Terms(
        group_id=group.pk,
        given_by_id=upload.given_by_id,
        country=group.country,
        vouched=upload.given_by_id is None or group.confirmed_at is not None,
        stated=True,
    )


def _rows_left(upload: RosterUpload) -> Iterator[RosterRow]:
    return islice(read_roster(open_file(upload), given=GIVEN).rows, upload.done, None)


@transaction.atomic
def _load_piece(upload: RosterUpload, rows: Sequence[RosterRow], terms: Terms) -> None:
    outcome = load_rows(rows, terms)
    upload.done += len(rows)
    upload.added += outcome.added
    upload.known += outcome.known
    upload.refused += len(outcome.refused)
    _keep_refusals(upload, outcome)
    moved = _held(upload).update(
        done=upload.done,
        added=upload.added,
        known=upload.known,
        refused=upload.refused,
        held_until=clock.real_now() + LEASE,
        tries=0,
    )
    if not moved:
        raise _Lost


def _keep_refusals(upload: RosterUpload, outcome: Outcome) -> None:
    RosterRefusal.objects.bulk_create(
        RosterRefusal(
            upload=upload,
            row=error.row.number,
            column=error.field[:30],
            code=error.code[:40],
            reason=error.reason,
        )
        for error in outcome.refused
    )


def _held(upload: RosterUpload) -> QuerySet[RosterUpload]:
    return RosterUpload.objects.filter(pk=upload.pk, epoch=upload.epoch, state=UploadState.LOADING)


@transaction.atomic
def _finish(upload: RosterUpload, state: UploadState, why: str = "") -> None:
    over = _held(upload).update(state=state, finished_at=clock.now(), held_until=None)
    if not over:
        raise _Lost
    audit.record(
        actor=upload.actor,
        act=f"roster.{state.value}",
        subject=f"group:{upload.group_id}",
        upload=upload.pk,
        added=upload.added,
        known=upload.known,
        refused=upload.refused,
        **({"code": why} if why else {}),
    )
