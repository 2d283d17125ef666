"""What gates record: any order, any number of times, one result."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.boarding.models import GateScan, Passage, WalkIn
from crisis.boarding.services import (
    NewWalkIn,
    accept_held,
    mark_no_shows,
    record_scans,
    revoke_pack,
    take_scans,
)
from crisis.boarding.signals import passages_changed
from crisis.boarding.states import ScanKind
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.transports.models import Transport
from tests.support.gates import movement, pack_for, scan, state

pytestmark = pytest.mark.django_db
K = ScanKind


def test_boarding_is_written_once_and_moves_the_roll_call(gate, held_clock):
    held_clock(600)
    one = scan(gate.wang, ago_s=60)
    taken = take_scans(pack=gate.pack, scans=[one])
    assert (taken.written, movement(gate.wang)) == ([one.key], "evacuating")
    again = take_scans(pack=gate.pack, scans=[one, one])
    assert (again.known, again.written) == ([one.key], [])
    assert GateScan.objects.count() == Passage.objects.count() == 1
    line = RollCallEvent.objects.get(kind="boarded")
    assert (line.source, line.occurred_at) == ("gate", clock.now() - timedelta(seconds=60))


def test_taken_off_brings_back(gate, held_clock):
    held_clock(600)
    take_scans(pack=gate.pack, scans=[scan(gate.li, ago_s=60), scan(gate.li, K.TAKEN_OFF)])
    assert (state(gate, gate.li), movement(gate.li)) == ("taken_off", "in_area")


def test_no_show_and_refusal_say_nothing_of_where_somebody_is(gate):
    take_scans(
        pack=gate.pack,
        scans=[scan(gate.wang, K.NO_SHOW), scan(gate.li, K.REFUSED, note="护照不是本人的")],
    )
    assert (movement(gate.wang), movement(gate.li)) == ("in_area", "in_area")
    refusal = GateScan.objects.get(kind="refused")
    assert (refusal.reason, refusal.note) == ("other", "护照不是本人的")


def test_what_cannot_be_used_is_named_and_costs_the_others_nothing(gate):
    wrong = {
        "not_listed": scan(gate.outside),
        "bad_key": scan(gate.wang, key="short"),
        "bad_kind": scan(gate.wang, "flown"),
        "bad_reason": scan(gate.wang, K.REFUSED, reason="dislike"),
        "nobody": scan(),
    }
    good = scan(gate.wang)
    taken = take_scans(pack=gate.pack, scans=[*wrong.values(), good])
    assert taken.written == [good.key]
    assert taken.refused == {one.key: code for code, one in wrong.items()}


def test_times_are_put_right(gate, held_clock):
    held_clock(600)
    take_scans(pack=gate.pack, scans=[scan(gate.wang, ago_s=-3600), scan(gate.li, ago_s=9999)])
    times = dict(GateScan.objects.values_list("person_ref", "at"))
    assert times == {gate.wang.pk: clock.now(), gate.li.pk: gate.pack.issued_at}


def test_what_a_revoked_pack_sends_waits_for_a_planner(gate, outsider):
    early = scan(gate.wang)
    take_scans(pack=gate.pack, scans=[early])
    revoke_pack(pack=gate.pack, planner=gate.planner)
    late = scan(gate.li)
    taken = take_scans(pack=gate.pack, scans=[early, late])
    assert (taken.known, taken.held, taken.written) == ([early.key], [late.key], [])
    assert (state(gate, gate.li), movement(gate.li)) == (None, "in_area")
    with pytest.raises(DomainError):
        accept_held(pack=gate.pack, planner=outsider)
    assert accept_held(pack=gate.pack, planner=gate.planner) == 1
    assert (state(gate, gate.li), movement(gate.li)) == ("boarded", "evacuating")
    assert accept_held(pack=gate.pack, planner=gate.planner) == 0


def test_what_was_recorded_in_time_counts_after_the_pack_ended(gate, held_clock):
    held_clock(14 * 3600)  # the pack ended two hours ago
    taken = take_scans(
        pack=gate.pack, scans=[scan(gate.wang, ago_s=3 * 3600), scan(gate.li, ago_s=60)]
    )
    assert (len(taken.written), len(taken.held)) == (1, 1)
    assert (state(gate, gate.wang), state(gate, gate.li)) == ("boarded", None)


def test_walk_in_is_captured_once_and_follows_its_gate(gate, held_clock):
    held_clock(600)
    who = NewWalkIn(key="walk-in-1", name="\u202e陈不速", document="EA0000001", note="自称记者")
    take_scans(pack=gate.pack, scans=[scan(walk_in=who, ago_s=60)])
    take_scans(pack=gate.pack, scans=[scan(kind=K.TAKEN_OFF, walk_in=NewWalkIn(key="walk-in-1"))])
    walk_in = WalkIn.objects.get()
    assert (walk_in.name, walk_in.document, walk_in.note) == ("陈不速", "EA0000001", "自称记者")
    assert walk_in.passages.get().state == "taken_off"
    assert not RollCallEvent.objects.filter(kind="boarded").exists()


def test_the_apps_above_are_told_of_the_people(gate):
    heard = []

    def hear(transport_id, person_refs, **_):
        heard.append((transport_id, person_refs))

    passages_changed.connect(hear)
    try:
        take_scans(pack=gate.pack, scans=[scan(gate.li), scan(gate.wang)])
        take_scans(pack=gate.pack, scans=[scan(walk_in=NewWalkIn(key="walk-in-2", name="陈"))])
    finally:
        passages_changed.disconnect(hear)
    assert heard == [(gate.flight.pk, sorted([gate.wang.pk, gate.li.pk]))]


def test_desk_records_too_and_closes_the_gate(gate, officer, make_user, other_post):
    record_scans(transport=gate.flight, scans=[scan(gate.wang)], planner=gate.planner)
    assert GateScan.objects.get().recorded_by == "planner"
    taken = mark_no_shows(transport=gate.flight, planner=gate.planner)
    assert len(taken.written) == 2
    assert {state(gate, gate.child), state(gate, gate.li)} == {"no_show"}
    assert mark_no_shows(transport=gate.flight, planner=gate.planner).written == []
    # They come running.
    record_scans(transport=gate.flight, scans=[scan(gate.li)], planner=gate.planner)
    assert state(gate, gate.li) == "boarded"
    stranger = make_user("suva-planner", "planner", other_post)
    for user in (officer, stranger):
        with pytest.raises(DomainError):
            record_scans(transport=gate.flight, scans=[scan(gate.li)], planner=user)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["wang", "child", "li", "walk_in"]),
        st.sampled_from(list(ScanKind)),
        st.integers(0, 5),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, chance=st.randoms(), parts=st.integers(1, 3))
def test_gates_merge_in_any_order_to_the_same(gate, held_clock, acts, chance, parts):
    """Two gates, sent in pieces, late, twice and out of order, come to what one desk that saw all
    at once in order writes: passages and roll call alike."""
    packs = [gate.pack, pack_for(gate, "B").pack]
    for pack in packs:
        type(pack).objects.filter(pk=pack.pk).update(issued_at=clock.now() - timedelta(hours=1))
    scans = [(packs[by_b], made(gate, who, kind, minute)) for who, kind, minute, by_b in acts]
    for pack, one in sorted(scans, key=lambda pair: pair[1].at):
        take_scans(pack=pack, scans=[one])
    in_order = picture(gate)
    forget(gate)
    sent = scans * 2
    chance.shuffle(sent)
    for start in range(0, len(sent), parts):
        for pack in packs:
            piece = [one for by, one in sent[start : start + parts] if by is pack]
            take_scans(pack=pack, scans=piece)
    assert picture(gate) == in_order
    forget(gate)


def made(gate, who, kind, minute):
    if who == "walk_in":
        one = NewWalkIn(key="walk-in-9", name="陈")
        return scan(kind=kind, ago_s=minute * 60, walk_in=one)
    return scan(getattr(gate, who), kind, ago_s=minute * 60)


def picture(gate):
    rows = Passage.objects.filter(transport=gate.flight)
    passages = sorted((row.person_ref or 0, row.state, row.at) for row in rows)
    return passages, sorted(
        Standing.objects.filter(incident=gate.incident).values_list("person_ref", "movement")
    )


def forget(gate):
    Passage.objects.all().delete()
    GateScan.objects.all().delete()
    WalkIn.objects.all().delete()
    RollCallEvent.objects.all().delete()
    Standing.objects.update(movement="in_area")


def test_transport_that_left_still_takes_what_was_recorded(gate):
    Transport.objects.update(status="departed")
    assert take_scans(pack=gate.pack, scans=[scan(gate.wang)]).written
