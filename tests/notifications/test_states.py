"""The transition table is closed: every state stands in it, and nothing leaves the end."""

from itertools import chain

from notifications.states import (
    HANDED_OVER,
    TERMINAL,
    TRANSITIONS,
    BatchState,
    DeliveryState,
    Meaning,
    Outcome,
    Priority,
    ReceiptStatus,
)

S = DeliveryState


def test_every_state_stands_in_the_table():
    assert set(TRANSITIONS) == set(DeliveryState)
    assert set(chain.from_iterable(TRANSITIONS.values())) | {S.PENDING} == set(DeliveryState)


def test_terminal_states_are_the_known_five():
    assert {S.DELIVERED, S.UNDELIVERED, S.FAILED, S.EXPIRED, S.CANCELLED} == TERMINAL


def test_every_state_leads_to_an_end():
    def ends(state, seen=frozenset()):
        if state in TERMINAL:
            return True
        return any(ends(after, seen | {state}) for after in TRANSITIONS[state] - seen)

    assert all(ends(state) for state in DeliveryState)


def test_handed_over_never_goes_back():
    for state in HANDED_OVER:
        assert TRANSITIONS[state] <= HANDED_OVER


def test_nothing_that_was_called_is_cancelled_or_expires():
    for state in (S.CALLING, S.IN_DOUBT, S.ACCEPTED):
        assert not TRANSITIONS[state] & {S.CANCELLED, S.EXPIRED}


def test_vocabularies_end_in_unknown():
    assert Outcome.UNKNOWN in Outcome
    assert ReceiptStatus.values[-1] == "unknown"
    assert Meaning.values[-1] == "unknown"


def test_retraction_overtakes_everything():
    assert min(Priority) == Priority.RETRACTION


def test_stored_values_fit_their_columns():
    from notifications.models import Attempt, Batch, Delivery, Receipt, Reply

    for model, name, values in [
        (Delivery, "state", DeliveryState),
        (Delivery, "told_state", DeliveryState),
        (Batch, "state", BatchState),
        (Attempt, "outcome", Outcome),
        (Receipt, "status", ReceiptStatus),
        (Reply, "meaning", Meaning),
    ]:
        longest = max(len(value) for value in values.values)
        assert longest <= model._meta.get_field(name).max_length
