"""Part `lookup` of the registry's benchmark: one passport among a million people.

By its blind index, against the same rows by primary key; in turn, medians of many.
"""

import argparse
import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

MANY = 2_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lookups", type=int, default=MANY, help="look-ups of each kind")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Of the people who are there: run it behind `load`."""
    from registry.models import Person
    from registry.selectors.people import find_by_document

    people = Person.objects.exclude(document_index=None)
    total = people.count()
    if not total:
        raise SystemExit("nobody to look for: run the part `load` first")
    last = people.order_by("-pk").values_list("pk", flat=True)[0]
    some = people.filter(pk__in=Random(7).sample(range(1, last + 1), min(last, arguments.lookups)))
    wanted = [(person.pk, person.document_number) for person in some]
    by_key, by_passport = [], []
    for key, number in wanted:
        by_key.append(timed(lambda key=key: Person.objects.get(pk=key)))
        by_passport.append(timed(lambda number=number: list(find_by_document(number))))
    return {
        "lookup_people": total,
        "lookup_many": len(wanted),
        "lookup_key_us": round(median(by_key) * 1e6, 1),
        "lookup_passport_us": round(median(by_passport) * 1e6, 1),
        "lookup_ratio": round(median(by_passport) / median(by_key), 2),
    }


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
