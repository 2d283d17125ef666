"""Finding travellers, parties and offers. Outside one's jurisdiction they are not there."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.shortcuts import get_object_or_404

from crisis.seats.models import Offer, Party, Traveller
from crisis.seats.states import LIVE_OFFERS, KeptBack, OfferState, Papers, Priority, Wish
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from crisis.transports.models import EvacuationOperation, JourneyLeg, Transport
from crisis.transports.states import PlaceClass
from notifications.models import DeliveryPerson

RANK = {priority: rank for rank, priority in enumerate(Priority)}
# A member's rank: by an officer's priority where there is one.
_RANK = Case(
    *(
        When(travellers__ordered_priority=priority.value, then=Value(rank))
        for priority, rank in RANK.items()
    ),
    *(
        When(travellers__priority=priority.value, then=Value(rank))
        for priority, rank in RANK.items()
    ),
    default=Value(len(RANK)),
    output_field=IntegerField(),
)
_GOING = Q(travellers__wish=Wish.GOING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party on the waiting list. `priority` and `asked_at` are those of its most urgent and of
    its first; `held` why it cannot travel yet, one for each reason; `last` the offer it had last,
    which ended."""

    party: Party
    travellers: list[Traveller]
    priority: Priority
    asked_at: datetime | None
    held: list[KeptBack]
    last: Offer | None

    @property
    def reasons(self) -> list[KeptBack]:
        """Why it waits, in words that can be read aloud; empty: it has not been its turn."""
        lapsed = self.last is not None and self.last.state == OfferState.LAPSED
        return [*self.held, KeptBack.OFFER_LAPSED] if lapsed else self.held


def travellers_of(user: User, operation: EvacuationOperation) -> QuerySet[Traveller]:
    rows = within_jurisdiction(operation.travellers.all(), user, "operation__incident__post")
    return rows.select_related("party", "operation__incident__post", "assembly")


def traveller_for(user: User, pk: int) -> Traveller:
    """Http404 where it is not there or another post's."""
    rows = within_jurisdiction(Traveller.objects.all(), user, "operation__incident__post")
    rows = rows.select_related("party", "operation__incident__post", "assembly")
    return get_object_or_404(rows, pk=pk)


def party_for(user: User, pk: int) -> Party:
    rows = within_jurisdiction(Party.objects.all(), user, "operation__incident__post")
    return get_object_or_404(rows.select_related("operation__incident__post"), pk=pk)


def offer_for(user: User, pk: int) -> Offer:
    rows = within_jurisdiction(Offer.objects.all(), user, "operation__incident__post")
    return get_object_or_404(rows.select_related("operation__incident__post", "party"), pk=pk)


def in_order(operation: EvacuationOperation) -> QuerySet[Party]:
    """Parties of whom somebody goes: by their most urgent member (`rank`), then by who asked first
    (`since`), then by number."""
    return (
        Party.objects.filter(operation=operation)
        .annotate(rank=Min(_RANK, filter=_GOING), since=Min("travellers__asked_at", filter=_GOING))
        .filter(rank__isnull=False)
        .order_by("rank", F("since").asc(nulls_last=True), "number")
    )


def waiting_parties(operation: EvacuationOperation) -> QuerySet[Party]:
    """Those of them who hold no place and have none offered."""
    live = Offer.objects.filter(party=OuterRef("pk"), state__in=LIVE_OFFERS)
    return in_order(operation).filter(~Exists(live))


def waiting_list(operation: EvacuationOperation) -> list[Waiting]:
    """候补名单: who wants to go and holds no place, in order, each with why."""
    return waiting(waiting_parties(operation))


