"""Finds captured material that lies beside the repository and is not part of it."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def shared_fixture(name: str) -> Path:
    """`shared_fixture("usgs/x.json")`: its path, or a skip that says what is missing.

    Looked for under GUIHANG_FIXTURES, then in shared/fixtures beside the repository.
    """
    given = os.environ.get("GUIHANG_FIXTURES")
    folders = [Path(given)] if given else []
    folders += [ROOT.parent / "shared" / "fixtures", ROOT / "shared" / "fixtures"]
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    pytest.skip(f"the captured file {name} is not on this machine (see CONTRIBUTING.md)")
