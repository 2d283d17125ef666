"""Fan-out: how fast an alert leaves, against one task a recipient and against a bare loop.

    make bench NAME=fanout [JSON=file] [ARGS="--people 20000"]
    … ARGS="--people 1000000 --alone"
    … ARGS="--latency-ms 50 --people 50000"
    … ARGS="--embedded --people 20000"
    … ARGS="--overtake --people 1000000": a red incident amid an ordinary one of a million
    … ARGS="--receipts": the gateway pushes a receipt for each message while others leave

One run, one database, one broker, one gateway, everything on this machine; encryption on. Without
--receipts none is pushed.
What is measured, and what it came to: docs/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

ROOT = Path(__file__).resolve().parent.parent
WINDOW = 64
FEW = 1_000
# By so many a provider pushes its receipts at once.
CONNECTIONS = 50


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become(
            "benchmarks.fanout",
            GUIHANG_TWO_PERSON_THRESHOLD=str(arguments.people + FEW),
            GUIHANG_SEND_WINDOW=str(arguments.window),
        )
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
    parser.add_argument("--processes", type=int, default=3, help="that hand over")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="before each answer")
    parser.add_argument("--alone", action="store_true", help="the product only, without its sweep")
    parser.add_argument("--embedded", action="store_true", help="SQLite against this, 20,000 each")
    parser.add_argument("--receipts", action="store_true", help="receipts flow meanwhile")
    parser.add_argument("--overtake", action="store_true", help="a red incident amid an ordinary")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command

    from benchmarks.support import people, processes

    say(f"准备 preparing: {arguments.people} 人 people")
    call_command("migrate", verbosity=0)
    scene = people.set_scene()
    people.add_people(arguments.people)
    if arguments.overtake:
        people.add_people(FEW, marked=True)
    receipts = CONNECTIONS if arguments.receipts else 0
    with processes.gateway(latency_ms=arguments.latency_ms, receipts=receipts) as gateway:
        if arguments.receipts:
            return with_receipts(arguments, scene, gateway)
        if arguments.overtake:
            return overtaken(arguments, scene, gateway)
        if arguments.alone or arguments.latency_ms or arguments.embedded:
            found = alone(arguments, scene, gateway)
        else:
            found = compared(arguments, scene, gateway)
    return found | (embedded(arguments, found) if arguments.embedded else {})


def compared(arguments: argparse.Namespace, scene: Any, gateway: Any) -> dict[str, Any]:
    """The product with its sweep and without, the reference, and the bare loops."""
    from benchmarks.support import bare, processes, product, reference

    with processes.worker("config", count=arguments.processes) as worker:
        # The sweep's run comes first: what it leaves untold burdens no other.
        say("归航 the product, with its sweep and without")
        with processes.running("sweep", "manage.py", "sweep"):
            swept = product.run(scene, gateway, worker, count=arguments.people)
        run = product.run(scene, gateway, worker, count=arguments.people)
        rss = processes.peak_rss_mib(worker.pid)
    say("一人一任务 the reference: one task a recipient")
    one_each = reference.run(gateway, count=min(arguments.reference, arguments.people))
    say("裸循环 the bare loops")
    calls = {"calls": arguments.bare, "texts": product.texts(), "window": arguments.window}
    plain, fast = bare.per_second(**calls), bare.per_second(**calls, fast=True)
    return figures(run, rss) | {
        "rate_with_sweep_per_s": round(swept.per_second),
        "reference_per_s": round(one_each, 1),
        "bare_per_s": round(plain),
        "bare_uvloop_per_s": round(fast),
        "ratio_to_reference": round(run.per_second / one_each, 1),
        "ratio_to_reference_with_sweep": round(swept.per_second / one_each, 1),
        "ratio_to_bare": round(run.per_second / plain, 2),
        "ratio_to_bare_uvloop": round(run.per_second / fast, 2),
        "first_handover_with_sweep_s": round(swept.seconds_to_first, 3),
        "duplicates": run.duplicates + swept.duplicates,
        "lost": run.lost + swept.lost,
    }


def alone(arguments: argparse.Namespace, scene: Any, gateway: Any) -> dict[str, Any]:
    from benchmarks.support import processes, product

    with processes.worker("config", count=arguments.processes) as worker:
        run = product.run(scene, gateway, worker, count=arguments.people)
        found = figures(run, processes.peak_rss_mib(worker.pid))
    if arguments.latency_ms:
        ceiling = arguments.processes * arguments.window / (arguments.latency_ms / 1000)
        found["latency_efficiency"] = round(run.per_second_once_begun / ceiling, 3)
    return found


def with_receipts(arguments: argparse.Namespace, scene: Any, gateway: Any) -> dict[str, Any]:
    """The product as it runs: worker, sweep and web server, which takes receipts all the while."""
    from benchmarks.support import processes, product, storing

    with (
        storing.web(),
        processes.running("sweep", "manage.py", "sweep"),
        processes.worker("config", count=arguments.processes) as worker,
    ):
        run = product.run(scene, gateway, worker, count=arguments.people)
        found = figures(run, processes.peak_rss_mib(worker.pid))
        return found | product.settle_receipts(gateway, run)


def embedded(arguments: argparse.Namespace, here: dict[str, Any]) -> dict[str, Any]:
    """The same on SQLite and the folder broker, in a place of its own; and the ratio to here."""
    from crisis.drills import place

    outside = ("DATABASE_URL", "CELERY_BROKER_URL", place.INSIDE)
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        # It has one writer at a time: a third process would only wait.
        options = ["--alone", "--processes", "2", "--people", str(arguments.people), "--json",
                   file.name]  # fmt: skip
        command = [sys.executable, "-m", "benchmarks.fanout", *options]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        there = json.loads(Path(file.name).read_text(encoding="utf-8"))
    return {
        "embedded_rate_per_s": there["rate_per_s"],
        "embedded_first_handover_s": there["first_handover_s"],
        "embedded_ratio": round(there["rate_per_s"] / here["rate_per_s"], 2),
        "embedded_lost": there["lost"],
        "embedded_duplicates": there["duplicates"],
    }


def overtaken(arguments: argparse.Namespace, scene: Any, gateway: Any) -> dict[str, Any]:
    from benchmarks.support import processes, product

    with (
        processes.running("sweep", "manage.py", "sweep"),
        processes.worker("config", count=arguments.processes),
    ):
        return product.overtake(scene, gateway, many=arguments.people, few=FEW)


def figures(run: Any, rss: float) -> dict[str, Any]:
    """Flat, for comparing one commit with another."""
    from django.conf import settings
    from django.db import connection

    return {
        "recipients": run.recipients,
        "database": connection.vendor,
        "broker": settings.CELERY_BROKER_URL.partition(":")[0],
        "window": settings.SEND_WINDOW,
        "rate_per_s": round(run.per_second),
        "first_handover_s": round(run.seconds_to_first, 3),
        "declare_s": round(run.seconds_to_declare, 3),
        "duplicates": run.duplicates,
        "lost": run.lost,
        "worker_rss_mib": rss,
        **{f"cpu_us_{who}": used for who, used in run.cpu_us.items()},
    }


BARS: tuple[tuple[str, str, float], ...] = (
    ("ratio_to_reference", "≥", 25.0),
    ("ratio_to_bare", "≥", 1.0),
    ("first_handover_s", "≤", 1.0),
    ("latency_efficiency", "≥", 0.8),
    ("embedded_ratio", "≥", 0.25),
    ("overtake_first_s", "≤", 2.0),
    ("duplicates", "≤", 0),
    ("lost", "≤", 0),
    ("receipts_lost", "≤", 0),
)


def show(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="fanout", show_header=False)
    for name, value in found.items():
        table.add_row(name, str(value))
    console = Console()
    console.print(table)
    for name, sign, bar in BARS:
        if name not in found:
            continue
        bar = 3.0 if name == "first_handover_s" and found["recipients"] > 500_000 else bar
        reached = found[name] >= bar if sign == "≥" else found[name] <= bar
        word = "[green]达到 reached[/green]" if reached else "[red]未达到 missed[/red]"
        console.print(f"{name} {sign} {bar}: {word}")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
