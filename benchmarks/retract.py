"""Taking an alert back, and correcting it, while 100,000 messages are on their way.

    make bench NAME=retract [JSON=file] [ARGS="--people 20000"]

Twice the same alert, with half of it handed over: once it is taken back, once it is corrected.
Seconds count from the officer's call. What it came to: docs/performance.md.
"""

import argparse
import json
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

WORDS = {
    "subject": "集合点",
    "subject_en": "meeting point",
    "value": "市体育场",
    "value_en": "City Stadium",
}
SHARES = (0.5, 0.9, 1.0)
SETTLE_S = 300.0


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become("benchmarks.retract", GUIHANG_TWO_PERSON_THRESHOLD=str(arguments.people))
    try:
        found = measure(arguments)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        show(found)
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="retract", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="recipients of the alert")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.support import people, processes
    from crisis.incidents.services import retract_incident_wave, submit_announcement

    def take_back(incident: Any, alert: Any) -> Any:
        return retract_incident_wave(incident=incident, wave=alert, officer=scene.officer)

    def correct(incident: Any, alert: Any) -> Any:
        return submit_announcement(
            incident=incident, kind="correction", words=WORDS, officer=scene.officer
        ).wave

    say(f"准备 preparing: {arguments.people} 人 people")
    call_command("migrate", verbosity=0)
    scene = people.set_scene()
    people.add_people(arguments.people)
    found: dict[str, Any] = {"recipients": arguments.people, "database": connection.vendor}
    sweep = processes.running("sweep", "manage.py", "sweep")
    with processes.gateway() as gateway, processes.worker("config"), sweep:
        for name, act in (("retract", take_back), ("correct", correct)):
            say(name)
            figures = in_mid_alert(scene, gateway, act, count=arguments.people)
            found |= {f"{name}_{key}": value for key, value in figures.items()}
    return found


def in_mid_alert(
    scene: Any, gateway: Any, act: Callable[[Any, Any], Any], *, count: int
) -> dict[str, Any]:
    """Declare, wait until half is handed over, act, and wait until all is settled."""
    from benchmarks.support import people
    from config.kernel import clock
    from crisis.incidents.models import Incident
    from crisis.incidents.selectors import standing_alert
    from crisis.incidents.services import declare_incident

    gateway.forget()
    incident = declare_incident(
        draft=people.draft(scene),
        officer=scene.officer,
        declaration_key=str(uuid.uuid4()),
        confirmed_count=count,
        another_than=list(Incident.objects.values_list("pk", flat=True)),
    )
    gateway.wait_for(count // 2)
    alert = standing_alert(incident)
    called_at, real_call = clock.now(), clock.real_now()
    second = act(incident, alert)
    committed = clock.real_now()
    settle(incident)
    return outcome(alert, second, called_at=called_at, committed_at=committed) | {
        "seconds_of_the_call": round((committed - real_call).total_seconds(), 3)
    }


def settle(incident: Any) -> None:
    """Until every wave has its recipients and nothing is on its way any more."""
    from notifications.selectors import unsettled, waves_of

    until = time.monotonic() + SETTLE_S
    while waves_of(incident.source).filter(recipients_done_at=None).exists() or unsettled(
        incident.source
    ):
        if time.monotonic() > until:
            raise SystemExit("没有按时结束 did not settle in time")
        time.sleep(0.5)


def outcome(alert: Any, second: Any, *, called_at: Any, committed_at: Any) -> dict[str, Any]:
    """What left after the call, and when those who had got the wrong alert were told."""
    from notifications.models import Delivery

    wrong = Delivery.objects.filter(wave=alert)
    got = set(wrong.exclude(accepted_at=None).values_list("address_index", flat=True))
    told = Delivery.objects.filter(wave=second).exclude(accepted_at=None)
    moments = sorted(
        (at - called_at).total_seconds() for at in told.values_list("accepted_at", flat=True)
    )
    reached = {bytes(index) for index in told.values_list("address_index", flat=True)}
    last_wrong = wrong.exclude(accepted_at=None).latest("accepted_at").accepted_at
    return {
        "had_got_it": len(got),
        "windows_after_the_commit": wrong.filter(called_at__gt=committed_at).count(),
        "seconds_to_last_wrong": round((last_wrong - called_at).total_seconds(), 3),
        "not_told": len({bytes(index) for index in got} - reached),
        "seconds_to_first_told": round(moments[0], 3),
        **{
            f"seconds_to_{round(share * 100)}_percent_told": round(
                moments[max(0, round(share * len(moments)) - 1)], 3
            )
            for share in SHARES
        },
        "told_per_second": round(len(moments) / moments[-1]),
    }


def show(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="retract", show_header=False)
    for name, value in found.items():
        table.add_row(name, str(value))
    Console().print(table)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
