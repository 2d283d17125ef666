"""Receipts in any order, repeated, early and late: the first final word stands."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.kernel import clock
from notifications.models import Attempt, Batch, Delivery, Receipt
from notifications.services import inbox, receipts, recovery, sending, telling
from notifications.states import TERMINAL, DeliveryState
from tests.support.pushes import receipt_form, store
from tests.support.waves import ACCEPTED, UNKNOWN, due_now, make_wave, patience_over, states

pytestmark = pytest.mark.django_db
S = DeliveryState


def accepted_wave(count=1):
    wave = make_wave(count)
    for pk in due_now(wave):
        sending.send_batch(pk)
    return wave


def receive(*forms, key=""):
    for number, form in enumerate(forms):
        store(form, event_id=f"{form['MessageSid']}.{number}.{Receipt.objects.count()}", key=key)
    inbox.work_inbox()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("delivered", S.DELIVERED),
        ("read", S.DELIVERED),
        ("undelivered", S.UNDELIVERED),
        ("failed", S.UNDELIVERED),
        ("sent", S.ACCEPTED),
        ("queued", S.ACCEPTED),
        ("no such word", S.ACCEPTED),
    ],
)
def test_receipt_moves_a_delivery(gateway, status, state):
    wave = accepted_wave()
    ref = Delivery.objects.get().provider_ref
    receive(receipt_form(ref, status, ErrorCode="30003"))
    assert states(wave) == [state]
    delivery = Delivery.objects.get()
    assert bool(delivery.finished_at) == (state in TERMINAL)
    assert Receipt.objects.get().delivery_id == delivery.pk
    assert Receipt.objects.get().provider_code == "30003"


@pytest.mark.parametrize(("first", "second"), [("delivered", "failed"), ("failed", "delivered")])
def test_terminal_state_is_never_overwritten(gateway, first, second):
    wave = accepted_wave()
    ref = Delivery.objects.get().provider_ref
    receive(receipt_form(ref, first))
    before = states(wave)
    receive(receipt_form(ref, second), receipt_form(ref, "sent"))
    assert states(wave) == before
    assert Receipt.objects.count() == 3


def test_receipt_before_the_answer_of_its_own_call_wins(gateway):
    """Found by our key, which rides in the callback's address."""
    wave = make_wave(1)
    key = Delivery.objects.get().key
    gateway.meanwhile = lambda: receive(receipt_form("SMearly"), key=key)
    for pk in due_now(wave):
        sending.send_batch(pk)
    delivery = Delivery.objects.get()
    assert delivery.state == S.DELIVERED
    assert delivery.provider_ref == "SMearly"


def test_receipt_of_a_call_whose_answer_was_lost_settles_the_doubt(gateway):
    wave = make_wave(1)
    gateway.decide = lambda message, times: UNKNOWN
    for pk in due_now(wave):
        sending.send_batch(pk)
    assert states(wave) == [S.IN_DOUBT]
    receive(receipt_form("SMlost"), key=Delivery.objects.get().key)
    assert states(wave) == [S.DELIVERED]
    assert Batch.objects.get().untold


def doubtful_repeat(gateway):
    """A wave of one message whose call came to nothing known, and which is to leave once more."""
    wave = make_wave(1)
    gateway.decide = lambda message, times: UNKNOWN if times == 1 else ACCEPTED
    for pk in due_now(wave):
        sending.send_batch(pk)
    patience_over(wave)
    recovery.resolve_in_doubt()
    assert Delivery.objects.get().possible_duplicate
    assert states(wave) == [S.PENDING]
    return wave


def test_repeat_never_leaves_when_the_first_call_arrived_after_all(gateway, told):
    wave = doubtful_repeat(gateway)
    receive(receipt_form("SMfirst"), key=Delivery.objects.get().key)
    for pk in due_now(wave):
        sending.send_batch(pk)
    delivery = Delivery.objects.get()
    assert len(gateway.calls) == 1
    assert (delivery.state, delivery.provider_ref) == (S.DELIVERED, "SMfirst")
    assert delivery.finished_at
    assert not delivery.possible_duplicate
    telling.tell_outcomes()
    assert [outcome.state for outcome in told] == [S.DELIVERED]


def test_repeat_leaves_when_the_first_call_arrived_nowhere(gateway):
    wave = doubtful_repeat(gateway)
    receive(receipt_form("SMfirst", "undelivered"), key=Delivery.objects.get().key)
    for pk in due_now(wave):
        sending.send_batch(pk)
    assert len(gateway.calls) == 2
    assert states(wave) == [S.ACCEPTED]


