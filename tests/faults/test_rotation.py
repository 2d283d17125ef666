"""Rotating keys is killed five times with everybody at work, and nothing is lost or unreadable."""

import random
import time

import pytest

from config.kernel import bulk, clock, encryption, rotation, scanning
from config.kernel.keys import note_keys
from registry.drafts import document_index
from registry.models import ContactPoint, Person
from tests.support.environment import KEYS, key
from tests.support.processes import until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
KILLS, PART = 5, 10_000
OLD = {1: b"a" * 32, 2: b"b" * 32}
NEW = OLD | {3: b"c" * 32}
DOCUMENT, ADDRESS = "registry.person.document_number", "address"


@pytest.fixture(autouse=True)
def new_key(stage, settings):
    settings.FIELD_KEYS = OLD
    stage.environment["GUIHANG_FIELD_KEYS"] = f"{KEYS['GUIHANG_FIELD_KEYS']},3:{key('c')}"
    yield
    encryption._cipher.cache_clear()


def number(n):
    return f"E{n:08d}"


def register(count):
    """That many people with a document and an address each, sealed with key 2."""
    now = clock.now()
    people = {"sex": "X", "nationality": "CN", "document_kind": "passport", "language": "zh-hans",
              "needs": "[]", "obstacles": "[]", "basis": "consent", "registered_at": now,
              "passport_name": "", "health_note": b"", "blood_type": b"", "due_on": b"",
              "insurer": "", "insurance_policy": b"", "insurer_phone": ""}  # fmt: skip
    for start in range(0, count, PART):
        ids = range(start + 1, min(start + PART, count) + 1)
        rows = [
            (n, f"旋{n}", encryption.seal(number(n), DOCUMENT), document_index(number(n)))
            for n in ids
        ]
        names = ("id", "name", "document_number", "document_index")
        bulk.insert(Person, names, rows, same=people, anew=True)
        points = [
            (n, encryption.seal(f"+86139{n:08d}", ADDRESS), n.to_bytes(16, "big")) for n in ids
        ]
        columns = ("person", "address", "address_index")
        same = {"channel": "sms", "preference": 1, "verified_at": now}
        bulk.insert(ContactPoint, columns, points, same=same, anew=True)


def stale():
    tables = [t for t in rotation.sealed_tables() if t.model in (Person, ContactPoint)]
    return sum(scanning.count_where(table.model, table.stale(3)) for table in tables)


class Neighbour:
    """Somebody who reads and writes the same rows meanwhile."""

    def __init__(self, people):
        self.dice, self.people = random.Random(7), people
        self.wrote, self.slowest, self.acts = {}, 0.0, 0

    def work(self):
        """One person's note is written, another's document read."""
        pk, other = (self.dice.randint(1, self.people) for _ in "ab")
        began, words = time.monotonic(), f"记{self.acts}"
        Person.objects.filter(pk=pk).update(health_note=words)
        assert Person.objects.get(pk=other).document_number == number(other)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.wrote[pk], self.acts = words, self.acts + 1

    def until(self, reached, *, seconds, look_every_s=0.0):
        """To look means to count all rows: among a million only now and then."""
        looked = time.monotonic()

        def done():
            nonlocal looked
            self.work()
            if time.monotonic() - looked < look_every_s:
                return False
            looked = time.monotonic()
            return reached()

        until(done, seconds=seconds, what="progress of the rotation")


def rotate_and_kill(stage, settings, *, people, batch, seconds, look_every_s=0.0):
    """Five kills spread over the work, then one that ends it. Returns the neighbour and the
    seconds that the rotation worked in all."""
    settings.FIELD_KEYS = NEW
    note_keys()
    neighbour, whole, worked = Neighbour(people), stale(), 0.0
    for kill in range(KILLS):
        mark = whole * (KILLS - kill) / (KILLS + 1)
        stage.start("rotation", "manage.py", "rotate_keys", "--batch", str(batch))
        stage_began = time.monotonic()
        neighbour.until(lambda m=mark: stale() <= m, seconds=seconds, look_every_s=look_every_s)
        assert stage.processes["rotation"].poll() is None, stage.text("rotation")[-2000:]
        stage.kill("rotation")
        worked += time.monotonic() - stage_began
        assert stale()
    last = stage.start("rotation", "manage.py", "rotate_keys", "--batch", str(batch))
    stage_began = time.monotonic()
    neighbour.until(lambda: last.poll() is not None, seconds=seconds)
    assert last.returncode == 0, stage.text("rotation")[-2000:]
    return neighbour, worked + time.monotonic() - stage_began


def assert_everything_opens(neighbour, people):
    """Every value, with the new key alone: the old ones are thrown away first."""
    encryption._cipher.cache_clear()
    read = 0
    rows = Person.objects.values_list("pk", "document_number", "health_note")
    for pk, document, note in rows.iterator(chunk_size=PART):
        assert document == number(pk)
        assert note == neighbour.wrote.get(pk, "")
        read += 1
    addresses = ContactPoint.objects.values_list("person_id", "address")
    for person, address in addresses.iterator(chunk_size=PART):
        assert address == f"+86139{person:08d}"
        read += 1
    assert read == 2 * people


def test_five_kills_lose_nothing_and_leave_nothing_behind(stage, settings):
    people = 1_500
    register(people)
    neighbour, _ = rotate_and_kill(stage, settings, people=people, batch=10, seconds=60)
    assert rotation.needing(2) == {}
    settings.FIELD_KEYS = {3: NEW[3]}
    assert_everything_opens(neighbour, people)
    assert neighbour.acts > KILLS


@pytest.mark.long
def test_a_million_people_are_sealed_anew_while_everybody_works(stage, settings, record_figure):
    people = 1_000_000
    register(people)
    neighbour, seconds = rotate_and_kill(
        stage, settings, people=people, batch=1000, seconds=600, look_every_s=5.0
    )
    assert rotation.needing(2) == {}
    settings.FIELD_KEYS = {3: NEW[3]}
    assert_everything_opens(neighbour, people)
    for name, value in {
        "people": people,
        "values": 2 * people,
        "kills": KILLS,
        "seconds_in_all": round(seconds, 1),
        "values_a_second": round(2 * people / seconds),
        "writes_meanwhile": neighbour.acts,
        "slowest_write_and_read_ms": round(1000 * neighbour.slowest),
        "unreadable": 0,
        "lost_writes": 0,
    }.items():
        record_figure(f"rotation.{name}", value)
