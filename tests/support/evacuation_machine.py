"""One evacuation as a Hypothesis state machine: see tests/flows/test_evacuation_machine.py.

`scene` holds the incident, who plans, the operation and the people; `time` only moves by `wait`.
What the rules refuse is refused, and costs nothing: `attempt` takes back what was begun.
"""

import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.allocation.models import Placement
from crisis.allocation.selectors import adopted_plan
from crisis.allocation.services import adopt_plan, move_onto, move_party, propose_plan, replan
from crisis.arrivals.services import record_arrivals
from crisis.boarding.models import Passage
from crisis.boarding.services import record_scans
from crisis.boarding.states import ScanKind
from crisis.evacuation.models import Manifest, ManifestEntry
from crisis.evacuation.selectors import content_hash, difference, is_intact
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.rollcall.fold import Fact, fold
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Movement, Source
from crisis.seats.models import Traveller
from crisis.seats.services import gather_travellers
from crisis.transports.models import Transport
from crisis.transports.services import set_status
from crisis.transports.states import TransportStatus
from registry.models import Merge, Person
from registry.services.merging import merge_persons, undo_merge
from tests.support.gates import scan

SAYS = (EventKind.WANTS_OUT, EventKind.SAFE, EventKind.NEEDS_HELP, EventKind.PLANS_STAY)
STEPS = (TransportStatus.CONFIRMED, TransportStatus.DEPARTED, TransportStatus.ARRIVED)
who, which = st.integers(0, 6), st.integers(0, 2)


