"""Handing in: kept as it came, then understood. Nothing that was handed in is refused or lost.

So many from one address in a short time are more likely a program than people, but a shelter
behind one line is possible too. What is above the limit is kept and waits: the sweep takes it in
as the limit allows, calls for help first, and an officer at any moment.
"""

import re
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, IntegerField, Q, Value, When

from config.kernel import clock
from config.kernel.encryption import blind_index
from crisis.incidents.models import Incident
from crisis.selfreports import told as words
from crisis.selfreports.models import SelfReport, Submission
from crisis.selfreports.services import people, speaking
from crisis.selfreports.states import HELP, ReportState
from crisis.selfreports.told import Told

# The same as for the public form of help: a family, or a classroom, is taken in at once.
AT_ONCE, WINDOW = 30, timedelta(minutes=10)
# What a web process that died left, the sweep takes up after this.
LEFT_AFTER = timedelta(seconds=5)
AT_A_TIME = 50
_KEY = re.compile(r"[0-9a-f]{32}\Z")


def new_key() -> str:
    return secrets.token_hex(16)


def keep_report(*, incident: Incident, key: str, told: Told, client: bytes) -> SelfReport:
    """Keep one press of the form, committed before anything else is tried. The same words under
    the same `key` again are the same submission; other words are a further one."""
    key = key if _KEY.match(key) else new_key()
    now = clock.now()
    first = {
        "received_at": now, "told_at": now, "client": client, "word": told.condition,
        "state": ReportState.HELD if _too_many(client, key) else ReportState.OPEN,
    }  # fmt: skip
    with transaction.atomic():
        report, _new = SelfReport.objects.get_or_create(incident=incident, key=key, defaults=first)
        written = told.written()
        mark = blind_index(f"{report.pk}\0{written}", "selfreports.submission")
        Submission.objects.get_or_create(
            report=report, mark=mark, defaults={"body": written, "received_at": now}
        )
        if told.condition in HELP:  # who is held and calls now goes before the others
            waiting = SelfReport.objects.filter(pk=report.pk, state=ReportState.HELD)
            waiting.update(word=told.condition)
    return report


def _too_many(client: bytes, key: str) -> bool:
    lately = SelfReport.objects.filter(client=client, received_at__gt=clock.now() - WINDOW)
    return lately.exclude(key=key).exclude(state=ReportState.HELD).count() >= AT_ONCE


def take_in(report_id: int) -> SelfReport:
    """Understand what is unread of a report; of one that is held, or set aside, nothing."""
    try:
        return _take_in(report_id)
    except IntegrityError:
        # Somebody wrote the same person at the same moment: now they are there.
        return _take_in(report_id)


@transaction.atomic
def _take_in(report_id: int) -> SelfReport:
    rows = SelfReport.objects.select_for_update(of=("self",), no_key=True)
    report = rows.select_related("incident__post").get(pk=report_id)
    if report.state != ReportState.OPEN:
        return report
    for submission in report.submissions.filter(worked_at=None).order_by("pk"):
        _understand(report, submission)
    return report


def _understand(report: SelfReport, submission: Submission) -> None:
    said = words.read(submission.body)
    told = said.after(words.read(report.told))
    own = people.write_people(report, told)
    _note(report, told, submission)
    speaking.write_word(report, submission, said, own=own)
    Submission.objects.filter(pk=submission.pk).update(worked_at=clock.now())


def _note(report: SelfReport, told: Told, submission: Submission) -> None:
    report.told_at = submission.received_at
    report.told = told.written()
    report.word, report.with_me, report.country = told.condition, told.heads_with, told.land
    report.flags = told.flags()
    if told.latitude is not None:
        report.latitude, report.longitude = told.latitude, told.longitude
        report.accuracy_m = told.accuracy_m
    report.save()


# -- The sweep ---------------------------------------------------------------------------------


def work_reports() -> int:
    """What a dead web process left, and what is held, as the limit allows. Returns how many
    reports it took in."""
    before = clock.now() - LEFT_AFTER
    left = Submission.objects.filter(worked_at=None, received_at__lt=before)
    unread = left.filter(report__state=ReportState.OPEN).order_by("pk")
    ids = dict.fromkeys(unread.values_list("report", flat=True)[:AT_A_TIME])
    for pk in ids:
        take_in(pk)
    return len(ids) + _release_in_turn()


def _release_in_turn() -> int:
    help_first = Case(
        When(word__in=HELP, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    held = SelfReport.objects.filter(state=ReportState.HELD).order_by(help_first, "pk")
    clients = dict.fromkeys(bytes(c) for c in held.values_list("client", flat=True)[:1_000])
    since = clock.now() - WINDOW
    released = 0
    for client in clients:
        lately = Q(received_at__gt=since) | Q(decided_at__gt=since)
        taken = SelfReport.objects.filter(lately, client=client).exclude(state=ReportState.HELD)
        room = max(0, AT_ONCE - taken.count())
        for pk in list(held.filter(client=client).values_list("pk", flat=True)[:room]):
            released += release(pk, by="sweep")
    return released


def release(report_id: int, *, by: str) -> int:
    """Count a held one from now on; 0 where somebody was faster."""
    held = SelfReport.objects.filter(pk=report_id, state=ReportState.HELD)
    if not held.update(state=ReportState.OPEN, decided_by=by, decided_at=clock.now()):
        return 0
    take_in(report_id)
    return 1
