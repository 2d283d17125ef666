"""Part `load` of the registry's benchmark: a roster of a million people.

`manage.py load_people` in a process of its own, whose memory is asked of the system; against the
same rows, read by the same code, saved one by one through the ORM, one person a transaction.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.support.inside import ROOT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=1_000_000, help="rows of the large roster")
    parser.add_argument("--some-people", type=int, default=100_000, help="rows of the small one")
    parser.add_argument("--saved", type=int, default=2_000, help="people saved one by one")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """The rate of the ORM is that of a sample, taken before and again after the large roster."""
    from registry.models import Person

    before = Person.objects.count()
    first = 1
    small_s, small_mb = load(arguments.some_people, first)
    first += arguments.some_people
    early_s = save_one_by_one(arguments.saved, first)
    first += arguments.saved
    large_s, large_mb = load(arguments.people, first)
    first += arguments.people
    late_s = save_one_by_one(arguments.saved, first)
    wanted = arguments.people + arguments.some_people + 2 * arguments.saved
    if Person.objects.count() - before != wanted:
        raise SystemExit(f"{Person.objects.count() - before} people were added, not {wanted}")
    one_s = (early_s + late_s) / 2 / arguments.saved
    return {
        "load_rows": arguments.people,
        "load_s": round(large_s, 1),
        "load_row_us": round(large_s / arguments.people * 1e6, 1),
        "load_small_row_us": round(small_s / arguments.some_people * 1e6, 1),
        "load_one_by_one_us": round(one_s * 1e6, 1),
        "load_one_by_one_early_us": round(early_s / arguments.saved * 1e6, 1),
        "load_one_by_one_late_us": round(late_s / arguments.saved * 1e6, 1),
        "load_ratio": round(one_s / (large_s / arguments.people), 1),
        "load_small_peak_mb": round(small_mb, 1),
        "load_peak_mb": round(large_mb, 1),
    }


def load(count: int, first: int) -> tuple[float, float]:
    """(seconds, peak of resident memory in MiB) of loading a roster; its start-up included."""
    from benchmarks.support.filing import write_csv

    path = Path(os.environ["GUIHANG_VAR_DIR"]) / "roster.csv"
    write_csv(path, count, first=first)
    command = [sys.executable, "-m", "benchmarks.support.peaking", "load_people", str(path)]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    took = time.perf_counter() - began
    path.unlink()
    if done.returncode:
        raise SystemExit(f"load_people failed:\n{done.stderr[-2000:]}")
    return took, float(done.stdout.splitlines()[-1])


def save_one_by_one(count: int, first: int) -> float:
    """Seconds to save as many people as the rows say, read by the loader's own code."""
    from benchmarks.support.filing import COLUMNS
    from benchmarks.support.filing import rows as written_rows
    from config.kernel import clock
    from registry.rosters.columns import RosterRow, recognise
    from registry.rosters.reading_csv import plain
    from registry.rosters.rows import Terms, entry_of

    columns = recognise(COLUMNS)
    written = list(written_rows(count, first=first))
    began = time.perf_counter()
    homes: dict[str, int] = {}
    for number, line in enumerate(written, start=2):
        cells = {column: plain(cell) for column, cell in zip(columns, line, strict=True)}
        save(entry_of(RosterRow(number, line, cells), Terms(), clock.now()), homes)
    return time.perf_counter() - began


def save(entry: Any, homes: dict[str, int]) -> None:
    """One person with all that belongs to them, as `Model.save()` writes it."""
    from django.db import transaction

    from config.kernel import clock
    from registry.models import (
        ContactPoint,
        CurrentWhereabouts,
        EmergencyContact,
        Household,
        Person,
        Whereabouts,
    )
    from registry.whereabouts.deciding import Fact, decide

    with transaction.atomic():
        if entry.household not in homes:
            homes[entry.household] = Household.objects.create(label=entry.household).pk
        now = clock.now()
        person = Person(**entry.person, household_id=homes[entry.household], registered_at=now)
        person.save()
        facts = []
        for place in entry.places:
            row = Whereabouts(person=person, **place)
            row.save()
            facts.append(Fact(row.pk, row.kind, row.recorded_at, row.starts_at, row.ends_at))
        for contact in entry.contacts:
            ContactPoint(person=person, **contact).save()
        for somebody in entry.emergency:
            EmergencyContact(person=person, **somebody).save()
        fact, ground, since, contested, recheck_at = decide(facts, now)
        CurrentWhereabouts(
            person=person, whereabouts_id=fact, ground=ground, since=since, contested=contested,
            recheck_at=recheck_at,
        ).save(force_insert=True)  # fmt: skip
