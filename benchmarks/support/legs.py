"""Part `legs` of the registry's benchmark: 100,000 legs of trips begin in one night.

The sweep's own step settles everybody, against the same settling through the ORM for one person
at a time: their places read, the same rule asked, the row saved.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction

CHUNK = 5_000
EVENING = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
NIGHT = timedelta(hours=12)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--legs", type=int, default=100_000, help="legs that begin in the night")
    parser.add_argument("--others", type=int, default=100_000, help="people who stay at home")
    parser.add_argument(
        "--one-by-one", type=int, default=2_000, help="people settled through the ORM"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """One by one comes first and on some of the people; the sweep's step settles the rest."""
    from registry.models import CurrentWhereabouts, Ground

    write(arguments.legs, arguments.others)
    morning = EVENING + NIGHT
    due = CurrentWhereabouts.objects.filter(recheck_at__lte=morning)
    some = list(due.order_by("?").values_list("pk", flat=True)[: arguments.one_by_one])
    one_s = timed(lambda: [settle_one(person, morning) for person in some]) / len(some)
    rest = due.count()
    settled = 0
    turns: list[float] = []
    while moved := turn(morning, turns):
        settled += moved
    on_trip = CurrentWhereabouts.objects.filter(ground=Ground.TRIP).count()
    if (settled, on_trip) != (rest, arguments.legs):
        raise SystemExit(f"settled {settled} of {rest}; {on_trip} of {arguments.legs} on a trip")
    many_s = sum(turns) / settled
    return {
        "legs_settled": settled,
        "legs_one_by_one_us": round(one_s * 1e6, 1),
        "legs_set_based_us": round(many_s * 1e6, 1),
        "legs_set_based_s": round(sum(turns), 2),
        "legs_longest_turn_s": round(max(turns), 3),
        "legs_ratio": round(one_s / many_s, 1),
    }


def turn(at: datetime, turns: list[float]) -> int:
    from registry.services.current import settle_due

    began = time.perf_counter()
    moved = settle_due(at)
    if moved:
        turns.append(time.perf_counter() - began)
    return moved


@transaction.atomic
def settle_one(person: int, at: datetime) -> None:
    """What a save() would do that keeps the row right, and no more."""
    from registry.models import CurrentWhereabouts, Whereabouts
    from registry.whereabouts.deciding import Fact, decide

    row = CurrentWhereabouts.objects.select_for_update().get(pk=person)
    places = Whereabouts.objects.filter(person=person).defer("address", "packed")
    facts = [Fact(p.pk, p.kind, p.recorded_at, p.starts_at, p.ends_at) for p in places]
    row.whereabouts_id, row.ground, row.since, row.contested, row.recheck_at = decide(facts, at)
    row.save()


def timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def write(legs: int, others: int) -> None:
    """People with a residence each, settled; of `legs` of them one leg begins in the night."""
    from benchmarks.support.writing import write as write_rows
    from registry.models import Person, Whereabouts
    from registry.services.current import settle_new

    rng, registered = Random(1), EVENING - timedelta(days=30)
    for numbers in chunks(legs + others):
        with transaction.atomic():
            people = [_person(n, registered) for n in numbers]
            write_rows(Person, people)
            refs = [row["external_ref"] for row in people]
            found = Person.objects.filter(external_ref__in=refs).values_list("external_ref", "pk")
            id_of = dict(found)
            ids = [id_of[ref] for ref in refs]
            write_rows(Whereabouts, [_place(pk, "residence", registered) for pk in ids])
            away = [
                _place(pk, "trip", registered, EVENING + rng.random() * NIGHT)
                for n, pk in zip(numbers, ids, strict=True)
                if n < legs
            ]
            if away:
                write_rows(Whereabouts, away)
            settle_new(ids, EVENING)
    with connection.cursor() as cursor:  # as autovacuum would, had it had the time
        cursor.execute("ANALYZE")


def _person(number: int, registered: datetime) -> dict[str, Any]:
    return {"name": "王小明", "external_ref": f"legs:{number}", "registered_at": registered}


def _place(
    person: int, kind: str, recorded: datetime, starts: datetime | None = None
) -> dict[str, Any]:
    return {
        "person_id": person,
        "kind": kind,
        "country": "VU" if starts else "FJ",
        "recorded_at": recorded,
        "starts_at": starts,
        "ends_at": starts and starts + timedelta(days=7),
    }


def chunks(count: int) -> Iterator[range]:
    for start in range(0, count, CHUNK):
        yield range(start, min(start + CHUNK, count))
