"""Many calls for help at once: of a hundred thousand alerted people thousands write «2» in minutes.

Whoever has no case yet gets one in a handful of statements for all of them; whatever needs a look
of its own (told before, calling again, joined with another registration) goes the way of one.
"""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q

from config.kernel import bulk
from crisis.cases.models import Case, CaseEvent, CasePerson
from crisis.cases.services import clocks
from crisis.cases.services.opening import Call, new_case, open_call, opened_line
from registry.models import Merge


@transaction.atomic
def open_calls(calls: Sequence[Call]) -> None:
    """The case of each call, as `open_case` has it. The calls are of one post and one incident."""
    fresh = _fresh(calls) if len(calls) > 1 else []
    done = {call.origin_key for call in fresh} if _opened_together(fresh) else set()
    for call in calls:
        if call.origin_key not in done:
            open_call(call)


def _fresh(calls: Sequence[Call]) -> list[Call]:
    """Those that came in by themselves, were not told before, and are about people who have no
    live case, no other registration, and no earlier call among these."""
    known = _known_keys(calls)
    busy = _with_a_case(calls) | _joined(calls)
    fresh = []
    for call in calls:
        alone = call.origin_key not in known and not busy.intersection(call.persons)
        known.add(call.origin_key)
        busy.update(call.persons)
        if alone and call.persons and not call.opened_by:
            fresh.append(call)
    return fresh


def _known_keys(calls: Iterable[Call]) -> set[str]:
    keys = [call.origin_key for call in calls]
    opened = Case.objects.filter(origin_key__among=keys).values_list("origin_key", flat=True)
    noted = CaseEvent.objects.caused_by(keys).values_list("source_key", flat=True)
    return {*opened, *noted}


def _with_a_case(calls: Sequence[Call]) -> set[int]:
    rows = CasePerson.objects.filter(
        person_ref__among=_persons(calls), incident=calls[0].incident, live=True
    )
    return set(rows.values_list("person_ref", flat=True))


def _joined(calls: Sequence[Call]) -> set[int]:
    persons = _persons(calls)
    rows = Merge.objects.filter(Q(kept__among=persons) | Q(gone__among=persons), undone_at=None)
    return {pk for pair in rows.values_list("kept", "gone") for pk in pair}


def _persons(calls: Iterable[Call]) -> list[int]:
    return [person for call in calls for person in call.persons]


def _opened_together(calls: Sequence[Call]) -> bool:
    """False, and nothing is written, where another transaction opened a case for one of them a
    moment ago: the unique keys refuse the row."""
    if not calls:
        return False
    try:
        with transaction.atomic():
            _write(calls)
    except IntegrityError:
        return False
    return True


def _write(calls: Sequence[Call]) -> None:
    numbers = bulk.new_ids(Case, len(calls))
    cases = [new_case(pk, call) for pk, call in zip(numbers, calls, strict=True)]
    Case.objects.bulk_create(cases)
    CasePerson.objects.bulk_create(
        CasePerson(case=case, incident=call.incident, person_ref=person)
        for case, call in zip(cases, calls, strict=True)
        for person in call.persons
    )
    CaseEvent.objects.bulk_create(map(opened_line, cases))
    clocks.tell_if_red(*cases)
