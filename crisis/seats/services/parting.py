"""Joining parties and parting them: an officer's word, with a reason."""

from collections.abc import Collection

from django.db.models import Max
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.seats.models import Offer, Party, Traveller
from crisis.seats.services.gathering import gather_people
from crisis.seats.services.noting import acting, audited, note, words
from crisis.seats.states import LIVE_OFFERS, TravellerAct
from crisis.staff.models import User


def join_parties(*, parties: Collection[Party], officer: User, reason: str) -> Party:
    """Make one party of these: a nurse with her patient, two families of one house. The lowest
    number stays; the others are empty from then on.

    Raises DomainError forbidden, not_found, operation_ended, reason_needed, reason_too_long,
    one_party, other_operation, offered_already (a party that has a place offered is left alone).
    """
    said = words(reason)
    rows = sorted(set(parties), key=lambda party: party.number)
    if len(rows) < 2:
        raise DomainError("one_party", _("请选择至少两个同行组。"))
    kept, *others = rows
    if any(party.operation_id != kept.operation_id for party in others):
        raise DomainError("other_operation", _("这些同行组不属于同一撤离行动。"))
    with acting(kept.operation, officer) as operation:
        _check_free(rows)
        moved = Traveller.objects.filter(party__in=others)
        note(moved, TravellerAct.JOINED, value=str(kept.number), reason=said, by=officer.username)
        people = list(moved.values_list("person_ref", flat=True))
        moved.update(party=kept)
        _sign(kept, said, officer)
        audited("joined", operation, officer, party=kept.number, people=people)
        gather_people(operation=operation, person_refs=people)
    return kept


def split_party(
    *, party: Party, travellers: Collection[Traveller], officer: User, reason: str
) -> Party:
    """Part some of a party into one of their own; returns the new one.

    Raises DomainError as join_parties does, and nobody_parted (nobody, or everybody).
    """
    said = words(reason)
    with acting(party.operation, officer) as operation:
        _check_free([party])
        members = set(party.travellers.values_list("pk", flat=True))
        parted = {traveller.pk for traveller in travellers}
        if not parted or not parted < members:
            raise DomainError("nobody_parted", _("请选择要拆出的人，且至少留一人。"))
        last = operation.parties.aggregate(last=Max("number"))["last"] or 0
        new = Party.objects.create(operation=operation, number=last + 1)
        _sign(new, said, officer)
        _sign(party, said, officer)
        moved = Traveller.objects.filter(pk__in=parted)
        moved.update(party=new)
        note(moved, TravellerAct.SPLIT, value=str(new.number), reason=said, by=officer.username)
        people = list(moved.values_list("person_ref", flat=True))
        audited("split", operation, officer, party=party.number, into=new.number, people=people)
        left = party.travellers.values_list("person_ref", flat=True)
        gather_people(operation=operation, person_refs=[*people, *left])
    return new


def _check_free(parties: Collection[Party]) -> None:
    held = Offer.objects.filter(party__in=parties, state__in=LIVE_OFFERS).first()
    if held:
        raise DomainError(
            "offered_already",
            _("同行组 %(number)s 已有席位邀约，请先收回。") % {"number": held.party.number},
            status=409,
        )


def _sign(party: Party, reason: str, officer: User) -> None:
    party.reason, party.changed_by = reason, officer
    party.save(update_fields=["reason", "changed_by"])
