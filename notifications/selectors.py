"""What others may ask about waves, deliveries and replies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet

from notifications.codes import normalise
from notifications.models import Delivery, Reply, Wave
from notifications.states import HANDED_OVER, DeliveryState, ReplyState


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


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one wave has come. `first_at` and `last_at` are hand-overs, scenario time."""

    total: int
    handed_over: int
    waiting: int
    in_doubt: int
    failed: int
    first_at: datetime | None
    whole: bool


def progress_of(wave: Wave) -> Progress:
    """Counts of one wave, right at this moment."""
    states = dict(
        Delivery.objects.filter(wave=wave).values_list("state").annotate(count=Count("pk"))
    )
    waiting = states.get(DeliveryState.PENDING, 0) + states.get(DeliveryState.CALLING, 0)
    return Progress(
        total=sum(states.values()),
        handed_over=sum(states.get(state, 0) for state in HANDED_OVER),
        waiting=waiting,
        in_doubt=states.get(DeliveryState.IN_DOUBT, 0),
        failed=states.get(DeliveryState.FAILED, 0),
        first_at=Delivery.objects.filter(wave=wave).aggregate(at=Min("accepted_at"))["at"],
        whole=wave.recipients_done_at is not None,
    )


def may_have_got(wave: Wave) -> QuerySet[Delivery]:
    """Who got the wave, may have got it, or is in doubt: whom a correction must reach."""
    reached = [*HANDED_OVER, DeliveryState.CALLING, DeliveryState.IN_DOUBT]
    return wave.deliveries.filter(Q(state__in=reached) | Q(possible_duplicate=True))


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


def untold(source: str) -> int:
    """Deliveries whose news has not reached the roll call yet."""
    return (
        Delivery.objects.filter(wave__source=source, batch__untold=True)
        .exclude(told_state=F("state"))
        .count()
    )


def unmatched_replies() -> QuerySet[Reply]:
    """What matched nobody, newest first."""
    return Reply.objects.filter(state=ReplyState.UNMATCHED).order_by("-pk")


def replies_of(source: str) -> QuerySet[Reply]:
    return Reply.objects.filter(delivery__wave__source=source)


def wave_by_code(code: str) -> Wave | None:
    """The wave with this 核验码, however it was typed."""
    return Wave.objects.filter(code=normalise(code)).first()


def addresses_of(person_refs: Iterable[int], source: str) -> QuerySet[Delivery]:
    """The deliveries that spoke for these persons."""
    return Delivery.objects.filter(wave__source=source, persons__person_ref__in=person_refs)
