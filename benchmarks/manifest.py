"""A manifest of 36,000 people (Libya 2011): drafted from a plan, sealed, written in every format.

    make bench NAME=manifest [JSON=file] [ARGS="--sizes 3600"]

Each file is written by a process of its own, which reports seconds, bytes and its peak memory; the
same at a tenth of the people says whether memory grows with them. What it came to:
docs/performance.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

SIZES = (3_600, 36_000)
# Seconds aimed at for 36,000 people, and how much more memory that may take than a tenth of them.
BARS_S = {"csv": 15.0, "xlsx": 15.0, "pdf": 120.0, "gate": 120.0}
GROWTH_MIB = 24.0
Figures = dict[str, Any]


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become("benchmarks.manifest")
    try:
        found = measure(arguments)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        show(found, arguments)
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    from crisis.evacuation.exports import FORMATS

    parser = argparse.ArgumentParser(prog="manifest", description=__doc__)
    sizes = ",".join(map(str, SIZES))
    parser.add_argument("--sizes", default=sizes, help="how many people, by commas")
    parser.add_argument("--formats", default=",".join(FORMATS), help="some formats, by commas")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    arguments = parser.parse_args()
    arguments.sizes = [int(size) for size in arguments.sizes.split(",")]
    arguments.formats = arguments.formats.split(",")
    if strange := set(arguments.formats) - set(FORMATS):
        parser.error(f"no such format: {', '.join(sorted(strange))}")
    return arguments


def measure(arguments: argparse.Namespace) -> Figures:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    found: Figures = {
        "database": connection.vendor,
        "load": round(os.getloadavg()[0], 1),
    }
    for size in arguments.sizes:
        found |= told({f"{size}_{key}": value for key, value in of(size, arguments).items()})
    return found


def of(size: int, arguments: argparse.Namespace) -> Figures:
    """One manifest of `size` people, from the plan to the files."""
    from benchmarks.support import evacuated
    from crisis.evacuation.services import draft_manifest, seal_manifest

    say(f"准备 preparing: {size} 人 people")
    incident, planner = evacuated.planned(size)
    started = time.perf_counter()
    manifest = draft_manifest(incident=incident, planner=planner)
    drafted = time.perf_counter()
    seal_manifest(manifest=manifest, planner=planner)
    sealed = time.perf_counter()
    found: Figures = {
        "draft_s": round(drafted - started, 2),
        "seal_s": round(sealed - drafted, 2),
    }
    for name in arguments.formats:
        found |= {f"{name}_{key}": value for key, value in written(manifest.pk, name).items()}
    return found


def written(manifest: int, name: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.support.exporting", str(manifest), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return dict(json.loads(done.stdout))


def told(figures: Figures) -> Figures:
    """Say them as soon as they are known."""
    say("  " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    return figures


def show(found: Figures, arguments: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="manifest", show_header=False)
    for name, value in found.items():
        table.add_row(name, str(value))
    console = Console()
    console.print(table)
    least, most = min(arguments.sizes), max(arguments.sizes)
    for name in arguments.formats:
        if name in BARS_S and most == max(SIZES):
            seconds = found[f"{most}_{name}_s"]
            tell(console, f"{name} ≤ {BARS_S[name]} s", seconds <= BARS_S[name])
        if least != most:
            grown = found[f"{most}_{name}_peak_mib"] - found[f"{least}_{name}_peak_mib"]
            tell(console, f"{name}: +{grown:.1f} MiB ≤ {GROWTH_MIB}", grown <= GROWTH_MIB)


def tell(console: Any, bar: str, reached: bool) -> None:
    word = "[green]达到 reached[/green]" if reached else "[red]未达到 missed[/red]"
    console.print(f"{bar}: {word}")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
