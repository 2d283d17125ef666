"""Copying inside the database leads to what reading and writing leads to, whoever lives there."""

from random import Random

import pytest
from django.db import connection

from crisis.incidents import copying
from crisis.incidents.services import expand_incident, expanding
from crisis.rollcall.models import Standing
from notifications.models import Batch, Delivery, DeliveryPerson
from registry.models import ContactPoint, Household, Person
from tests.support.scene import settle

pytestmark = pytest.mark.django_db
PHONES = [f"+67855501{n:02d}" for n in range(12)]
OPENIDS = [f"oCopy{n:02d}23456789abcdefghijklm" for n in range(4)]


def populate(seed: int) -> int:
    """Twenty people of all kinds: a number of their own, a shared one, two, WeChat, none."""
    rng, homes = Random(seed), [Household.objects.create(label=f"家{n}") for n in range(3)]
    for number in range(20):
        person = settle(
            f"人{number}",
            phone=rng.choice([*PHONES, "", ""]) if number % 3 else f"+67855502{number:02d}",
            openid=rng.choice([*OPENIDS, *[""] * 8]),
            household=rng.choice([*homes, None, None]),
            language=rng.choice(["zh-hans", "en"]),
        )
        points = ContactPoint.objects.filter(person=person)
        match rng.randrange(8):
            case 0:
                points.update(verified_at=None)
            case 1:
                points.update(retired_at=person.registered_at)
    return Person.objects.count()


def written() -> tuple[object, ...]:
    """All that may not depend on the way it was written. Keys and batches differ."""
    ends = Delivery.objects.values_list("channel", "address_index", "language", "covers", "state")
    links = DeliveryPerson.objects.values_list(
        "delivery__address_index", "person_ref", "is_owner", "delivery__wave"
    )
    standings = Standing.objects.values_list("person_ref", "addressed")
    return (
        sorted((channel, bytes(index), *rest) for channel, index, *rest in ends),
        sorted((bytes(index), *rest) for index, *rest in links),
        sorted(standings),
    )


@pytest.mark.parametrize("level", ["red", "yellow"])
@pytest.mark.parametrize("seed", range(4))
def test_copied_is_what_read_and_written_is(submit, settings, monkeypatch, seed, level):
    settings.SLICE_SIZE, settings.BATCH_SIZE = 7, 3
    Person.objects.all().delete()
    count = populate(seed)
    first = submit(count=count, response_level=level)
    expand_incident(first.pk)
    copied = written()
    opened = {d.address for d in Delivery.objects.filter(channel="sms")}
    assert opened <= {*PHONES, *(f"+67855502{n:02d}" for n in range(20))}
    assert_batches_hold_what_they_say()
    Delivery.objects.all().delete()
    Standing.objects.all().delete()
    monkeypatch.setattr(expanding, "copy_plain", lambda *, wave, person_ids: person_ids)
    second = submit(count=count, key="key-2", response_level=level)
    expand_incident(second.pk)
    ends, links, standings = written()
    waves = {wave for *_, wave in copied[1]}
    assert len(waves) == 1
    assert (ends, [link[:3] for link in links], standings) == (
        copied[0], [link[:3] for link in copied[1]], copied[2],
    )  # fmt: skip


def assert_batches_hold_what_they_say() -> None:
    for batch in Batch.objects.all():
        assert batch.deliveries.count() == batch.size
        assert {d.channel for d in batch.deliveries.all()} <= {batch.channel}
        assert batch.size <= 3
    assert sum(Batch.objects.values_list("size", flat=True)) == Delivery.objects.count()


def test_keys_differ_and_are_of_full_length(submit, settings):
    settings.BATCH_SIZE = 4
    Person.objects.all().delete()
    for n, phone in enumerate(PHONES):
        settle(f"人{n}", phone=phone)
    incident = submit(count=len(PHONES))
    expand_incident(incident.pk)
    keys = set(Delivery.objects.values_list("key", flat=True))
    assert len(keys) == len(PHONES)
    assert {len(key) for key in keys} == {2 * copying.KEY_BYTES}
    assert sorted(Batch.objects.values_list("size", flat=True)) == [4, 4, 4]


def test_who_is_plain_is_not_read_by_way_of_python(submit, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("copied inside PostgreSQL alone")
    Person.objects.all().delete()
    for n, phone in enumerate(PHONES):
        settle(f"人{n}", phone=phone)
    incident = submit(count=len(PHONES))
    asked = []
    addresses_for = expanding.addresses_for
    monkeypatch.setattr(
        expanding,
        "addresses_for",
        lambda ids, **how: asked.append(ids) or addresses_for(ids, **how),
    )
    expand_incident(incident.pk)
    assert asked == [[]]
    assert Delivery.objects.count() == len(PHONES)
