"""`manage.py drill` as a person types it: figures that add up, and no process left behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from config.kernel.processes import die_with_parent
from crisis.drills import place
from tests.support.processes import ROOT, until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
KEYS = {
    "people", "in_audience", "unaddressed", "deliveries", "handed_over", "delivered", "failed",
    "replies", "unmatched_replies", "standings", "duplicates", "lost",
    "seconds_to_first_handover", "seconds_to_last_handover", "manifest",
}  # fmt: skip


@pytest.fixture
def drill(tmp_path):
    """`drill("--once")` starts one; all of them are gone when the test ends."""
    started = []

    def start(*arguments, people=300):
        output = (tmp_path / "output.txt").open("wb")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "drill", "port-vila-2024", "--people", str(people),
             "--speed", "600", *arguments],
            cwd=ROOT,
            env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)} | database(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        started.append(process)
        process.output = tmp_path / "output.txt"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        until(lambda p=process: not family(p), seconds=20, what="the drill's end")
        forget(process.pid)


def database():
    """The server, where there is one; the drill makes a database of its own on it."""
    return {} if django_settings.SQLITE else {"DATABASE_URL": os.environ["DATABASE_URL"]}


def forget(pid):
    """What a killed drill could not clear: its database and queues on the servers."""
    if not django_settings.SQLITE:
        with place._maintenance() as (connection, _):
            place._drop(connection, f"guihang_drill_{pid}")
    if django_settings.CELERY_BROKER_URL.startswith("amqp"):
        from config.celery import app

        with app.connection_for_write() as broker:
            for name in ("urgent", "ordinary", "upkeep"):
                broker.default_channel.queue_delete(f"drill_{pid}.{name}")
            for name in ("work", "events"):
                broker.default_channel.exchange_delete(f"drill_{pid}.{name}")


def family(process):
    """Every living process of this drill, known by its environment."""
    mark = f"{place.INSIDE}=drill_{process.pid}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:  # it ended while we looked, or waits to be collected
            continue
    return found


def assert_addresses_stay_sealed(folder):
    """What the gateway was told in the open stands in no log, no broker file and, on SQLite, in no
    byte of the database."""
    [record] = folder.rglob("emulator.jsonl")
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    addresses = {line["to"].encode() for line in lines if line["what"] == "accepted"}
    kept_open = {record, *folder.rglob("manifest-*")}  # the oracle, and the planner's own files
    sinks = [path for path in folder.rglob("*") if path.is_file() and path not in kept_open]
    assert len(addresses) > 100
    expected = {".log", ".sqlite3"} if django_settings.SQLITE else {".log"}
    assert {path.suffix for path in sinks} >= expected
    held = {path: path.read_bytes() for path in sinks}
    leaks = [(p.name, a) for p, text in held.items() for a in addresses if a in text]
    assert leaks == []


def test_drill_ends_by_itself_and_its_figures_add_up(drill, tmp_path):
    process = drill("--once", "--json", str(tmp_path / "figures.json"))
    assert process.wait(120) == 0, process.output.read_text()
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert set(figures) >= KEYS
    assert (figures["people"], figures["in_audience"]) == (300, 231)
    for facet in ("condition", "movement", "contact"):
        assert sum(figures["standings"][facet].values()) == 231
    assert (figures["duplicates"], figures["lost"]) == (0, 0)
    assert figures["handed_over"] + figures["failed"] >= figures["deliveries"]
    assert 0 < figures["delivered"] <= figures["handed_over"] <= figures["deliveries"]
    assert figures["standings"]["contact"]["answered"] > 100
    assert figures["replies"] > 100
    assert figures["unmatched_replies"] >= 1  # strangers write, and stay visible
    assert 0 < figures["seconds_to_first_handover"] <= figures["seconds_to_last_handover"]
    manifest = figures["manifest"]
    assert manifest["rows"] >= figures["standings"]["condition"]["needs_help"]
    assert all(Path(file).stat().st_size for file in manifest["files"])
    assert {Path(file).suffix for file in manifest["files"]} == {".csv", ".xlsx"}
    assert family(process) == []
    assert_addresses_stay_sealed(tmp_path)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_drill(drill, sig):
    process = drill(people=231)
    serving = lambda: "手机 phones" in process.output.read_text()  # noqa: E731
    until(lambda: serving() or process.poll() is not None, seconds=90, what="the drill")
    assert serving(), process.output.read_text()
    assert len(family(process)) >= 6  # supervisor, emulator, web, stream, worker, sweep
    os.kill(process.pid, sig)
    until(lambda: process.poll() is not None, seconds=15, what="the supervisor's end")
    until(lambda: not family(process), seconds=15, what="the end of all its processes")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["atlantis"], "port-vila-2024"),
        (["port-vila-2024", "--speed", "9000"], "--speed"),
        (["port-vila-2024", "--people", "20"], "总人数"),
    ],
)
def test_bad_arguments_end_in_one_sentence(tmp_path, arguments, words):
    done = subprocess.run(
        [sys.executable, "manage.py", "drill", *arguments, "--once"],
        cwd=ROOT,
        env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)} | database(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
