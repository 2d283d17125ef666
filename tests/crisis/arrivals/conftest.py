"""Port Vila to Suva and home: one flight out, one onward, and people who are on them."""

import hashlib
from types import SimpleNamespace

import pytest

from config.kernel import clock
from crisis.boarding.models import GatePack, GateScan, Passage
from crisis.evacuation.models import Manifest, ManifestEntry, ManifestLeg
from crisis.seats.states import Priority
from crisis.transports.states import PlaceClass, TransportStatus
from tests.support.evacuating import make_incident, make_operation, make_transport


@pytest.fixture
def incident(held_clock, post, officer):
    return make_incident(post, officer)


@pytest.fixture
def operation(incident, planner):
    return make_operation(incident, planner)


@pytest.fixture
def places(operation, other_post):
    """`vila`, `suva` (where the embassy in Fiji receives), `home`."""
    found = {place.code: place for place in operation.places.all()}
    suva = found["SUV"]
    suva.post = other_post
    suva.save()
    return SimpleNamespace(vila=found["VLI"], suva=suva, home=found["CAN"])


@pytest.fixture
def out(places, operation, held_clock):
    """The flight to Suva; it has left, and has landed by now."""
    flight = make_transport(operation, "MU9001", hours=1, lasts_h=2, status=TransportStatus.ARRIVED)
    held_clock(4 * 3600)
    return flight


@pytest.fixture
def onward(places, operation, out):
    return make_transport(operation, "MU9002", origin="SUV", destination="CAN", hours=20)


def seal(incident, planner, legs, *, version=1, at=None):
    """A sealed version that lists, for each person, these transports in order."""
    manifest = Manifest.objects.create(
        incident=incident, version=version, drafted_by=planner, drafted_at=clock.now()
    )
    for position, (person, transports) in enumerate(legs, start=1):
        entry = ManifestEntry.objects.create(
            manifest=manifest, position=position, person_ref=person.pk, party=position,
            priority=Priority.ADULT, sealed_row=b"x",
        )  # fmt: skip
        for leg, transport in enumerate(transports, start=1):
            ManifestLeg.objects.create(
                entry=entry, position=leg, transport=transport, place_class=PlaceClass.SEAT
            )
    Manifest.objects.filter(pk=manifest.pk).update(
        state=Manifest.State.SEALED, sealed_by=planner, sealed_at=at or clock.now(),
        content_hash="0" * 64,
    )  # fmt: skip
    manifest.refresh_from_db()
    return manifest


def gate(transport, person=None, state="boarded", *, walk_in=None, at=None):
    """What a gate recorded last of somebody."""
    return Passage.objects.create(
        transport=transport, person_ref=person and person.pk, walk_in=walk_in,
        state=state, at=at or transport.departs_at,
    )  # fmt: skip


def scanned_with(manifest, transport, planner, person):
    """A gate of this transport worked with this version."""
    now = clock.now()
    digest = hashlib.sha256(f"{manifest.pk}-{transport.pk}".encode()).digest()
    pack = GatePack.objects.create(
        manifest=manifest, transport=transport, gate="A", issued_by=planner, issued_at=now,
        expires_at=now, token_hash=digest,
    )  # fmt: skip
    GateScan.objects.create(
        transport=transport, pack=pack, key=f"{pack.pk}-{person.pk}", kind="boarded",
        person_ref=person.pk, at=now, received_at=now,
    )  # fmt: skip
