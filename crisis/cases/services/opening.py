"""Opening a case, however many ways and times the same call comes in."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from config.kernel import audit, bulk, clock
from config.kernel.text import clean
from crisis.cases.models import Case, CaseEvent, CasePerson
from crisis.cases.numbers import case_number
from crisis.cases.selectors import live_case_of
from crisis.cases.services import clocks
from crisis.cases.services.log import line, lock, write
from crisis.cases.states import LIMIT, EventKind, Grade, Origin
from crisis.incidents.models import Incident
from registry.models import Post
from registry.selectors.merging import one_with

LONGEST = 4_000
_POSITION = frozenset({"latitude", "longitude", "accuracy_m"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What the caller told us. Degrees are WGS-84, `accuracy_m` metres."""

    person_name: str = ""
    contact: str = ""
    place: str = ""
    landmark: str = ""
    event: str = ""
    steps_taken: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None

    def fields(self) -> dict[str, str | float | None]:
        """As the columns of a case hold it."""
        return {
            name: clean(value)[:LONGEST] if isinstance(value, str) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call for help, from wherever. `persons` are the registered people it is about, whoever
    called first; `raised_at` is not after now. Everything else as open_case has it."""

    post: Post | None
    incident: Incident | None
    origin: Origin
    origin_key: str
    raised_at: datetime
    persons: tuple[int, ...]
    intake: Intake
    grade: str
    opened_by: str


def open_case(
    *,
    post: Post | None,
    origin: Origin,
    origin_key: str,
    raised_at: datetime,
    incident: Incident | None = None,
    person_ref: int | None = None,
    others: Collection[int] = (),
    person_name: str = "",
    contact: str = "",
    place: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    accuracy_m: float | None = None,
    landmark: str = "",
    event: str = "",
    steps_taken: str = "",
    grade: Grade | None = None,
    opened_by: str = "",
) -> Case:
    """The case of this call: a new one, or the one that is open for the same person in the same
    incident, which notes the call. `origin_key` names the cause («reply:4», «call:9»): told again
    it changes nothing.

    `raised_at` is the raw receipt, from which the clock runs; `others` are more registered people
    in the same trouble; a `post` of None is everybody's business until a post takes it. Where
    `opened_by` names somebody the opening is audited; what came in by itself is its own record.
    """
    return open_call(
        Call(
            post=post,
            incident=incident,
            origin=origin,
            origin_key=origin_key,
            raised_at=min(raised_at, clock.now()),
            persons=tuple(dict.fromkeys(p for p in (person_ref, *others) if p is not None)),
            intake=Intake(
                person_name=person_name, contact=contact, place=place, landmark=landmark,
                event=event, steps_taken=steps_taken, latitude=latitude, longitude=longitude,
                accuracy_m=accuracy_m,
            ),
            grade=grade or "",
            opened_by=opened_by,
        )
    )  # fmt: skip


@transaction.atomic
def open_call(call: Call) -> Case:
    """As open_case."""
    if call.opened_by:
        # Before any row is locked: crisis.cases.services.log says why.
        audit.record(actor=call.opened_by, act="case.opened", subject=f"call:{call.origin_key}")
    return _opened(call)


def _opened(call: Call) -> Case:
    """Two calls at the same moment: the unique keys refuse the second row, and the second look
    finds the first."""
    for last in (False, True):
        if (known := _told_before(call.origin_key)) is not None:
            return known
        if (live := live_case_of(call.persons[:1], call.incident)) is not None:
            return _call_again(live, call)
        try:
            with transaction.atomic():
                return _create(call)
        except IntegrityError:
            if last:
                raise
    raise AssertionError("unreachable")


def _told_before(origin_key: str) -> Case | None:
    case = Case.objects.filter(origin_key=origin_key).first()
    if case is None:
        noted = CaseEvent.objects.caused_by([origin_key]).select_related("case").first()
        case = noted.case if noted else None
    while case is not None and case.merged_into is not None:
        case = case.merged_into
    return case


def _create(call: Call) -> Case:
    case = new_case(bulk.new_ids(Case, 1)[0], call)
    case.save(force_insert=True)
    _concern(case, call.persons)
    opened_line(case).save()
    clocks.tell_if_red(case)
    return case


def new_case(pk: int, call: Call) -> Case:
    """The row of a new case, not written yet."""
    now = clock.now()
    return Case(
        pk=pk,
        number=case_number(post=call.post, opened_at=now, running=pk),
        post=call.post,
        incident=call.incident,
        person_ref=call.persons[0] if call.persons else None,
        origin=call.origin,
        origin_key=call.origin_key,
        raised_at=call.raised_at,
        opened_at=now,
        opened_by=call.opened_by,
        grade=call.grade,
        clock_from=call.raised_at,
        due_at=call.raised_at + LIMIT[call.grade],
        **call.intake.fields(),
    )


def opened_line(case: Case) -> CaseEvent:
    """The first line of its log, not written yet."""
    origin = Origin(case.origin).value
    return line(
        case, EventKind.OPENED, by=case.opened_by, at=case.raised_at, detail={"origin": origin}
    )


def _concern(case: Case, persons: Iterable[int]) -> None:
    """Write whom the case is about. Raises IntegrityError where the caller has a live case; that
    somebody else in the same trouble has one does not matter."""
    for n, person in enumerate(persons):
        if n and live_case_of([person], case.incident) is not None:
            continue
        CasePerson.objects.create(case=case, incident=case.incident, person_ref=person)


def _call_again(live: Case, call: Call) -> Case:
    """Note a further call. Who was spoken with already, and calls since, waits again."""
    case = lock(live.pk)
    if not case.is_live:  # closed or merged a moment ago
        return _opened(call)
    _line, is_new = CaseEvent.objects.get_or_create(
        case=case,
        source_key=call.origin_key,
        defaults={
            "kind": EventKind.CALLED_AGAIN,
            "at": call.raised_at,
            "learned_at": clock.now(),
            "by": call.opened_by,
            "note": _words(call.intake),
            "detail": {"origin": call.origin.value},
        },
    )
    if is_new:
        _take_in(case, call)
    return case


def _words(intake: Intake) -> str:
    told = intake.fields()
    names = ("person_name", "contact", "place", "landmark", "event", "steps_taken")
    return " · ".join(str(told[name]) for name in names if told[name])


def _take_in(case: Case, call: Call) -> None:
    """What the case did not know yet, and where the caller is now."""
    told = call.intake.fields()
    for name, value in told.items():
        moved = name in _POSITION and call.intake.latitude is not None
        if moved or (value not in ("", None) and getattr(case, name) in ("", None)):
            setattr(case, name, value)
    spoken = case.contacted_at is not None and call.raised_at > case.contacted_at
    if case.paused_at is not None:
        clocks.end_pause(case)
        write(case, EventKind.RESUMED)
    if spoken:
        clocks.start_again(case, call.raised_at)
    case.save(update_fields=[*told, *clocks.CLOCK])
    _join(case, call.persons)
    if spoken:
        clocks.tell_if_red(case)


def _join(case: Case, persons: Iterable[int]) -> None:
    """Whom this call is about too, unless they have a live case of their own."""
    known = set(one_with(list(case.persons.values_list("person_ref", flat=True))))
    for person in persons:
        if person not in known and live_case_of([person], case.incident) is None:
            CasePerson.objects.create(case=case, incident=case.incident, person_ref=person)