class Evacuation(RuleBasedStateMachine):
    """From the first wish to the last arrival, in one transaction that is rolled back."""

    def __init__(self, scene: SimpleNamespace) -> None:
        super().__init__()
        self.scene = scene
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.numbers = itertools.count()
        self.sealed: dict[int, str] = {}
        self.moved_by_hand = False
        self.waited_s = 0.0

    def teardown(self) -> None:
        self.scene.advance(-self.waited_s)
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    # -- Helpers -----------------------------------------------------------------------

    def attempt(self, act: Callable[..., Any], **given: Any) -> Any:
        try:
            with transaction.atomic():
                return act(**given)
        except DomainError:
            return None

    def person(self, number: int) -> Person:
        return self.scene.people[number]

    def transport(self, number: int) -> Transport:
        return Transport.objects.get(pk=self.scene.transports[number].pk)

    # -- What may happen ---------------------------------------------------------------

    @initialize(asking=st.sets(who, min_size=3))
    def begin(self, asking: set[int]) -> None:
        """Some ask; there is a plan and a first sealed list."""
        for number in sorted(asking):
            self.say(number, EventKind.WANTS_OUT)
        self.plan()
        self.seal()

    @rule(number=who, kind=st.sampled_from(SAYS))
    def say(self, number: int, kind: EventKind) -> None:
        entry = Entry(self.person(number).pk, kind, clock.now(), f"said:{next(self.numbers)}")
        write_log(incident_id=self.scene.incident.pk, entries=[entry], source=Source.REPLY)
        gather_travellers(operation=self.scene.operation)

    @rule()
    def plan(self) -> None:
        made = self.attempt(
            propose_plan, operation=self.scene.operation, planner=self.scene.planner
        )
        if made:
            self.attempt(adopt_plan, plan=made, planner=self.scene.planner)

    @rule()
    def plan_anew(self) -> None:
        plan = adopted_plan(self.scene.operation)
        made = plan and self.attempt(replan, plan=plan, planner=self.scene.planner)
        if made:
            self.attempt(adopt_plan, plan=made, planner=self.scene.planner)

    @rule(number=who, to=st.one_of(which, st.none()))
    def move(self, number: int, to: int | None) -> None:
        plan = adopted_plan(self.scene.operation)
        row = Traveller.objects.filter(person_ref=self.person(number).pk).first()
        if plan is None or row is None:
            return
        given = {"plan": plan, "party": row.party, "planner": self.scene.planner}
        if to is None:
            done = self.attempt(move_party, journey=None, **given)
        else:
            done = self.attempt(move_onto, transport=self.transport(to), **given)
        self.moved_by_hand |= done is not None

    @rule()
    def seal(self) -> None:
        """The first version, or a correction: never a change of an earlier one."""
        given = {"planner": self.scene.planner}
        draft = self.attempt(draft_manifest, incident=self.scene.incident, **given)
        sealed = draft and self.attempt(seal_manifest, manifest=draft, **given)
        if sealed:
            self.sealed[sealed.pk] = sealed.content_hash
            self.everybody_stands_once(sealed)

    def everybody_stands_once(self, manifest: Manifest) -> None:
        same = dict(Standing.objects.exclude(same_as=None).values_list("person_ref", "same_as"))
        entries = ManifestEntry.objects.filter(manifest=manifest)
        refs = list(entries.values_list("person_ref", flat=True))
        assert len({same.get(ref, ref) for ref in refs}) == len(refs)
        assert not difference(manifest, manifest)

    @rule(number=who, on=which, kind=st.sampled_from(list(ScanKind)), ago=st.integers(0, 120))
    def scan(self, number: int, on: int, kind: ScanKind, ago: int) -> None:
        key = f"machine-{next(self.numbers):06}"
        one = scan(self.person(number), kind, ago_s=ago, key=key)
        for _ in range(2):  # sent twice
            self.attempt(
                record_scans, transport=self.transport(on), scans=[one],
                planner=self.scene.planner,
            )  # fmt: skip

    @rule(on=which)
    def board_all(self, on: int) -> None:
        """Everybody who is listed for it."""
        newest = Manifest.objects.filter(pk__in=self.sealed).order_by("version").last()
        if newest is None:
            return
        listed = newest.entries.filter(legs__transport=self.scene.transports[on])
        scans = [
            scan(Person(pk=ref), key=f"machine-{next(self.numbers):06}")
            for ref in listed.values_list("person_ref", flat=True)
        ]
        self.attempt(
            record_scans, transport=self.transport(on), scans=scans, planner=self.scene.planner
        )

    @rule(on=which)
    def fly(self, on: int) -> None:
        """It leaves, and some hours later whoever was aboard is counted at the other end."""
        for status in STEPS:
            self.set_out(on, status)
        self.wait(240)
        aboard = Passage.objects.filter(
            transport=self.scene.transports[on], state=ScanKind.BOARDED, walk_in=None
        )
        self.attempt(
            record_arrivals, place=self.scene.haven, transport=self.transport(on),
            person_refs=list(aboard.values_list("person_ref", flat=True)),
            officer=self.scene.officer, at=clock.now(),
        )  # fmt: skip

    @rule(on=which, status=st.sampled_from([*STEPS, TransportStatus.CANCELLED]))
    def set_out(self, on: int, status: TransportStatus) -> None:
        self.attempt(
            set_status, transport=self.transport(on), status=status, planner=self.scene.planner
        )

    @rule(number=who, on=st.one_of(which, st.none()))
    def arrive(self, number: int, on: int | None) -> None:
        self.attempt(
            record_arrivals, place=self.scene.haven, person_refs=[self.person(number).pk],
            transport=None if on is None else self.transport(on),
            officer=self.scene.officer, at=clock.now(),
        )  # fmt: skip

    @rule()
    def merge(self) -> None:
        """The last two are one human being; it is found out, and perhaps taken back."""
        merge = Merge.objects.filter(undone_at=None).first()
        if merge:
            self.attempt(undo_merge, merge=merge, by="officer")
        else:
            kept, gone = self.person(5), self.person(6)
            self.attempt(merge_persons, kept=kept, gone=gone, by="officer")
        gather_travellers(operation=self.scene.operation)

    @rule(minutes=st.sampled_from([1, 10, 90]))
    def wait(self, minutes: int) -> None:
        self.waited_s += minutes * 60
        self.scene.advance(minutes * 60)

    # -- What always holds -------------------------------------------------------------

    @invariant()
    def sealed_lists_never_change(self) -> None:
        for manifest in Manifest.objects.filter(pk__in=self.sealed):
            assert is_intact(manifest)
            assert content_hash(manifest) == self.sealed[manifest.pk]

    @invariant()
    def evacuated_takes_a_boarding_and_an_arrival(self) -> None:
        kinds = self._kinds()
        for row in Standing.objects.counted().filter(movement=Movement.EVACUATED):
            assert kinds[row.person_ref] >= {EventKind.BOARDED, EventKind.ARRIVED}

    def _kinds(self) -> dict[int, set[str]]:
        same = dict(Standing.objects.exclude(same_as=None).values_list("person_ref", "same_as"))
        kinds: dict[int, set[str]] = defaultdict(set)
        for person, kind in RollCallEvent.objects.values_list("person_ref", "kind"):
            kinds[same.get(person, person)].add(kind)
        return kinds

    @invariant()
    def standings_do_not_depend_on_the_order_of_the_log(self) -> None:
        for row in Standing.objects.filter(same_as=None):
            lines = RollCallEvent.objects.filter(person_ref=row.person_ref).values_list(
                "kind", "occurred_at", "source_key"
            )
            facts = [Fact(EventKind(kind), at, line=line) for kind, at, line in lines]
            if any(fact.kind == EventKind.WITHDRAWN for fact in facts):
                continue  # a withdrawn line names another; the fold's own tests hold that
            random.Random(7).shuffle(facts)
            assert fold(facts + facts).movement == row.movement

    @invariant()
    def families_are_together(self) -> None:
        plan = adopted_plan(self.scene.operation)
        if plan is None or self.moved_by_hand:
            return  # what an officer arranged stays, whoever joins the family after that
        rows = Placement.objects.filter(plan=plan).select_related("traveller", "journey")
        ways: dict[int, set[int | None]] = defaultdict(set)
        for row in rows:
            ways[row.traveller.party_id].add(row.journey_id)
        parted = {party for party, found in ways.items() if len(found) > 1}
        assert not parted

    @invariant()
    def nobody_who_asked_is_without_a_row(self) -> None:
        asked = Standing.objects.counted().filter(wants_out=True, movement=Movement.IN_AREA)
        rows = set(Traveller.objects.values_list("person_ref", flat=True))
        assert set(asked.values_list("person_ref", flat=True)) <= rows
