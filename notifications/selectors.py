"""What others may ask about waves, deliveries and replies."""

from django.db.models import Count, Q, QuerySet

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


def may_have_got(*waves: Wave) -> QuerySet[Delivery]:
    """Who got one of the waves, may have got it, or is in doubt: whom a correction must reach."""
    reached = [*HANDED_OVER, DeliveryState.CALLING, DeliveryState.IN_DOUBT]
    sent = Delivery.objects.filter(wave__in=waves)
    return sent.filter(Q(state__in=reached) | Q(possible_duplicate=True))


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


def unmatched_replies() -> QuerySet[Reply]:
    """What matched nobody, newest first."""
    return Reply.objects.filter(state=ReplyState.UNMATCHED).order_by("-pk")


def replies_of(source: str) -> QuerySet[Reply]:
    """The answers to a source's messages, and those that an officer matched to it by hand."""
    return Reply.objects.filter(source=source)
