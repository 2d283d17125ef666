"""A benchmark's own place: a database, queues and ports that nothing else knows."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def become(module: str, **environment: str) -> None:
    """Become the same command, `python -m MODULE …`, in a drill's place with `environment`."""
    from crisis.drills import place

    whole = place.new_environment() | {"PYTHONPATH": str(ROOT)} | environment
    sys.stdout.flush()
    command = [sys.executable, "-m", module, *sys.argv[1:]]
    os.execve(sys.executable, command, whole)  # noqa: S606
