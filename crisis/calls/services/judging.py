"""Unclear words, judged in one step by an officer who has read them."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.calls.states import Verdict
from crisis.calls.words import KINDS as KINDS_OF_WORDS
from crisis.incidents.models import Incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status
from crisis.rollcall.services.log import WITHDRAWS, Entry, lock_standings, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand

KINDS: dict[Verdict, EventKind] = {
    Verdict.SAFE: EventKind.SAFE,
    Verdict.NEEDS_HELP: EventKind.NEEDS_HELP,
    Verdict.LEFT_AREA: EventKind.LEFT_AREA,
}


@transaction.atomic
def judge_words(
    *, incident: Incident, person_ref: int, verdict: Verdict, officer: User, seen: int
) -> None:
    """Settle what one person wrote, up to the log's line `seen`, which the officer had read.

    «Not about this» takes the unclear lines back: the person is as silent as before and is called.
    Raises DomainError: forbidden, not_found, not_in_audience, settled (a colleague was first; says
    who and what), new_words (something came in since), other_words (a plain call for help stands
    behind it, which nobody dismisses in passing).
    """
    demand(officer, Capability.RECORD, incident.post)
    audit.hold_chain()
    lock_standings(incident.pk, [person_ref])
    standing = Standing.objects.filter(incident=incident, person_ref=person_ref).first()
    if standing is None:
        raise DomainError("not_in_audience", _("此人不在本事件的受众之内。"), status=404)
    if not standing.possible_help:
        raise _settled(incident, person_ref)
    if verdict != Verdict.NEEDS_HELP and newest_words(incident, person_ref) > seen:
        raise DomainError("new_words", _("此人刚刚又发来消息，请看过再判断。"), status=409)
    if verdict == Verdict.NOT_ABOUT:
        _take_back(incident, person_ref, officer, seen)
        return
    record_status(
        incident=incident,
        person_ref=person_ref,
        kind=KINDS[verdict],
        officer=officer,
        note=_("根据其回复原文判断。"),
    )


def newest_words(incident: Incident, person_ref: int) -> int:
    """The number of the newest line that may call for help, as a page remembers what it showed."""
    lines = RollCallEvent.objects.filter(
        incident=incident, person_ref__in=_one_with(incident, person_ref), kind__in=KINDS_OF_WORDS
    )
    return lines.order_by("-pk").values_list("pk", flat=True).first() or 0


def _one_with(incident: Incident, person_ref: int) -> list[int]:
    merged = Standing.objects.filter(incident=incident, same_as=person_ref)
    return [*{person_ref, *merged.values_list("person_ref", flat=True)}]


def _take_back(incident: Incident, person_ref: int, officer: User, seen: int) -> None:
    now = clock.now()
    unclear = RollCallEvent.objects.filter(
        incident=incident,
        person_ref__in=_one_with(incident, person_ref),
        kind=EventKind.POSSIBLE_HELP,
        pk__lte=seen,
    )
    entries = [
        Entry(ref, EventKind.WITHDRAWN, now, f"{WITHDRAWS}{key}")
        for ref, key in unclear.values_list("person_ref", "source_key")
    ]
    write_log(
        incident_id=incident.pk,
        entries=entries,
        source=Source.OFFICER,
        recorded_by=officer.username,
    )
    if Standing.objects.get(incident=incident, person_ref=person_ref).possible_help:
        sentence = _("此人另有明确的求助，请改选其他判断。")
        raise DomainError("other_words", sentence, status=409)
    audit.record(
        actor=officer.username,
        act="rollcall.words_not_about_this",
        subject=incident.source,
        person=person_ref,
    )


def _settled(incident: Incident, person_ref: int) -> DomainError:
    """Who was first, when (by the incident's clock), and what they found."""
    lines = RollCallEvent.objects.filter(incident=incident, person_ref=person_ref)
    last = lines.exclude(recorded_by="").order_by("-pk").first()
    if last is None:
        return DomainError("settled", _("此人已有明确的答复，无须再判断。"), status=409)
    sentence = _("%(by)s 已于 %(when)s 处理：%(what)s。")
    local = last.learned_at.astimezone(ZoneInfo(incident.post.time_zone))
    words = {
        "by": last.recorded_by,
        "when": f"{local:%H:%M}",
        "what": last.get_kind_display(),
    }
    return DomainError("settled", sentence % words, {"by": last.recorded_by}, status=409)
