"""Compile locale/*/LC_MESSAGES/*.po to .mo, without needing GNU gettext on the machine."""

import os
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_all() -> None:
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        unfinished = compiled.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(unfinished))
        unfinished.rename(compiled)  # a reader never sees half a file


if __name__ == "__main__":
    compile_all()
