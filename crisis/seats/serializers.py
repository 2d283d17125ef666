"""What the API of wishes and seats takes and gives."""

from typing import Any

from rest_framework import serializers

from crisis.seats.models import Offer, Traveller
from crisis.seats.services.ordering import BY_HAND
from crisis.seats.services.wishing import LINES
from crisis.seats.states import KeptBack, Papers, Priority, Visa, Wish
from crisis.transports.states import PlaceClass


class TravellerOut(serializers.Serializer):
    """`priority` is the one that counts; `ordered` says that an officer set it."""

    id = serializers.IntegerField()
    person_ref = serializers.IntegerField()
    party = serializers.IntegerField(source="party_id")
    party_number = serializers.IntegerField(source="party.number")
    wish = serializers.CharField()
    place_class = serializers.CharField()
    priority = serializers.CharField(source="effective_priority")
    ordered = serializers.SerializerMethodField()
    papers = serializers.CharField()
    visa = serializers.CharField()
    kept_back = serializers.CharField()
    assembly = serializers.IntegerField(source="assembly_id", allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True)

    def get_ordered(self, traveller: Traveller) -> bool:
        return bool(traveller.ordered_priority)


class TravellersOut(serializers.Serializer):
    rows = TravellerOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class WaitingOut(serializers.Serializer):
    party = serializers.IntegerField(source="party.pk")
    number = serializers.IntegerField(source="party.number")
    priority = serializers.CharField()
    asked_at = serializers.DateTimeField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    people = serializers.SerializerMethodField()

    def get_people(self, row: Any) -> list[int]:
        return [one.person_ref for one in row.travellers]


class OfferOut(serializers.Serializer):
    id = serializers.IntegerField()
    party = serializers.IntegerField(source="party_id")
    transports = serializers.SerializerMethodField()
    state = serializers.CharField()
    offered_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    late_at = serializers.DateTimeField(allow_null=True)
    unclear_at = serializers.DateTimeField(allow_null=True)

    def get_transports(self, offer: Offer) -> list[int]:
        return [int(part) for part in offer.journey.key.split(">")]


class SeatCountsOut(serializers.Serializer):
    """People by wish; `held` and `unchecked` are among those who go."""

    going = serializers.IntegerField()
    staying = serializers.IntegerField()
    gone = serializers.IntegerField()
    unsaid = serializers.IntegerField()
    out = serializers.IntegerField()
    held = serializers.IntegerField()
    unchecked = serializers.IntegerField()


class GatheredOut(serializers.Serializer):
    changed = serializers.IntegerField()


class PartyOut(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()


class AfterIn(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, default=0)
    wish = serializers.ChoiceField(choices=Wish.choices, required=False)


class PageIn(serializers.Serializer):
    page = serializers.IntegerField(min_value=1, max_value=10_000, default=1)


def reason_field(**more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=300, default="", allow_blank=True, **more)


class WishIn(serializers.Serializer):
    person_ref = serializers.IntegerField(min_value=1)
    wish = serializers.ChoiceField(choices=[(one.value, one.label) for one in LINES])
    reason = reason_field()


class PriorityIn(serializers.Serializer):
    """null: as the rules say."""

    priority = serializers.ChoiceField(choices=Priority.choices, allow_null=True)
    reason = reason_field()


class PapersIn(serializers.Serializer):
    papers = serializers.ChoiceField(choices=Papers.choices, required=False)
    visa = serializers.ChoiceField(choices=Visa.choices, required=False)
    reason = reason_field()


class PlaceClassIn(serializers.Serializer):
    """null: as is registered."""

    place_class = serializers.ChoiceField(choices=PlaceClass.choices, allow_null=True)
    reason = reason_field()


class KeepBackIn(serializers.Serializer):
    why = serializers.ChoiceField(
        choices=[(one.value, one.label) for one in BY_HAND], default=KeptBack.BY_OFFICER.value
    )
    reason = reason_field()


class ReasonIn(serializers.Serializer):
    reason = reason_field()


class JoinIn(serializers.Serializer):
    parties = serializers.ListField(child=serializers.IntegerField(), max_length=50)
    reason = reason_field()


class SplitIn(serializers.Serializer):
    travellers = serializers.ListField(child=serializers.IntegerField(), max_length=500)
    reason = reason_field()


class OfferIn(serializers.Serializer):
    """`transports` in the order in which they are taken."""

    parties = serializers.ListField(child=serializers.IntegerField(), max_length=5_000)
    transports = serializers.ListField(child=serializers.IntegerField(), max_length=12)
    deadline_at = serializers.DateTimeField()


class AnswerIn(serializers.Serializer):
    takes = serializers.BooleanField()
