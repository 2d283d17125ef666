"""A quiet emulator, and the hooks it pushes to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator import Emulator, Hooks, emulator_process, hooks_server


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with hooks_server() as server:
        yield server


@pytest.fixture
def emulator(tmp_path: Path, hooks: Hooks) -> Iterator[Emulator]:
    with emulator_process(tmp_path, app_url=hooks.url) as process:
        yield process


@pytest.fixture
def pointed(emulator: Emulator, hooks: Hooks, settings: Any) -> Emulator:
    """The installation speaks to the emulator and is itself reached at the hooks."""
    settings.TWILIO_URL = settings.WECHAT_URL = emulator.url
    settings.PUBLIC_URL = hooks.url
    return emulator
