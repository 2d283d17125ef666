"""The live board of 100,000 people while 500 answers a second come in.

    make bench NAME=board [JSON=file] [ARGS="--people 20000 --seconds 10"]

Web server, stream and sweep run as in production; answers are stored as the webhook stores them and
folded by the sweep. Reported: opening the board's page, pushes in bytes, how long after its fold
an answer is pushed, what reading costs, beside what counting the same rows would. What it came to:
docs/performance.md.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

PEOPLE, RATE, SECONDS, READINGS = 100_000, 500, 20, 9
TICK_S = 0.05
Figures = dict[str, Any]


def main() -> None:
    django.setup()
    from benchmarks.support import inside
    from crisis.drills import place

    arguments = parse()
    if not place.is_inside():
        inside.become("benchmarks.board", GUIHANG_TWO_PERSON_THRESHOLD=str(arguments.people))
    try:
        found = measure(arguments)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    finally:
        place.clear()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="board", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rate", type=int, default=RATE, help="answers a second")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long they come in")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write flat figures here")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> Figures:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.support import answering, people

    call_command("migrate", verbosity=0)
    scene = people.set_scene()
    people.add_people(arguments.people)
    settle_places()
    incident = answering.alerted_incident(scene, arguments.people, "board")
    found: Figures = {
        "database": connection.vendor,
        "people": arguments.people,
        "load": round(os.getloadavg()[0], 1),
    }
    found |= told(found | measure_reading(incident))
    with serving() as stream_pid:
        found |= told(measure_pages(incident, scene))
        found |= told(measure_storm(incident, scene, stream_pid, arguments))
        found |= told(measure_paper(incident, scene))
    return found


def told(figures: Figures) -> Figures:
    """Say them as soon as they are known: a whole run takes minutes."""
    for name, value in figures.items():
        print(f"{name:<26} {value}", flush=True)
    return figures


def settle_places() -> None:
    from django.db import connection, transaction

    from config.kernel import clock
    from registry.models import Person
    from registry.services.current import settle_new

    with transaction.atomic():
        settle_new(list(Person.objects.values_list("pk", flat=True)), clock.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def serving() -> Iterator[int]:
    """Web, stream and sweep; the stream's process id."""
    import socket

    from django.conf import settings

    from benchmarks.support import processes
    from crisis.drills.place import port_of
    from crisis.drills.supervisor import commands

    def listens(url: str) -> Callable[[], bool]:
        def ask() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port_of(url))) == 0

        return ask

    started = commands(0)
    with (
        processes.running("web", *started["web"]),
        processes.running("stream", *started["stream"]) as stream,
        processes.running("sweep", *started["sweep"]),
    ):
        processes.wait_until(listens(settings.PUBLIC_URL), "web")
        processes.wait_until(listens(settings.STREAM_URL), "stream")
        yield stream.pid


def measure_reading(incident: Any) -> Figures:
    """What a turn of the reader costs, and what it would by counting the rows."""
    from crisis.console.live import board_figures, newest
    from crisis.console.waves import wave_progress
    from crisis.rollcall.tallies import grouped, standings_alike

    waves = wave_progress(incident)
    return {
        "read_ms": typical(lambda: (board_figures(incident, waves), newest(incident))),
        "kept_sums_ms": typical(lambda: list(standings_alike(incident))),
        "counting_people_ms": typical(lambda: list(grouped(incident))),
        "counting_messages_ms": typical(lambda: wave_progress(incident)),
    }