def test_receipt_settles_nothing_that_was_never_called(gateway):
    """Somebody else's word under our key: a message that never left cannot have arrived."""
    wave = make_wave(1)
    receive(receipt_form("SMghost"), key=Delivery.objects.get().key)
    assert states(wave) == [S.PENDING]


def record_call(ref):
    """The send's own answer, at last."""
    delivery = Delivery.objects.get()
    Delivery.objects.update(state=S.ACCEPTED, provider_ref=ref)
    Attempt.objects.create(
        delivery=delivery, epoch=1, outcome="accepted", provider_ref=ref, at=clock.now()
    )


def test_receipt_of_an_earlier_call_finds_its_delivery(gateway):
    """The first call's answer was lost to us; the receipt is for that one."""
    accepted_wave()
    record_call("SMfirst")
    Delivery.objects.update(provider_ref="SMsecond")
    receive(receipt_form("SMfirst"))
    assert Delivery.objects.get().state == S.DELIVERED


def test_early_receipt_without_key_waits_for_its_delivery(gateway):
    make_wave(1)
    delivery = Delivery.objects.get()
    receive(receipt_form("SMwaits"))
    assert Receipt.objects.get().delivery is None
    assert receipts.match_waiting() == 0
    record_call("SMwaits")
    assert receipts.match_waiting() == 1
    delivery.refresh_from_db()
    assert delivery.state == S.DELIVERED
    assert receipts.match_waiting() == 0


def test_receipt_of_a_stranger_waits_and_holds_up_nobody(gateway):
    receive(*(receipt_form(f"SMstranger{n}") for n in range(3)))
    make_wave(1)
    record_call("SMours")
    Receipt.objects.filter(provider_ref="SMstranger2").update(provider_ref="SMours")
    assert receipts.match_waiting(limit=1) == 1
    assert Delivery.objects.get().state == S.DELIVERED


def test_empty_reference_matches_nothing(gateway):
    make_wave(1)
    receive({"MessageSid": " ", "MessageStatus": "delivered"})
    assert Delivery.objects.get().state == S.PENDING


def test_news_is_told_once_each(gateway, told):
    accepted_wave()
    delivery = Delivery.objects.get()
    telling.tell_outcomes()
    receive(receipt_form(delivery.provider_ref), receipt_form(delivery.provider_ref))
    telling.tell_outcomes()
    telling.tell_outcomes()
    assert [outcome.state for outcome in told] == [S.ACCEPTED, S.DELIVERED]
    assert {outcome.person_refs for outcome in told} == {(1,)}


RECEIPTS = ["queued", "sent", "delivered", "delivered", "undelivered"]


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(order=st.permutations(RECEIPTS), pieces=st.lists(st.integers(1, 4), max_size=4))
def test_order_repetition_and_bundling_change_only_which_final_word_came_first(
    gateway, order, pieces
):
    Attempt.objects.all().update(provider_ref="")
    wave = accepted_wave()
    ref = wave.deliveries.get().provider_ref
    rest, seen = list(order), []
    for size in [*pieces, len(order)]:
        forms = [receipt_form(ref, status) for status in rest[:size]]
        receive(*forms)
        seen += rest[:size]
        rest = rest[size:]
        finals = [status for status in seen if status in ("delivered", "undelivered")]
        assert states(wave) == [finals[0] if finals else S.ACCEPTED]


WORDS_OF_A_MESSAGE = st.sampled_from(
    [["queued", "sent", "delivered", "read"], ["sent", "undelivered", "failed"], ["sent"]]
)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data(), words=WORDS_OF_A_MESSAGE, early=st.integers(0, 3), keyed=st.booleans())
def test_what_one_message_comes_to_is_blind_to_order_repetition_and_earliness(
    gateway, data, words, early, keyed
):
    """Some receipts come while the call is still out; without our key they wait for it."""
    Attempt.objects.all().update(provider_ref="")
    pushed = data.draw(st.permutations(words * 2))
    wave = make_wave(1)
    delivery = wave.deliveries.get()
    ref, key = f"SM{delivery.key}1", delivery.key if keyed else ""
    gateway.meanwhile = lambda: receive(*(receipt_form(ref, w) for w in pushed[:early]), key=key)
    for pk in due_now(wave):
        sending.send_batch(pk)
    receive(*(receipt_form(ref, word) for word in pushed[early:]), key=key)
    receipts.match_waiting()
    final = {"delivered": S.DELIVERED, "undelivered": S.UNDELIVERED}
    assert states(wave) == [next((final[w] for w in words if w in final), S.ACCEPTED)]
    delivery.refresh_from_db()
    assert delivery.provider_ref == ref
    assert not Receipt.objects.filter(provider_ref=ref, delivery=None).exists()
