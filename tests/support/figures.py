"""Figures that long tests measure: a table at the end, and flat JSON with `--figures FILE`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIGURES = pytest.StashKey[dict[str, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", metavar="FILE", help="write measured figures as flat JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}


@pytest.fixture
def record_figure(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """`record_figure("kill_worker.duplicates", 0)`: keep one measured figure."""

    def record(name: str, value: Any) -> None:
        request.config.stash[FIGURES][name] = value

    return record


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if not figures:
        return
    terminalreporter.section("figures")
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        terminalreporter.write_line(f"{name:<{width}}  {value}")
    if target := config.getoption("--figures"):
        Path(target).write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
