"""Everything that writes of parties, travellers and offers."""

from crisis.seats.services.answering import answer_offer
from crisis.seats.services.gathering import gather_people, gather_travellers
from crisis.seats.services.offering import make_offer, make_offers, withdraw_offer
from crisis.seats.services.ordering import (
    keep_back,
    leave_to_rules,
    let_go,
    order_priority,
    set_papers,
    set_place_class,
)
from crisis.seats.services.parting import join_parties, split_party
from crisis.seats.services.wishing import set_wish

__all__ = [
    "answer_offer",
    "gather_people",
    "gather_travellers",
    "join_parties",
    "keep_back",
    "leave_to_rules",
    "let_go",
    "make_offer",
    "make_offers",
    "order_priority",
    "set_papers",
    "set_place_class",
    "set_wish",
    "split_party",
    "withdraw_offer",
]