def waiting(parties: Iterable[Party]) -> list[Waiting]:
    """What the list says of these parties, in a fixed number of queries."""
    rows = list(parties)
    ids = [party.pk for party in rows]
    members: dict[int, list[Traveller]] = defaultdict(list)
    going = Traveller.objects.filter(party__among=ids, wish=Wish.GOING)
    for one in going.select_related("assembly").order_by("pk"):
        members[one.party_id].append(one)
    ended = Offer.objects.filter(party__among=ids).order_by("pk")
    last = {offer.party_id: offer for offer in ended.select_related("journey")}
    return [_waiting(party, members[party.pk], last.get(party.pk)) for party in rows]


def _waiting(party: Party, travellers: list[Traveller], last: Offer | None) -> Waiting:
    held = {one.kept_back for one in travellers if one.kept_back}
    return Waiting(
        party=party,
        travellers=sorted(travellers, key=lambda one: (RANK[one.effective_priority], one.pk)),
        priority=min((one.effective_priority for one in travellers), key=RANK.__getitem__),
        asked_at=min((one.asked_at for one in travellers if one.asked_at), default=None),
        held=[reason for reason in KeptBack if reason in held],
        last=last,
    )


def places_taken(transports: Collection[Transport]) -> dict[tuple[int, PlaceClass], int]:
    """How many places of each class live offers hold, by (transport, class)."""
    ids = [transport.pk for transport in transports]
    rows = (
        JourneyLeg.objects.filter(
            transport__in=ids,
            journey__offers__state__in=LIVE_OFFERS,
            journey__offers__party__travellers__wish=Wish.GOING,
        )
        .values_list("transport", "journey__offers__party__travellers__place_class")
        .annotate(people=Count("pk"))
        .order_by()
    )
    return {(transport, PlaceClass(place)): people for transport, place, people in rows}


def counts(operation: EvacuationOperation) -> dict[str, int]:
    """How many people want what, by Wish, with those kept back (`held`) and without papers that
    were looked at (`unchecked`) among those who go."""
    rows = operation.travellers.values_list("wish").annotate(people=Count("pk")).order_by()
    found = {wish.value: 0 for wish in Wish} | dict(rows)
    going = operation.travellers.filter(wish=Wish.GOING)
    found["held"] = going.exclude(kept_back="").count()
    found["unchecked"] = going.filter(papers=Papers.UNKNOWN).count()
    return found


def newest_offers(operation: EvacuationOperation, person_refs: Collection[int]) -> list[Offer]:
    """The newest offer of each party in which one of these people travels, unless an officer took
    it back."""
    parties = Traveller.objects.filter(operation=operation, person_ref__in=person_refs)
    rows = Offer.objects.filter(party__in=parties.values("party")).order_by("pk")
    newest = {offer.party_id: offer for offer in rows.select_related("party", "journey")}
    return [offer for offer in newest.values() if offer.state != OfferState.WITHDRAWN]


def offer_behind(
    operation: EvacuationOperation, person_refs: Collection[int], wave_id: int
) -> Offer | None:
    """The offer that one press on a page is to: that of the message which brought the page, else
    the only one there is. None where a press might mean several."""
    offers = newest_offers(operation, person_refs)
    told = [one for one in offers if wave_id in (one.wave_ref, one.passage_ref, one.farewell_ref)]
    meant = told or offers
    return meant[0] if len(meant) == 1 else None


def offers_of(operation: EvacuationOperation) -> QuerySet[Offer]:
    """Those that need somebody first: unclear and late answers, then by deadline."""
    return (
        Offer.objects.filter(operation=operation)
        .select_related("party", "journey", "offered_by")
        .order_by(F("unclear_at").asc(nulls_last=True), "deadline_at", "pk")
    )


def unreached(offers: Collection[Offer]) -> set[int]:
    """The parties of these live offers to whom no message was written: somebody telephones."""
    waves = {offer.wave_ref for offer in offers if offer.wave_ref}
    parties = {offer.party_id for offer in offers}
    told = DeliveryPerson.objects.filter(delivery__wave__in=waves).values("person_ref")
    reached = Traveller.objects.filter(party__in=parties, person_ref__in=told)
    return parties - set(reached.values_list("party", flat=True))
