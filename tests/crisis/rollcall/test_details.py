"""What is added to an answer: plans, words and family reach the roll call and lower nothing."""

import pytest

from config.kernel import clock
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.hearing import entries_of
from crisis.rollcall.signals import help_called
from crisis.rollcall.states import EventKind
from notifications.models import Delivery, DeliveryPerson
from notifications.services.links import LinkAnswer, delivery_of_token, record_link_reply
from notifications.signals import ReadReply
from notifications.states import Meaning, Plan
from notifications.tokens import token_for

pytestmark = pytest.mark.django_db
K = EventKind


def read(*, details=None, note="", persons=((1, True), (2, False)), **more):
    now = clock.now()
    return ReadReply(
        reply_id=7,
        source="incident:1",
        channel="link",
        address_index=b"",
        meaning=Meaning.DETAILS,
        persons=persons,
        answered_at=now,
        received_at=now,
        latitude=None,
        longitude=None,
        accuracy_m=None,
        note=note,
        details=details or {},
        **more,
    )


def lines(reply):
    return [(entry.person_ref, entry.kind, entry.note) for entry in entries_of(reply)]


def test_plan_and_words_are_lines_of_their_own(held_clock):
    said = read(details={"plan": "wants_out"}, note="在机场")
    assert lines(said) == [(1, K.PLANS_OUT, ""), (1, K.ADDED, "在机场")]
    assert len({entry.source_key for entry in entries_of(said)}) == 2


def test_number_alone_leaves_one_line(held_clock):
    assert lines(read(details={"party": 3})) == [(1, K.ADDED, "")]


@pytest.mark.parametrize(
    ("note", "with_help", "kind"),
    [
        ("在三楼", True, K.NEEDS_HELP),
        ("在三楼", False, K.ADDED),
        ("流血了", False, K.NEEDS_HELP),
        ("这里不安全", False, K.POSSIBLE_HELP),
    ],
)
def test_words_with_a_call_for_help_are_part_of_it(held_clock, note, with_help, kind):
    assert lines(read(details={"with_help": with_help}, note=note)) == [(1, kind, note)]


def test_word_of_an_emergency_contact_is_not_the_persons(held_clock):
    said = read(details={"plan": "left"}, note="他平安", by_contact=True)
    assert lines(said) == [(1, K.CONTACT_WORD, "他平安")]
    assert lines(read(note="他受伤了", by_contact=True)) == [(1, K.NEEDS_HELP, "他受伤了")]


def token_of(person):
    links = DeliveryPerson.objects.filter(person_ref=person.pk)
    found = Delivery.objects.filter(pk__in=links.values("delivery"), token_hash__isnull=False)
    return token_for(found.first().key)


def link_of(person, about):
    delivery = DeliveryPerson.objects.filter(person_ref=person.pk).values("delivery")
    return DeliveryPerson.objects.get(delivery__in=delivery, person_ref=about.pk).pk


def standing(person):
    return Standing.objects.get(person_ref=person.pk)


def test_parent_says_that_one_of_the_family_is_hurt(alerted, people):
    calls = []

    def listen(calls_made=None, **told):
        calls.extend(entry.person_ref for entry in told["calls"])

    help_called.connect(listen)
    hurt = link_of(people["chen"], about=people["chen_wife"])
    answer = LinkAnswer(meaning=Meaning.DETAILS, members={hurt: Meaning.NEEDS_HELP})
    record_link_reply(
        delivery=delivery_of_token(token_of(people["chen"])),
        answer=LinkAnswer(meaning=Meaning.SAFE),
    )
    record_link_reply(delivery=delivery_of_token(token_of(people["chen"])), answer=answer)
    help_called.disconnect(listen)
    assert standing(people["chen"]).condition == "safe"
    assert standing(people["chen_wife"]).condition == "needs_help"
    assert calls == [people["chen_wife"].pk]


def test_wish_to_leave_does_not_take_help_back(alerted, people, held_clock):
    token = token_of(people["wang"])
    record_link_reply(
        delivery=delivery_of_token(token), answer=LinkAnswer(meaning=Meaning.NEEDS_HELP)
    )
    held_clock(30)
    added = LinkAnswer(meaning=Meaning.DETAILS, plan=Plan.WANTS_OUT, note="在三楼", with_help=True)
    record_link_reply(delivery=delivery_of_token(token), answer=added)
    found = standing(people["wang"])
    assert (found.condition, found.wants_out) == ("needs_help", True)
    notes = RollCallEvent.objects.filter(person_ref=people["wang"].pk).exclude(note="")
    assert [event.note for event in notes] == ["在三楼"]
