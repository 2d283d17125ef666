"""What others may ask about waves, deliveries and replies."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from config.kernel import clock
from notifications.models import Batch, Delivery, DeliveryPerson, Following, Reply, Wave
from notifications.states import (
    PRIVATE,
    BatchState,
    DeliveryState,
    Meaning,
    ReplyState,
    WaveKind,
)
from notifications.tokens import CODE_MARK


def waves_of(source: str) -> QuerySet[Wave]:
    """The waves of one source, oldest first."""
    return Wave.objects.filter(source=source).order_by("pk")


def deliveries_by_state(source: str) -> dict[str, dict[str, int]]:
    """{channel: {state: count}} over all waves of a source."""
    rows = (
        Delivery.objects.filter(wave__source=source)
        .values_list("channel", "state")
        .annotate(count=Count("pk"))
        .order_by("channel", "state")
    )
    counts: dict[str, dict[str, int]] = {}
    for channel, state, count in rows:
        counts.setdefault(channel, {})[state] = count
    return counts


def deliveries_of_wave(wave: Wave) -> dict[str, int]:
    """{state: count} of one wave."""
    rows = Delivery.objects.filter(wave=wave).values_list("state").annotate(count=Count("pk"))
    return dict(rows.order_by("state"))


def still_filling(wave: Wave) -> bool:
    """Whether people whom an earlier wave reached are still being added to this one."""
    open_ones = Following.objects.filter(done_at=None)
    return open_ones.filter(Q(wave=wave) | Q(otherwise=wave)).exists()


# What may hold in the place of a message that was ended.
_HOLD_NOW = (WaveKind.CORRECTION, WaveKind.UPDATE, WaveKind.ALL_CLEAR, WaveKind.RETRACTION)


def what_ended(wave: Wave) -> Wave | None:
    """The newest message that holds in the place of this one; None while it stands itself."""
    if wave.retracted_at is None:
        return None
    later = waves_of(wave.source).filter(pk__gt=wave.pk, kind__in=_HOLD_NOW, retracted_at=None)
    return later.last()


# What a public list may show. The others speak to one person, or of one by name.
PUBLIC_KINDS = (
    WaveKind.INITIAL,
    WaveKind.REMINDER,
    WaveKind.UPDATE,
    WaveKind.CORRECTION,
    WaveKind.RETRACTION,
    WaveKind.ALL_CLEAR,
    WaveKind.WHO_ELSE,
)


def public_waves(sources: Iterable[str]) -> list[tuple[Wave, Wave | None]]:
    """Every wave of these sources that anybody may read, newest first, each with what holds in its
    place (`what_ended`), in one query."""
    found = Wave.objects.filter(source__in=list(sources), kind__in=PUBLIC_KINDS)
    holds: dict[str, Wave] = {}
    rows: list[tuple[Wave, Wave | None]] = []
    # From the newest on: the first that stands of a source holds in the place of all before it.
    for wave in found.select_related("retracts").order_by("-pk"):
        ended = holds.get(wave.source) if wave.retracted_at is not None else None
        rows.append((wave, ended))
        if wave.kind in _HOLD_NOW and wave.retracted_at is None:
            holds.setdefault(wave.source, wave)
    return rows


# In their own languages, as the texts of the catalogue are.
_FOR_PASSENGERS = {
    "zh-hans": "本条发给已确认席位的乘客，内容不在此公开。核验码有效。",
    "en": "This message went to passengers whose seats are confirmed; its words are not shown here."
    " The code is genuine.",
}


def shown_texts(wave: Wave) -> dict[str, str]:
    """{language: SMS text} as anybody may see it: a one-time code is its receiver's alone, and
    where passengers meet is theirs."""
    texts: dict[str, str] = wave.texts["sms"]
    if wave.kind in PRIVATE:
        return dict(_FOR_PASSENGERS)
    if wave.kind != WaveKind.CODE:
        return texts
    return {language: text.replace(CODE_MARK, "······") for language, text in texts.items()}


# A message that has not left by then waits for a provider that is away, or for a worker.
SHOULD_BE_GONE = timedelta(seconds=8)


def hand_over_of(wave_id: int) -> str:
    """How far a wave with one recipient has come: "sent" (or about to be), "waiting" for longer
    than it should, or "failed" for good."""
    delivery = Delivery.objects.filter(wave=wave_id).select_related("batch").first()
    if delivery is None or delivery.state in (DeliveryState.ACCEPTED, DeliveryState.DELIVERED):
        return "sent"
    if delivery.state not in (DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT):
        return "failed"
    return "waiting" if delivery.batch.made_at < clock.real_now() - SHOULD_BE_GONE else "sent"


def unsettled(source: str) -> int:
    """Deliveries whose fate is still open: waiting, being called, in doubt."""
    return _open(source).count()


def addresses_with_open_deliveries(source: str) -> set[tuple[str, bytes]]:
    """(channel, address index) of everyone to whom a message of this source is still on its way."""
    rows = _open(source).values_list("channel", "address_index")
    return {(channel, bytes(index)) for channel, index in rows.iterator()}


def _open(source: str) -> QuerySet[Delivery]:
    states = (DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT)
    return Delivery.objects.filter(wave__source=source, state__in=states)


def lost_addresses(
    source: str, persons: Iterable[int], *, since: datetime
) -> set[tuple[str, bytes]]:
    """(channel, address index) of addresses of these people to which a message of this source
    failed, was not delivered or ran out at `since` or later, and none got through after that."""
    lost = Delivery.objects.filter(
        wave__source=source, wave__kind__in=_TOLD, state__in=_LOST, finished_at__gte=since
    )
    theirs = lost.filter(persons__person_ref__among=list(persons))
    newest = dict(_by_address(theirs.order_by("finished_at")))
    got = Delivery.objects.filter(
        wave__source=source,
        state__in=(DeliveryState.ACCEPTED, DeliveryState.DELIVERED),
        address_index__in=[index for _, index in newest],
    )
    reached = {address for address, pk in _by_address(got) if pk > newest.get(address, pk)}
    return set(newest) - reached


def _by_address(deliveries: QuerySet[Delivery]) -> list[tuple[tuple[str, bytes], int]]:
    rows = deliveries.values_list("channel", "address_index", "pk")
    return [((channel, bytes(index)), pk) for channel, index, pk in rows]


_TOLD = (WaveKind.INITIAL, WaveKind.UPDATE, WaveKind.AGAIN, WaveKind.REMINDER)
_LOST = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.EXPIRED)


def unmatched_replies() -> QuerySet[Reply]:
    """What matched nobody, newest first."""
    return Reply.objects.filter(state=ReplyState.UNMATCHED).order_by("-pk")


def words_of_contacts(sources: Iterable[str]) -> QuerySet[Reply]:
    """What emergency contacts wrote and no officer has read yet, oldest first."""
    about = Wave.objects.filter(source__in=sources, kind=WaveKind.CONTACT)
    return Reply.objects.filter(delivery__wave__in=about, handled_by="").order_by("pk")


def contacted_persons(source: str) -> set[int]:
    """The persons whose emergency contacts were written to."""
    links = DeliveryPerson.objects.filter(
        delivery__wave__source=source, delivery__wave__kind=WaveKind.CONTACT
    )
    return set(links.values_list("person_ref", flat=True))


def replies_of(source: str) -> QuerySet[Reply]:
    """The answers to a source's messages, and those that an officer matched to it by hand."""
    return Reply.objects.filter(source=source)


def stopped_after(source: str, indexes: Iterable[bytes]) -> set[bytes]:
    """Those of these addresses (blind indexes) that answered «stop» to a message of this source."""
    stops = Reply.objects.filter(
        source=source, meaning=Meaning.STOP, address_index__in=list(indexes)
    )
    return {bytes(index or b"") for index in stops.values_list("address_index", flat=True)}


def batches_waiting(*, as_urgent_as: int) -> int:
    """How many batches of this priority, or a more urgent one, are due and wait for a worker."""
    due = Batch.objects.filter(state=BatchState.WAITING, due_at__lte=clock.real_now())
    return due.filter(priority__lte=as_urgent_as).count()
