"""One alert as a Hypothesis state machine: see tests/flows/test_state_machine.py.

`scene` holds who declares (`post`, `officer`), the people `inside` and `beyond`, their `phones`
as (person, number), the `provider` and the `time`, which only moves by `wait`.
"""

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from crisis.incidents.announcements import SAYS as SAYS_BESIDES
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.models import Announcement, AudienceSlice
from crisis.incidents.selectors import standing_alert
from crisis.incidents.services import (
    declare_incident,
    expanding,
    retract_incident_wave,
    submit_announcement,
    submit_widening,
)
from crisis.rollcall.fold import Fact, fold
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.states import EventKind
from notifications.models import (
    Batch,
    Delivery,
    DeliveryPerson,
    Following,
    Inbound,
    Reply,
    Wave,
)
from notifications.services import following, inbox, receipts, recovery, sending, telling
from notifications.states import (
    TERMINAL,
    TRANSITIONS,
    BatchState,
    DeliveryState,
    WaveKind,
)
from tests.support.actors import Actor, stage
from tests.support.moods import Mood, Nature, Provider
from tests.support.scene import draft

WINDOW = 2
SAYS = {
    "1": (EventKind.SAFE, False),
    "2": (EventKind.NEEDS_HELP, True),
    "3": (EventKind.LEFT_AREA, False),
    "不安全": (EventKind.POSSIBLE_HELP, False),
}
TOLD_BY = (WaveKind.INITIAL, WaveKind.CORRECTION, WaveKind.UPDATE)
STEPS = {
    "expand": expanding.expand_unfinished,
    "follow": following.follow_unfinished,
    "recover": recovery.recover_batches,
    "send_untaken": recovery.send_untaken,
    "resolve": recovery.resolve_in_doubt,
    "close": recovery.close_what_no_longer_helps,
    "inbox": inbox.work_inbox,
    "match": receipts.match_waiting,
    "tell": telling.tell_outcomes,
}
EVENTS = st.one_of(
    *(
        st.tuples(st.just(name), what, st.integers(0, 15))
        for name, what in (
            ("claim", st.integers(4, 16)),
            ("claim", st.just(6)),  # as a rule: its window is committed and has not left
            ("claim", st.just(7)),  # and here it has left, and no outcome is written
            ("call", st.integers(1, 8)),
            ("die", st.none()),
            ("sweep", st.sampled_from(sorted(STEPS))),
            ("sweep_whole", st.sampled_from([1, 25])),
            ("turn", st.sampled_from([*Mood, Mood.GOOD, Mood.GOOD])),
            ("wait", st.sampled_from([1, 3, 10, 25, 60])),
            ("receipt", st.sampled_from(["sent", "delivered"])),
            ("reply", st.sampled_from(sorted(SAYS))),
            ("retract", st.none()),
            ("announce", st.sampled_from(Announcement.Kind.values)),
            ("widen", st.none()),
        )
    )
)
OPEN = {DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT}


