"""Who is inside: `people_inside` against PostGIS, the same people, the same ids returned.

    make bench NAME=audience [JSON=file] [ARGS="--people 10000000"]

20, 100, 500 and 1,500 km around a dense, a sparse, two polar and an antimeridian place; each cell
is the median of five, the two sides taking turns. What it came to: docs/performance.md. PostGIS is
installed from Debian where that can be done; where it cannot, one line says so, the product is
measured alone, and the command ends with 3.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

NO_COMPARISON = 3  # exit status
PLACES = {
    "dense": (35.68, 139.76),  # Tokyo
    "sparse": (-17.74, 168.31),  # Port Vila
    "north pole": (89.9, 45.0),
    "south pole": (-89.9, -120.0),
    "antimeridian": (-16.85, 180.0),
}
RADII_KM = (20, 100, 500, 1_500)
BARS_1M = {"worst_ratio_1m": 0.9, "dense_100km_ratio_1m": 3.0, "dense_500km_ratio_1m": 3.0}
BARS_10M = {"worst_ratio_10m": 2.5}
TEN_MILLION = 10_000_000


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become("benchmarks.audience")
    try:
        found = measure(arguments)
    finally:
        place.clear()
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    show(found)
    sys.exit(0 if found["compared"] else NO_COMPARISON)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="audience", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.support import places, postgis

    if connection.vendor != "postgresql":
        sys.exit('需要 PostgreSQL / needs PostgreSQL: eval "$(tools/services.sh)"')
    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    say(f"装入 loading: {arguments.people:,} 人 people")
    places.fill_registry(arguments.people)
    reason = postgis.prepare()
    if reason:
        say(f"没有 PostGIS，只测本产品 / no PostGIS, so no comparison: {reason}")
    with connection.cursor() as cursor:
        # Both sides share this connection. Compiling a plan costs PostGIS 170 ms a search, which
        # whoever tunes it turns off.
        cursor.execute("SET jit = off")
    loaded = time.perf_counter() - started
    cells = [
        cell(name, radius, rounds=arguments.rounds, compare=not reason)
        for name in PLACES
        for radius in RADII_KM
    ]
    return figures(arguments.people, loaded, cells, compared=not reason)


def cell(name: str, radius_km: int, *, rounds: int, compare: bool) -> dict[str, Any]:
    """Milliseconds of both sides, taken in turns, and whether they found the same people."""
    from benchmarks.support import postgis
    from config.kernel import clock
    from registry.geography.areas import make_area, make_circle
    from registry.geography.inside import people_inside

    latitude, longitude = PLACES[name]
    area = make_area(circle=make_circle(latitude, longitude, radius_km * 1_000))
    at = clock.now()

    def ours() -> Any:
        return people_inside(area, at=at).person_ids

    def theirs() -> Any:
        return postgis.people_within(latitude, longitude, radius_km * 1_000)

    sides: list[Callable[[], Any]] = [ours, theirs] if compare else [ours]
    taken: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds + 1):  # the first fills the caches of both
        results = []
        for times, side in zip(taken, sides, strict=True):
            start = time.perf_counter()
            results.append(side())
            if turn:
                times.append((time.perf_counter() - start) * 1_000)
    medians = [statistics.median(times) for times in taken]
    line = {"place": name, "km": radius_km, "people": len(results[0]), "ms": round(medians[0], 2)}
    if compare:
        line |= {
            "postgis_ms": round(medians[1], 2),
            "ratio": round(medians[1] / medians[0], 2),
            "equal": results[0].tolist() == results[1].tolist(),
        }
    say("  ".join(f"{key} {value}" for key, value in line.items()))
    return line


def figures(
    people: int, loaded: float, cells: list[dict[str, Any]], *, compared: bool
) -> dict[str, Any]:
    """Flat but for the cells. Ratios say how many times as fast as PostGIS; those of a size that
    was not measured are None."""
    found: dict[str, Any] = {
        "people": people,
        "compared": compared,
        "seconds_to_load": round(loaded, 1),
        "sets_equal": None,
        **dict.fromkeys([*BARS_1M, *BARS_10M]),
    }
    if compared:
        suffix = "10m" if people >= TEN_MILLION else "1m"
        ratio = {(c["place"], c["km"]): c["ratio"] for c in cells}
        found["sets_equal"] = all(c["equal"] for c in cells)
        found[f"worst_ratio_{suffix}"] = min(ratio.values())
        found[f"dense_100km_ratio_{suffix}"] = ratio["dense", 100]
        found[f"dense_500km_ratio_{suffix}"] = ratio["dense", 500]
    return found | {"cells": cells}


def show(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="audience", show_header=False)
    for name, value in found.items():
        if name != "cells":
            table.add_row(name, str(value))
    console = Console()
    console.print(table)
    for name, bar in (BARS_1M | BARS_10M).items():
        if found[name] is not None:
            reached = found[name] >= bar
            word = "[green]达到 reached[/green]" if reached else "[red]未达到 missed[/red]"
            console.print(f"{name} ≥ {bar}: {word}")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