def measure_pages(incident: Any, scene: Any) -> Figures:
    """With nothing else going on."""
    from benchmarks.support import watching
    from crisis.rollcall.models import Standing

    cookie, room = watching.log_in(scene.officer), f"/incidents/{incident.pk}"
    for _ in range(4):  # each of the web server's processes has read its templates
        page = watching.fetch(f"{room}/", cookie)
    sight = "zoom=7&west=160&south=-25&east=175&north=-10"
    standings = Standing.objects.filter(incident=incident).order_by("urgency", "pk")
    deep = standings[standings.count() * 9 // 10]
    rows = {"HX-Request": "true"}
    return {
        "page_bytes": page.size,
        "open_quiet_ms": watching.typical(f"{room}/", cookie),
        "wall_ms": watching.typical(f"{room}/wall/", cookie),
        "rows_first_ms": watching.typical(f"{room}/roster/", cookie, **rows),
        "rows_deep_ms": watching.typical(
            f"{room}/roster/?after={deep.urgency}-{deep.pk}", cookie, **rows
        ),
        "map_first_ms": round(watching.fetch(f"{room}/points/?{sight}", cookie).ms, 1),
        "map_ms": watching.typical(f"{room}/points/?{sight}", cookie),
    }


def measure_paper(incident: Any, scene: Any) -> Figures:
    """The whole roll call, streamed."""
    from benchmarks.support import watching

    paper = watching.fetch(f"/incidents/{incident.pk}/print/", watching.log_in(scene.officer))
    return {"print_s": round(paper.ms / 1000, 3), "print_mb": round(paper.size / 1e6, 1)}


def measure_storm(
    incident: Any, scene: Any, stream_pid: int, arguments: argparse.Namespace
) -> Figures:
    """Answers come in while somebody listens and others open the page."""
    from benchmarks.support import answering, processes, watching

    cookie = watching.log_in(scene.officer)
    listener = watching.Listener(incident.pk, cookie)
    opener = watching.Opener(f"/incidents/{incident.pk}/", cookie)
    listener.start()
    if not listener.first.wait(30):
        raise SystemExit("the stream said nothing")
    opener.start()
    before, began = processes.cpu_s([stream_pid]), time.time()
    count = min(arguments.rate * arguments.seconds, arguments.people)
    feed(count, arguments.rate)
    fed_s = time.time() - began
    answering.wait_until_answered(incident, count)
    folded_s = time.time() - began
    threading.Event().wait(3)  # whatever is still to be pushed is pushed
    used = processes.cpu_s([stream_pid]) - before
    lasted = time.time() - began
    opener.stop.set()
    opener.join()
    listener.over = True
    pushes = [push for push in listener.pushes if push.name not in ("snapshot", "beat")]
    return {
        "answers": count,
        "answers_per_s": round(count / fed_s),
        "folded_per_s": round(count / folded_s),
        "first_event_ms": round(listener.first_ms, 1),
        **watching.spread("open_ms", [page.ms for page in opener.opened]),
        "opened": len(opener.opened),
        "snapshot_bytes": listener.pushes[0].size,
        **watching.spread("push_bytes", [float(push.size) for push in pushes]),
        "pushes_per_s": round(len(pushes) / lasted, 2),
        **watching.spread("push_delay_ms", delays(incident, pushes)),
        "reader_core_share": round(used / lasted, 3),
    }


def feed(count: int, rate: int) -> None:
    """Store answers evenly, as the webhook would, `rate` in each second."""
    from benchmarks.support import answering

    forms = list(answering.stored_answers(count, 1))
    began, sent = time.monotonic(), 0
    while sent < count:
        due = min(count, int((time.monotonic() - began) * rate) + 1)
        answering.store(iter(forms[sent:due]))
        sent = due
        threading.Event().wait(TICK_S)


def delays(incident: Any, pushes: list[Any]) -> list[float]:
    """Milliseconds from the fold of the newest answer that a push counts to its arrival."""
    from crisis.rollcall.models import Standing
    from crisis.rollcall.states import Contact

    answered = Standing.objects.filter(incident=incident, contact=Contact.ANSWERED)
    folded = sorted(at.timestamp() for at in answered.values_list("updated_at", flat=True))
    return [
        (push.at - folded[push.answered - 1]) * 1000
        for push in pushes
        if push.answered and push.answered <= len(folded)
    ]


def typical(work: Callable[[], Any]) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) * 1000

    return round(median(once() for _ in range(READINGS)), 1)


if __name__ == "__main__":
    main()
