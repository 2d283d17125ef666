"""What stays of people at gates."""

from datetime import timedelta

import pytest

from config.kernel import clock, retention
from crisis.boarding.models import GateScan, WalkIn
from crisis.boarding.services import NewWalkIn, match_walk_in, take_scans
from crisis.boarding.services.keeping import forget
from crisis.boarding.states import ScanKind
from registry.holds import Erasure
from tests.support.gates import scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(gate):
    """A stranger who was matched to 赵外, and words about 李强."""
    who = NewWalkIn(key="walk-in-1", name="赵外", document="E32345678", note="急")
    take_scans(
        pack=gate.pack,
        scans=[scan(walk_in=who, note="外"), scan(gate.li, ScanKind.REFUSED, note="发烧")],
    )
    match_walk_in(walk_in=WalkIn.objects.get(), person_ref=gate.outside.pk, planner=gate.planner)
    return gate


def words():
    walk_in = WalkIn.objects.get()
    notes = set(GateScan.objects.values_list("note", flat=True))
    return (walk_in.name, walk_in.document, walk_in.note), notes


def test_erasing_takes_what_gates_wrote(written):
    gate = written
    forget(Erasure(frozenset({gate.outside.pk}), frozenset(), {}))
    assert words() == (("", "", ""), {"", "发烧"})
    forget(Erasure(frozenset({gate.li.pk}), frozenset(), {}))
    assert words()[1] == {""}
    assert GateScan.objects.count() == 2


def test_words_go_with_time(written, settings):
    settings.KEEP_MANIFEST_DAYS = settings.KEEP_NOTE_DAYS = 30
    incident = written.incident
    retention.run(budget_s=5)
    assert words()[0][0] == "赵外"
    type(incident).objects.update(
        state="stood_down", stood_down_at=clock.now() - timedelta(days=31)
    )
    done = retention.run(budget_s=5)
    assert (done.ended["walk_ins"], done.ended["gate_notes"]) == (1, 2)
    assert words() == (("", "", ""), {""})
