"""Replies and receipts at scale: stored, folded into the roll call, blind to order.

    make bench NAME=replies [JSON=file] [ARGS="--people 20000 --parts stored,answers"]

Everything on this machine, encryption on, on PostgreSQL and RabbitMQ; on SQLite it runs smaller,
and its figures count for nothing but themselves. What is measured, and what it came to:
docs/performance.md.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

PARTS = ("stored", "answers", "receipts")
PEOPLE, PEOPLE_ON_SQLITE = 100_000, 2_000
PUSHED = 3
BAR_STORED, BAR_FOLDED_S = 0.60, 5.0
Figures = dict[str, Any]


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become(
            "benchmarks.replies",
            GUIHANG_TWO_PERSON_THRESHOLD=str(arguments.people),
            GUIHANG_URLCONF="benchmarks.support.bare_urls",
        )
    try:
        found = measure(arguments)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        show(found)
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    from django.conf import settings

    people = PEOPLE_ON_SQLITE if settings.SQLITE else PEOPLE
    parser = argparse.ArgumentParser(prog="replies", description=__doc__)
    parser.add_argument("--people", type=int, default=people, help="who are alerted and answer")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of storing")
    parser.add_argument("--requests", type=int, default=3_000, help="replies in a round")
    parser.add_argument("--parts", default=",".join(PARTS), help="some of the parts, by commas")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    arguments = parser.parse_args()
    arguments.parts = arguments.parts.split(",")
    if strange := set(arguments.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(strange))}")
    return arguments


def told(figures: Figures) -> Figures:
    """Say them as soon as they are known: a whole run takes minutes."""
    say("  " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    return figures


def measure(arguments: argparse.Namespace) -> Figures:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.support import people

    if settings.SQLITE:
        say("SQLite：结果不作数，请用 PostgreSQL 运行 these figures count on PostgreSQL only")
    say(f"准备 preparing: {arguments.people} 人 people")
    call_command("migrate", verbosity=0)
    found: Figures = {
        "database": connection.vendor,
        "broker": settings.CELERY_BROKER_URL.partition(":")[0],
        "people": arguments.people,
    }
    if "stored" in arguments.parts:
        found |= told(measure_storing(arguments))
    if set(arguments.parts) == {"stored"}:
        return found
    scene = people.set_scene()
    people.add_people(arguments.people)
    return found | measure_incidents(arguments, scene)


def measure_storing(arguments: argparse.Namespace) -> Figures:
    from benchmarks.support import storing
    from notifications.services import inbox

    say("收下 storing, beside a bare view")
    with storing.web():
        stored = storing.run(rounds=arguments.rounds, requests=arguments.requests)
        wechat = storing.wechat(arguments.requests)
    while inbox.work_inbox():  # strangers; what comes next shall not wait for them
        continue
    return {
        "stored_ratio": round(stored.ratio, 3),
        "stored_per_s": round(stored.product.per_second),
        "bare_per_s": round(stored.bare.per_second),
        "p50_ms": stored.product.p50_ms,
        "p99_ms": stored.product.p99_ms,
        "bare_p50_ms": stored.bare.p50_ms,
        "bare_p99_ms": stored.bare.p99_ms,
        "wechat_per_s": round(wechat.per_second),
        "wechat_p99_ms": wechat.p99_ms,
    }


def measure_incidents(arguments: argparse.Namespace, scene: Any) -> Figures:
    """Two incidents of the same people: the first hears answers and receipts as they should come,
    the second as they come on a bad day."""
    from benchmarks.support import answering, receipting

    answers, receipts = "answers" in arguments.parts, "receipts" in arguments.parts
    found: Figures = {}
    first = answering.alerted_incident(scene, arguments.people, "first")
    if answers:
        found |= told(measure_arrival(first, arguments))
    if receipts:
        found |= told(measure_receipts(first, shuffled=False))
    second = answering.alerted_incident(scene, arguments.people, "second")
    if answers:
        found |= told(measure_backlog(second, arguments))
    if receipts:
        found |= told(measure_receipts(second, shuffled=True))
        equal = receipting.final_states(first) == receipting.final_states(second)
        found["receipts_equal"] = equal
    return found


def measure_arrival(incident: Any, arguments: argparse.Namespace) -> Figures:
    from benchmarks.support import answering, processes, storing

    say("回答 answers, one from each, with the sweep at work")
    with storing.web(), processes.running("sweep", "manage.py", "sweep"):
        arrived = storing.send(answering.answers(arguments.people, run=1))
        folded_at = answering.wait_until_answered(incident, arguments.people)
    return {
        "answers": arguments.people,
        "answers_per_s": round(arrived.per_second),
        "answers_p99_ms": arrived.p99_ms,
        "folded_after_last_s": round(max(0.0, folded_at - arrived.last_at), 2),
    }


def measure_backlog(incident: Any, arguments: argparse.Namespace) -> Figures:
    from benchmarks.support import answering, processes, storing

    say("积压 as many answers, stored while the sweep was down")
    answering.store(answering.stored_answers(arguments.people, run=2))
    started = time.time()
    with processes.running("sweep", "manage.py", "sweep"):
        folded_at = answering.wait_until_answered(incident, arguments.people)
    say("报平安页面 the check-in page")
    with storing.web():
        pressed = storing.check_in(incident, min(arguments.requests, arguments.people))
    return {
        "backlog_fold_s": round(folded_at - started, 2),
        "check_in_per_s": round(pressed.per_second),
        "check_in_p99_ms": pressed.p99_ms,
    }


def measure_receipts(incident: Any, *, shuffled: bool) -> Figures:
    from benchmarks.support import processes, receipting

    say(f"回执 receipts, {f'each {PUSHED} times, shuffled' if shuffled else 'in order'}")
    with processes.running("sweep", "manage.py", "sweep"):
        if not shuffled:
            return {"receipts_in_order_s": round(receipting.in_order(incident), 2)}
        seconds = receipting.shuffled(incident, times=PUSHED)
    kept = len(receipting.messages_of(incident)) * receipting.PER_MESSAGE
    return {
        "receipts": kept,
        "receipts_pushed": kept * PUSHED,
        "receipts_s": round(seconds, 2),
    }


def show(found: Figures) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="replies", show_header=False)
    for name, value in found.items():
        table.add_row(name, str(value))
    console = Console()
    console.print(table)
    for name, bar, reached in (
        ("stored_ratio", f"≥ {BAR_STORED}", lambda value: value >= BAR_STORED),
        ("folded_after_last_s", f"≤ {BAR_FOLDED_S} s", lambda value: value <= BAR_FOLDED_S),
        ("receipts_equal", "", lambda value: value),
    ):
        if name in found:
            good = reached(found[name])
            word = "[green]达到 reached[/green]" if good else "[red]未达到 missed[/red]"
            console.print(f"{name} {bar}: {word}")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
