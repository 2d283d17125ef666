"""Each address once a wave, with everybody it speaks for; reminders leave the stopped in peace."""

import pytest
from django.db import IntegrityError, connection, transaction

from notifications.models import Batch, Delivery, DeliveryPerson, Reply
from notifications.services.following import recipients_of
from notifications.services.recipients import add_recipients
from notifications.states import BatchState, Meaning, ReplyState, WaveKind
from tests.support.waves import make_wave, number, recipient

pytestmark = pytest.mark.django_db


def test_address_gets_one_delivery_and_covers_all(db):
    wave = make_wave()
    assert add_recipients(wave=wave, recipients=[recipient(number(1))]) == 1
    again = recipient(number(1), persons=((1, True), (2, True), (3, False)))
    assert add_recipients(wave=wave, recipients=[again]) == 0
    delivery = Delivery.objects.get()
    assert delivery.covers == 3
    links = DeliveryPerson.objects.order_by("person_ref").values_list("person_ref", "is_owner")
    assert list(links) == [(1, True), (2, True), (3, False)]


def test_same_number_by_two_channels_or_waves_is_two_deliveries(db):
    wave = make_wave()
    add_recipients(
        wave=wave, recipients=[recipient(number(1)), recipient(number(1), channel="wechat")]
    )
    make_wave(1)
    assert Delivery.objects.count() == 3


def test_database_holds_one_delivery_a_wave_and_address(db):
    make_wave(1)
    delivery = Delivery.objects.get()
    delivery.pk, delivery.key = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        delivery.save(force_insert=True)


def test_batches_hold_one_channel_each_and_no_more_than_their_size(settings):
    settings.BATCH_SIZE = 3
    wave = make_wave(7)
    add_recipients(wave=wave, recipients=[recipient("oWang", channel="wechat")])
    sizes = [(batch.channel, batch.deliveries.count()) for batch in Batch.objects.order_by("pk")]
    assert sizes == [("sms", 3), ("sms", 3), ("sms", 1), ("wechat", 1)]
    assert set(Batch.objects.values_list("state", flat=True)) == {BatchState.WAITING}


def test_address_stands_sealed_and_is_copied_unopened(db):
    wave = make_wave()
    given = recipient(number(1))
    add_recipients(wave=wave, recipients=[given])
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notifications_delivery")
        assert bytes(cursor.fetchone()[0]) == given.sealed_address
    [copied] = recipients_of([wave.deliveries.get().pk])
    assert copied == given


def test_copies_reach_across_waves(db):
    """Two people may have answered different waves of one incident."""
    first, second = make_wave(2), make_wave(3)
    chosen = [first.deliveries.earliest("pk").pk, second.deliveries.latest("pk").pk]
    copies = recipients_of(chosen)
    assert sorted(copy.persons for copy in copies) == [((1, True),), ((3, True),)]
    assert recipients_of([]) == []


def test_bells_are_rung_after_the_commit(django_capture_on_commit_callbacks, monkeypatch):
    rung = []
    monkeypatch.setattr("notifications.bell.ring", lambda ids, *, priority: rung.extend(ids))
    with django_capture_on_commit_callbacks(execute=True):
        make_wave(2)
        assert rung == []
    assert rung == [Batch.objects.get().pk]


def test_nothing_is_written_when_the_transaction_fails(db):
    with transaction.atomic():
        make_wave(2)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not Batch.objects.exists()


def stop(n):
    given = recipient(number(n))
    Reply.objects.create(
        via="sms",
        address_index=given.address_index,
        text="退订",
        meaning=Meaning.STOP,
        state=ReplyState.MATCHED,
        answered_at="2024-12-17T02:00Z",
        received_at="2024-12-17T02:00Z",
    )


def test_reminder_leaves_out_who_asked_to_be_left_in_peace(db):
    stop(2)
    wave = make_wave(3, kind=WaveKind.REMINDER, template="reminder")
    assert sorted(d.address for d in wave.deliveries.all()) == [number(1), number(3)]


def test_new_alert_reaches_who_stopped_reminders(db):
    stop(2)
    assert make_wave(3).deliveries.count() == 3
