"""What asking how things are costs, while a broadcast of a million is half sent.

    make bench NAME=status [JSON=file] [ARGS="--messages 100000"]

Median of some readings of the status and of the metrics, beside what counting the messages by
their state would cost on the same rows. What it came to: docs/performance.md.
"""

import argparse
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

READINGS, CHUNK, BATCH = 9, 10_000, 500


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become("benchmarks.status")
    try:
        found = measure(arguments.messages)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        for name, value in found.items():
            print(f"{name:<28} {value}")
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="status", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    return parser.parse_args()


def measure(messages: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from config.kernel import clock
    from crisis.operations import tally
    from crisis.operations.judging import read_status
    from crisis.operations.metrics import text
    from crisis.operations.models import TallyMark

    call_command("migrate", verbosity=0)
    write(messages)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    tally.advance()
    TallyMark.objects.update(seen_at=clock.real_now() - timedelta(minutes=1))
    folding_ms = once(tally.advance)
    return {
        "messages": messages,
        "database": connection.vendor,
        "tally_first_ms": folding_ms,
        "status_ms": typical(read_status),
        "metrics_ms": typical(text),
        "metrics_bytes": len(text()),
        "counting_by_state_ms": typical(count_by_state),
        "counting_calls_ms": typical(count_calls),
    }


def write(messages: int) -> None:
    """A wave of which half has been sent; a call for each of these, an answer for every third."""
    write_wave(messages)
    write_calls(messages // 2)
    write_answers(messages // 6)


def write_wave(messages: int) -> None:
    from config.kernel import bulk, clock, encryption
    from notifications.models import Batch, Delivery
    from notifications.services.waves import create_wave
    from notifications.states import Priority, WaveKind

    now = clock.now()
    wave = create_wave(
        kind=WaveKind.INITIAL, priority=Priority.ORDINARY, template="earthquake",
        variables=dict.fromkeys(
            ("place", "place_en", "when", "when_en", "magnitude"), "x"
        ), signature=("x", "x"), source="incident:1", expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    sealed = encryption.seal("+6785550100", "address")
    batches = Batch.objects.bulk_create(
        Batch(wave=wave, channel="sms", priority=wave.priority, due_at=now, size=BATCH,
              state="done" if n < messages // BATCH // 2 else "waiting")
        for n in range(messages // BATCH)
    )  # fmt: skip
    for rows in chunks(messages):
        ids = [batches[n // BATCH] for n in rows]
        bulk.insert(
            Delivery,
            ("wave", "batch", "channel", "address", "address_index", "language", "covers", "key",
             "state", "epoch", "attempts", "possible_duplicate", "gateway", "provider_ref",
             "provider_code", "told_state"),
            [(wave.pk, batch.pk, "sms", sealed, secrets.token_bytes(16), "zh-hans", 1,
              secrets.token_hex(12), "accepted" if batch.state == "done" else "pending", 1, 1,
              False, "twilio", "", "", "") for batch in ids],
        )  # fmt: skip


def write_calls(calls: int) -> None:
    from config.kernel import bulk, clock
    from notifications.models import Attempt

    now = clock.now()
    for rows in chunks(calls):
        bulk.insert(
            Attempt,
            ("delivery", "epoch", "gateway", "outcome", "provider_ref", "provider_code", "at"),
            [(n + 1, 1, "twilio", "accepted", secrets.token_hex(16), "", now) for n in rows],
        )


def write_answers(answers: int) -> None:
    from config.kernel import bulk, clock
    from notifications.models import Reply

    now = clock.now()
    for rows in chunks(answers):
        bulk.insert(
            Reply,
            ("via", "address", "text", "meaning", "state", "source", "answered_at", "received_at",
             "handled_by"),
            [("sms", b"", b"", "safe", "matched", "", now, now, "") for _ in rows],
        )  # fmt: skip


def chunks(count: int) -> Iterator[range]:
    for start in range(0, count, CHUNK):
        yield range(start, min(start + CHUNK, count))


def count_by_state() -> None:
    """What a metric by state would ask."""
    from django.db.models import Count

    from notifications.models import Delivery

    list(Delivery.objects.order_by().values_list("state").annotate(n=Count("pk")))


def count_calls() -> None:
    from django.db.models import Count

    from notifications.models import Attempt

    list(Attempt.objects.order_by().values_list("gateway", "outcome").annotate(n=Count("pk")))


def once(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return round((time.perf_counter() - began) * 1000, 1)


def typical(work: Callable[[], Any]) -> float:
    return median(once(work) for _ in range(READINGS))


if __name__ == "__main__":
    main()
