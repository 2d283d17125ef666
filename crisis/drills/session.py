"""A whole drill: prepare, start the processes, declare, watch, seal, report, serve."""

import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from config.kernel import clock
from crisis.drills import place, running, screen
from crisis.drills.preparing import Prepared, open_database, prepare, starts_at
from crisis.drills.report import figures
from crisis.drills.scenarios import Scenario
from crisis.drills.supervisor import Supervisor, emulator_log

SETTLE_LIMIT_S = 900.0
TEND_EVERY_S = 0.5


def run_drill(
    scenario: Scenario, *, people: int, seed: int, speed: float, once: bool, report: Path | None
) -> dict[str, Any]:
    """Run one drill in this process's own place; with `once` it ends when all has settled,
    otherwise it serves until interrupted. Returns the figures."""
    screen.console.print(f"准备 preparing {scenario.code}: {people} 人…")
    try:
        signal = open_database(scenario)
        set_clock(starts_at(signal), speed)
        with Supervisor(seed=seed) as supervisor:
            # The processes come up while the people are written.
            prepared = prepare(scenario, signal, people=people, seed=seed)
            supervisor.wait_until_ready()
            return _play(scenario, prepared, supervisor, once=once, report=report)
    finally:
        place.clear()


def set_clock(start: datetime, speed: float) -> None:
    """Scenario time begins now; the processes started after this share it."""
    settings.CLOCK = clock.setting_for(start, speed)
    os.environ["GUIHANG_CLOCK"] = settings.CLOCK


def _play(
    scenario: Scenario,
    prepared: Prepared,
    supervisor: Supervisor,
    *,
    once: bool,
    report: Path | None,
) -> dict[str, Any]:
    declared = running.declare(scenario, prepared)
    incident = declared.incident
    screen.announce(declared.preview, incident)
    if not once:
        screen.say_where(prepared, incident)
    screen.watch(incident, supervisor, limit_s=SETTLE_LIMIT_S)
    running.plan_evacuation(scenario, incident, prepared)
    sealed = running.seal(incident, prepared)
    found = figures(incident, log=emulator_log(), sealed=sealed, confirmed_at=declared.confirmed_at)
    if report:
        report.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    screen.summarise(found)
    if not once:
        screen.say_where(prepared, incident)
        _serve(supervisor)
    return found


def _serve(supervisor: Supervisor) -> None:
    screen.console.print("按 Ctrl-C 结束 / Ctrl-C ends it")
    while True:
        for name in supervisor.tend():
            screen.console.print(f"[yellow]{name} 已重启 restarted[/yellow]")
        time.sleep(TEND_EVERY_S)
