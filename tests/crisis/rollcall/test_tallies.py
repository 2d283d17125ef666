"""The kept sums say at every moment what counting the rows says, whoever wrote them."""

from collections import Counter
from random import Random

import pytest
from django.db.models import F

from crisis.rollcall.models import MinuteTally, RollCallEvent, Standing, StandingTally
from crisis.rollcall.selectors import counts
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from crisis.rollcall.tallies import (
    ANSWERS,
    answers_by_minute,
    fold_tallies,
    grouped,
    kept_by_triggers,
    standings_alike,
)
from registry.services.merging import merge_persons, undo_merge

pytestmark = pytest.mark.django_db


def as_table(rows):
    return sorted(tuple(sorted((key, str(value)) for key, value in row.items())) for row in rows)


def assert_same(incident):
    assert as_table(standings_alike(incident)) == as_table(grouped(incident))
    counted = Counter(
        (int(event.learned_at.timestamp()) // 60, event.kind)
        for event in RollCallEvent.objects.filter(incident=incident, kind__in=ANSWERS)
    )
    by_minute = answers_by_minute(incident)
    assert {(m, kind): n for m, kinds in by_minute.items() for kind, n in kinds.items()} == counted


def test_sums_are_the_counts_through_a_whole_story(alerted, people, hear, officer, held_clock):
    wang, li = people["wang"], people["li"]
    assert_same(alerted)
    hear("+6785550101", "1")
    assert_same(alerted)
    fold_tallies()
    held_clock(75)
    hear("+6785550101", "2")
    merge = merge_persons(kept=people["beyond"], gone=wang, by="officer")  # makes a standing
    assert_same(alerted)
    fold_tallies()
    undo_merge(merge=merge, by="officer")  # and deletes it
    record_status(incident=alerted, person_ref=li.pk, kind=EventKind.WANTS_OUT, officer=officer)
    assert_same(alerted)
    assert counts(alerted).wants_out == 1
    fold_tallies()
    assert_same(alerted)


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_the_counts_after_any_writes(alerted, seed):
    rng = Random(seed)
    facets = {
        "condition": ("unknown", "safe", "needs_help", "deceased"),
        "contact": ("alerted", "answered", "missing"),
        "movement": ("in_area", "left_area"),
        "wants_out": (True, False),
        "same_as": (None, 1),
    }
    for _ in range(25):
        some = rng.sample(list(Standing.objects.values_list("pk", flat=True)), 3)
        name = rng.choice(list(facets))
        Standing.objects.filter(pk__in=some).update(**{name: rng.choice(facets[name])})
        if rng.random() < 0.2:
            fold_tallies()
    Standing.objects.filter(pk=some[0]).delete()
    assert_same(alerted)


def test_folding_leaves_one_row_for_each_kind_and_is_repeatable(alerted, people, officer):
    if not kept_by_triggers():
        assert fold_tallies() == 0
        return
    kind = EventKind.SAFE
    record_status(incident=alerted, person_ref=people["li"].pk, kind=kind, officer=officer)
    before = counts(alerted)
    assert fold_tallies() > 0
    assert fold_tallies() == 0
    assert counts(alerted) == before
    for model in (StandingTally, MinuteTally):
        assert not model.objects.filter(folded=False).exists()
    # What nothing is like any more may stay as a row of zero, and is not shown.
    assert all(row["n"] for row in standings_alike(alerted))


def test_what_changes_nothing_that_is_counted_writes_nothing(alerted):
    fold_tallies()
    Standing.objects.filter(incident=alerted).update(updated_at=F("updated_at"))
    assert not StandingTally.objects.filter(folded=False).exists()


@pytest.mark.parametrize(
    ("facets", "urgency"),
    [
        ({"condition": "needs_help", "wants_out": True}, 0),
        ({"condition": "injured"}, 0),
        ({"possible_help": True}, 1),
        ({"contact": "missing"}, 2),
        ({"condition": "identity_pending", "contact": "answered"}, 2),
        ({"condition": "safe", "contact": "answered", "wants_out": True}, 3),
        ({"contact": "no_answer"}, 4),
        ({}, 5),
        ({"condition": "safe", "contact": "answered"}, 6),
        ({"condition": "safe", "contact": "answered", "movement": "left_area"}, 7),
        ({"condition": "deceased", "possible_help": True}, 8),
    ],
)
def test_who_needs_somebody_first_has_the_lower_number(incident, people, facets, urgency):
    rows = Standing.objects.filter(incident=incident, person_ref=people["wang"].pk)
    rows.update(**facets)
    assert rows.get().urgency == urgency
