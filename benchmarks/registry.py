"""The registry at its size: what a night, a look-up and a load cost.

    make bench NAME=registry [JSON=file] [ARGS="--parts legs --legs 100000"]

Each part writes flat figures whose names begin with its own; ratios are of one run, on one
machine. What it came to: docs/performance.md.
"""

import argparse
import importlib
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

# Each is a module of benchmarks/support with `add_arguments(parser)` and `measure(arguments)`.
PARTS = {
    "load": "benchmarks.support.loading",
    "lookup": "benchmarks.support.looking",
    "roster": "benchmarks.support.uploading",
    "legs": "benchmarks.support.legs",
}


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become("benchmarks.registry")
    try:
        found = measure(arguments)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        for name, value in found.items():
            print(f"{name:<28} {value}")
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="registry", description=__doc__)
    parser.add_argument("--parts", type=parts, default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    for module in PARTS.values():
        importlib.import_module(module).add_arguments(parser)
    return parser.parse_args()


def parts(text: str) -> list[str]:
    """legs,load → those two, in the order of PARTS."""
    wanted = set(text.split(","))
    if unknown := wanted - PARTS.keys():
        raise argparse.ArgumentTypeError(f"{unknown}: choose of {', '.join(PARTS)}")
    return [name for name in PARTS if name in wanted]


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    found: dict[str, Any] = {"database": connection.vendor}
    for name in arguments.parts:
        found |= importlib.import_module(PARTS[name]).measure(arguments)
    return found


if __name__ == "__main__":
    main()
