"""Start one benchmark by its name, or list them: `bench.py [NAME] [--json FILE] […]`.

A benchmark is a module of benchmarks/ with a `main()` that reads sys.argv, prints a table, and
with `--json FILE` writes flat figures.
"""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def names() -> list[str]:
    return sorted(p.stem for p in (ROOT / "benchmarks").glob("*.py") if not p.stem.startswith("_"))


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in names():
        listed = ", ".join(names()) or "—"
        sys.exit(f"请指定 NAME / choose one with NAME=…: {listed}")
    sys.path.insert(0, str(ROOT))
    del sys.argv[1]
    runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
