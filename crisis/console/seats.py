"""What the pages of wishes and seats show of people: names, reasons in words, ways out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from crisis.allocation.models import Placement
from crisis.allocation.selectors import adopted_plan
from crisis.evacuation.labels import NEEDS, REASONS
from crisis.seats.describing import describe, legs_of
from crisis.seats.models import Offer, Party, Traveller
from crisis.seats.parties import ranked
from crisis.seats.roster import candidates
from crisis.seats.selectors import Waiting, unreached, waiting_parties
from crisis.seats.states import LIVE_OFFERS, Wish
from crisis.transports.models import EvacuationOperation, Journey
from crisis.transports.selectors import transports_of
from crisis.transports.states import OPEN_TO_PLAN
from registry.models import Person


def names_of(travellers: Iterable[Traveller]) -> dict[int, str]:
    """By person; somebody who left the registry is a number."""
    refs = [one.person_ref for one in travellers]
    people = Person.objects.only("name").in_bulk(refs)
    return {ref: people[ref].name if ref in people else f"#{ref}" for ref in refs}


def waiting_rows(rows: Sequence[Waiting]) -> list[dict[str, Any]]:
    names = names_of(one for row in rows for one in row.travellers)
    return [
        {
            "row": row,
            "people": [(one, names[one.person_ref]) for one in row.travellers],
            "classes": _classes(row.travellers),
            "assembly": next((one.assembly for one in row.travellers if one.assembly), None),
        }
        for row in rows
    ]


def _classes(travellers: Iterable[Traveller]) -> list[tuple[str, int]]:
    counted = Counter(one.get_place_class_display() for one in travellers)
    return sorted(counted.items(), key=lambda pair: -pair[1])


def offer_rows(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    parties = [offer.party_id for offer in offers]
    going = Traveller.objects.filter(party__in=parties, wish=Wish.GOING).order_by("pk")
    members: dict[int, list[Traveller]] = defaultdict(list)
    for one in going:
        members[one.party_id].append(one)
    names = names_of(one for some in members.values() for one in some)
    ways = {offer.journey_id: describe(legs_of(offer.journey), confirmed=True) for offer in offers}
    silent = unreached([offer for offer in offers if offer.state in LIVE_OFFERS])
    return [
        {
            "offer": offer,
            "way": ways[offer.journey_id],
            "people": [(one, names[one.person_ref]) for one in members[offer.party_id]],
            "is_live": offer.state in LIVE_OFFERS,
            "unreached": offer.party_id in silent,
        }
        for offer in offers
    ]


def ways_of(operation: EvacuationOperation) -> list[tuple[str, str]]:
    """(key, words) of what a place can be offered on: the chains that plans and officers made, and
    each open transport alone."""
    open_ones = {str(one.pk): one for one in transports_of(operation) if one.status in OPEN_TO_PLAN}
    keys = [
        key
        for key in operation.journeys.order_by("pk").values_list("key", flat=True)
        if set(key.split(">")) <= open_ones.keys()
    ]
    chains = [(key, [open_ones[part] for part in key.split(">")]) for key in {*keys, *open_ones}]
    chains.sort(key=lambda chain: (chain[1][0].departs_at, len(chain[1]), chain[0]))
    return [(key, _way(describe(legs, confirmed=True))) for key, legs in chains]


def _way(words: Any) -> str:
    return _("%(transport)s · %(departs)s %(origin)s → %(destination)s") % {
        "transport": words.transport,
        "departs": words.departs,
        "origin": words.origin,
        "destination": words.destination,
    }


def planned(operation: EvacuationOperation) -> list[dict[str, Any]]:
    """The journeys of the adopted plan with the parties on them that hold no offer and of whom
    nobody is kept back. To whom one was offered before is offered again by hand alone."""
    plan = adopted_plan(operation)
    if plan is None:
        return []
    placed = Placement.objects.filter(
        plan=plan,
        journey__isnull=False,
        traveller__party__in=waiting_parties(operation).values("pk"),
    )
    held = Traveller.objects.filter(operation=operation, wish=Wish.GOING).exclude(kept_back="")
    placed = placed.exclude(traveller__party__in=held.values("party"))
    before = Offer.objects.filter(party=OuterRef("traveller__party"), journey=OuterRef("journey"))
    placed = placed.filter(~Exists(before))
    parties: dict[int, set[int]] = defaultdict(set)
    of_party: dict[int, set[int]] = defaultdict(set)
    for journey, party in placed.values_list("journey", "traveller__party"):
        parties[journey].add(party)
        of_party[party].add(journey)
    known = dict(ways_of(operation))
    journeys = Journey.objects.in_bulk(list(parties))
    return [
        {
            "key": journeys[pk].key,
            "words": known[journeys[pk].key],
            # Who is planned on two ways is parted first.
            "parties": sorted(one for one in some if len(of_party[one]) == 1),
        }
        for pk, some in sorted(parties.items())
        if journeys[pk].key in known
    ]


def reasons_of(party: Party, person_ref: int, operation: EvacuationOperation, day: date) -> str:
    """Why this person has the priority they have, in words that can be read aloud."""
    refs = list(party.travellers.values_list("person_ref", flat=True))
    homes = Person.objects.filter(pk__in=refs, household__isnull=False).values("household")
    family = Person.objects.filter(household__in=homes).values_list("pk", flat=True)
    found = candidates(operation.incident, day=day, among={*refs, *family}, with_records=False)
    members = [one for one in found if one.person_ref in refs]
    told = {one.person_ref: reasons for _priority, one, reasons in ranked(members)}
    return "；".join(_reason(*reason) for reason in told.get(person_ref, ()))


def _reason(code: str, value: Any) -> str:
    if code == "need":
        value = NEEDS.get(str(value), value)
    return str(REASONS.get(code, code)) % {"value": value}
