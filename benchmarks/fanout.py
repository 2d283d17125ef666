"""Fan-out: how fast an alert leaves, against one task a recipient and against a bare loop.

    make bench NAME=fanout [JSON=file] [ARGS="--people 20000"]

One run, one database, one broker, one instant gateway, everything on this machine; encryption on.
What is measured, and what it came to: docs/performance.md.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

ROOT = Path(__file__).resolve().parent.parent
WINDOW = 64
BAR_RATIO, BAR_FIRST_S = 20.0, 1.0


def main() -> None:
    django.setup()
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        become_inside(arguments)
    try:
        found = measure(arguments)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        show(found)
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fanout", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="recipients of the product")
    parser.add_argument("--reference", type=int, default=5_000, help="recipients of the reference")
    parser.add_argument("--bare", type=int, default=50_000, help="calls of the bare loop")
    parser.add_argument("--window", type=int, default=WINDOW, help="messages in flight a process")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    return parser.parse_args()


def become_inside(arguments: argparse.Namespace) -> None:
    """Become the same command in a drill's place: a database, queues and ports of its own."""
    from crisis.drills import place

    environment = place.new_environment() | {
        "GUIHANG_TWO_PERSON_THRESHOLD": str(arguments.people),
        "GUIHANG_SEND_WINDOW": str(arguments.window),
        "PYTHONPATH": str(ROOT),
    }
    sys.stdout.flush()
    command = [sys.executable, "-m", "benchmarks.fanout", *sys.argv[1:]]
    os.execve(sys.executable, command, environment)  # noqa: S606


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command

    from benchmarks.support import bare, people, processes, product, reference

    say(f"准备 preparing: {arguments.people} 人 people")
    call_command("migrate", verbosity=0)
    scene = people.set_scene()
    people.add_people(arguments.people)
    with processes.gateway() as gateway:
        with processes.worker("config") as worker:
            # The sweep's run comes first: what it leaves untold burdens no other.
            say("归航 the product, with its sweep and without")
            with processes.running("sweep", "manage.py", "sweep"):
                swept = product.run(scene, gateway, count=arguments.people)
            alone = product.run(scene, gateway, count=arguments.people)
            rss = processes.peak_rss_mib(worker.pid)
        say("一人一任务 the reference: one task a recipient")
        compared = reference.run(gateway, count=min(arguments.reference, arguments.people))
        say("裸循环 the bare loop")
        loop = bare.per_second(calls=arguments.bare, texts=product.texts(), window=arguments.window)
    return figures(alone, swept, compared, loop) | {"worker_rss_mib": rss}


def figures(alone: Any, swept: Any, compared: float, loop: float) -> dict[str, Any]:
    """Flat, for comparing one commit with another. `compared` and `loop` are per second."""
    from django.conf import settings
    from django.db import connection

    return {
        "recipients": alone.recipients,
        "database": connection.vendor,
        "broker": settings.CELERY_BROKER_URL.partition(":")[0],
        "window": settings.SEND_WINDOW,
        "alerts_per_second": round(alone.per_second),
        "alerts_per_second_with_sweep": round(swept.per_second),
        "per_recipient_per_second": round(compared, 1),
        "bare_loop_per_second": round(loop),
        "ratio_to_per_recipient": round(alone.per_second / compared, 1),
        "ratio_to_per_recipient_with_sweep": round(swept.per_second / compared, 1),
        "ratio_to_bare_loop": round(alone.per_second / loop, 2),
        "seconds_to_first_handover": round(alone.seconds_to_first, 3),
        "seconds_to_first_handover_with_sweep": round(swept.seconds_to_first, 3),
        "seconds_to_declare": round(alone.seconds_to_declare, 3),
        "duplicates": alone.duplicates + swept.duplicates,
        "lost": alone.lost + swept.lost,
    }


def show(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="fanout", show_header=False)
    for name, value in found.items():
        table.add_row(name, str(value))
    console = Console()
    console.print(table)
    for name, reached, bar in (
        ("ratio_to_per_recipient", found["ratio_to_per_recipient"] >= BAR_RATIO, f"≥ {BAR_RATIO}"),
        ("seconds_to_first_handover", found["seconds_to_first_handover"] <= BAR_FIRST_S,
         f"≤ {BAR_FIRST_S} s"),
        ("duplicates + lost", not found["duplicates"] + found["lost"], "0"),
    ):  # fmt: skip
        word = "[green]达到 reached[/green]" if reached else "[red]未达到 missed[/red]"
        console.print(f"{name} {bar}: {word}")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