class Alert(RuleBasedStateMachine):
    """One incident from its declaration to the end, in one transaction that is rolled back."""

    def __init__(self, scene: SimpleNamespace) -> None:
        super().__init__()
        self.scene = scene
        self.scene.time = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
        self.outer, self.slow = transaction.atomic(), stage()
        self.outer.__enter__()
        self.slow.__enter__()
        self.actors: list[Actor] = []
        self.seen: dict[int, str] = {}
        self.gone: set[tuple[int, int]] = set()
        self.retracted: set[int] = set()
        self.taken_back = False
        self.said: list[tuple[str, str, datetime]] = []
        self.widened = self.announced = 0

    @property
    def provider(self) -> Provider:
        return self.scene.provider

    # -- What may happen ---------------------------------------------------------------

    @initialize(
        nature=st.sampled_from(Nature), written=st.sampled_from([True, True, False]),
        late=st.booleans(),
    )  # fmt: skip
    def declare(self, nature: Nature, written: bool, late: bool) -> None:
        scene, people, self.late = self.scene, len(self.scene.inside), late
        scene.provider = Provider(nature)
        self.incident = declare_incident(
            draft=draft(scene.post), officer=scene.officer, declaration_key="machine",
            confirmed_count=people,
        )  # fmt: skip
        if written:
            expanding.expand_incident(self.incident.pk)

    @rule(event=EVENTS)
    def happen(self, event: tuple[str, Any, int]) -> None:
        name, what, pick = event
        getattr(self, name)(what, pick)

    def claim(self, steps: int, pick: int) -> None:
        """A worker is told of a batch, whether or not it still waits, and gets so far."""
        batches = list(Batch.objects.order_by("pk").values_list("pk", flat=True))
        if batches:
            batch = batches[pick % len(batches)]
            self.call(steps, self.start(lambda: sending.send_batch(batch, goes_on_for_s=60.0)))

    def sweep(self, step: str, pick: int) -> None:
        """One of its steps is begun, and gets so far."""
        self.call(pick, self.start(STEPS[step]))

    def sweep_whole(self, seconds: int, pick: int) -> None:
        """Time passes, and whoever is held up stays held up."""
        for _ in range(1 + pick % 3):
            self.wait(seconds, 0)
            for work in STEPS.values():
                self.finish(self.start(work))

    def call(self, steps: int, pick: int | Actor) -> None:
        worker = pick if isinstance(pick, Actor) else self.somebody(pick)
        for _ in range(steps):
            if worker is None or not self.step(worker):
                return

    def die(self, _: Any, pick: int) -> None:
        worker = self.somebody(pick)
        if worker is not None:
            worker.die()
            self.watch()

    def turn(self, mood: Mood, _: int) -> None:
        self.provider.mood = mood

    def wait(self, seconds: int, _: int) -> None:
        self.scene.time += timedelta(seconds=seconds)
        late = Batch.objects.filter(state=BatchState.HELD, lease_until__lt=self.scene.time)
        self.gone |= set(late.values_list("pk", "epoch"))

    def receipt(self, status: str, pick: int) -> None:
        """For anything that was taken; whose it is, the key says or the reference alone."""
        if not self.provider.taken:
            return
        taken = self.provider.taken[pick % len(self.provider.taken)]
        if status == "delivered" and taken.address.endswith("3"):
            status = "undelivered"
        form = {"MessageSid": taken.ref, "MessageStatus": status}
        key = {"_key": taken.key} if pick % 2 else {}
        self.push(f"{taken.ref}.{status}", form | key)

    def reply(self, says: str, pick: int) -> None:
        if not self.provider.taken:
            return
        taken = self.provider.taken[pick % len(self.provider.taken)]
        self.said.append((taken.address, says, self.scene.time))
        sid = f"SI{len(self.said):032x}"
        self.push(sid, {"MessageSid": sid, "From": taken.address, "Body": says})

    def retract(self, _: Any, pick: int) -> None:
        if self.taken_back or pick % 4:  # seldom: it is the end of much
            return
        wave = standing_alert(self.incident)
        retract_incident_wave(incident=self.incident, wave=wave, officer=self.scene.officer)
        self.taken_back = True
        self.note_ended()

    def announce(self, kind: str, pick: int) -> None:
        """An officer corrects or updates; what stood before is over."""
        if self.taken_back or pick % 2:
            return
        self.announced += 1
        words = {name: f"{name}{self.announced}" for name in SAYS_BESIDES[kind]}
        submit_announcement(
            incident=self.incident, kind=kind, words=words, officer=self.scene.officer
        )
        self.note_ended()

    def note_ended(self) -> None:
        self.watch()
        gone = Wave.objects.exclude(retracted_at=None)
        self.retracted = set(gone.values_list("pk", flat=True))

    def widen(self, _: Any, pick: int) -> None:
        """The area grows around one more person."""
        if self.taken_back or self.widened == len(self.scene.beyond):
            return
        [place] = self.scene.beyond[self.widened].whereabouts.all()
        self.widened += 1
        submit_widening(
            incident=self.incident,
            area=AreaDraft(latitude=place.latitude, longitude=place.longitude, radius_m=5_000.0),
            officer=self.scene.officer,
            widening_key=f"widening {self.widened}",
            confirmed_count=1,
        )

    # -- How it happens ------------------------------------------------------------------

    def start(self, work: Any) -> Actor:
        actor = Actor(work)
        self.actors.append(actor)
        self.step(actor)
        return actor

    def somebody(self, pick: int) -> Actor | None:
        """One of those who are at work."""
        busy = [actor for actor in self.actors if not actor.done]
        return busy[pick % len(busy)] if busy else None

    def finish(self, actor: Actor) -> None:
        while self.step(actor):
            pass

    def step(self, actor: Actor) -> bool:
        if actor.done:
            return False
        lives = actor.step()
        self.watch()
        return lives

    def push(self, event_id: str, form: dict[str, str]) -> None:
        inbox.store_inbound(gateway="twilio", event_id=event_id, body=urlencode(form))

    def watch(self) -> None:
        """After every commit: no state goes back, and nothing leaves that was taken back."""
        for pk, wave, state in Delivery.objects.values_list("pk", "wave", "state"):
            before = self.seen.get(pk, state)
            if before != state:
                assert state in TRANSITIONS[DeliveryState(before)], f"{before} → {state}"
            if state == DeliveryState.CALLING != before:
                assert wave not in self.retracted, "a window began after its retraction"
            self.seen[pk] = state

    # -- The end -----------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if hasattr(self, "incident"):
                self.settle()
                self.balance()
        finally:
            for actor in self.actors:
                if not actor.done:
                    actor.die()
            self.slow.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def settle(self) -> None:
        """Those who still work go on at once, or wake up when the sweep has ended it all."""
        self.provider.mood = Mood.GOOD
        if self.late:
            self.sweep_until_settled()
        for actor in self.actors:
            self.finish(actor)
        self.sweep_until_settled()

    def sweep_until_settled(self) -> None:
        for _ in range(60):
            self.sweep_whole(25, 0)
            if not self.unsettled():
                return
        raise AssertionError(f"still open: {self.unsettled()}")

    def unsettled(self) -> list[str]:
        left = {
            "deliveries": Delivery.objects.filter(state__in=OPEN),
            "batches": Batch.objects.exclude(state=BatchState.DONE, untold=False, doubt_at=None),
            "inbox": Inbound.objects.filter(worked_at=None),
            "slices": AudienceSlice.objects.filter(expanded_at=None),
            "followings": Following.objects.filter(done_at=None),
        }
        return [f"{name}: {rows.values()[:3]}" for name, rows in left.items() if rows.exists()]

    def balance(self) -> None:
        rows = {row.key: row for row in Delivery.objects.all()}
        times = self.provider.times()
        assert set(times) <= set(rows)
        for row in rows.values():
            self.check_settled(row, times[row.key])
        self.check_repeats(rows, times)
        self.check_audience()
        self.check_retracted(rows, times)
        self.check_standings()

    def check_settled(self, row: Delivery, times: int) -> None:
        """None lost: it was taken, or the row says plainly why not."""
        assert row.state in {*TERMINAL, DeliveryState.ACCEPTED}
        if row.state in (
            DeliveryState.ACCEPTED,
            DeliveryState.DELIVERED,
            DeliveryState.UNDELIVERED,
        ):
            assert times >= 1
        elif row.state == DeliveryState.FAILED:
            doubted = row.provider_code == recovery.OUTCOME_NEVER_KNOWN and row.possible_duplicate
            assert doubted or row.key in self.provider.refused
        else:
            assert row.state == DeliveryState.CANCELLED
            assert row.wave_id in self.retracted

    def check_repeats(self, rows: dict[str, Delivery], times: Any) -> None:
        again = [key for key, count in times.items() if count > 1]
        assert all(times[key] == 2 and rows[key].possible_duplicate for key in again)
        assert len(again) <= WINDOW * len(self.gone) + self.provider.cut
        assert not again or self.provider.nature == Nature.NEITHER

    def check_audience(self) -> None:
        """Everyone who was frozen, and who was taken in later, has a message or its row: of the
        alert that stands, or of one that left before something new was said."""
        assert not AudienceSlice.objects.filter(expanded_at=None).exists()
        if self.taken_back:
            return
        people = [*self.scene.inside, *self.scene.beyond[: self.widened]]
        told = Delivery.objects.filter(wave__kind__in=TOLD_BY).exclude(state="cancelled")
        covered = DeliveryPerson.objects.filter(delivery__in=told)
        assert set(covered.values_list("person_ref", flat=True)) == {p.pk for p in people}
        assert Standing.objects.count() == len(people)

    def check_retracted(self, rows: dict[str, Delivery], times: Any) -> None:
        """Whoever got what was taken back, corrected or overtaken has what ended it."""
        for wave in Wave.objects.filter(pk__in=self.retracted):
            ended_by = wave.ended_by
            while ended_by.ended_by:
                ended_by = ended_by.ended_by
            got = {bytes(rows[key].address_index) for key in times if rows[key].wave_id == wave.pk}
            told = Delivery.objects.filter(wave=ended_by)
            assert got <= {bytes(row.address_index) for row in told}

    def check_standings(self) -> None:
        """What people said decides, in whatever order it was heard and however often told."""
        assert Reply.objects.count() == len(self.said)
        for standing in Standing.objects.all():
            log = RollCallEvent.objects.filter(person_ref=standing.person_ref)
            facts = [
                Fact(EventKind(kind), at, key.rpartition(":")[0])
                for kind, at, key in log.values_list("kind", "occurred_at", "source_key")
            ]
            random.Random(standing.pk).shuffle(facts)
            folded = fold([*facts, *facts])
            for facet in ("condition", "movement", "contact", "possible_help", "wants_out"):
                assert getattr(standing, facet) == getattr(folded, facet), facet
            heard = fold(self.said_of(standing.person_ref))
            assert standing.condition == heard.condition
            assert standing.movement == heard.movement

    def said_of(self, person_ref: int) -> list[Fact]:
        """By our own notes: the first behind a number speaks for one, a call for help for all."""
        facts = []
        for address, says, at in self.said:
            kind, for_all = SAYS[says]
            people = [p.pk for p in self.people_behind(address)]
            if person_ref in (people if for_all else people[:1]):
                facts.append(Fact(kind, at))
        return facts

    def people_behind(self, address: str) -> list[Any]:
        return [person for person, phone in self.scene.phones if phone == address]
