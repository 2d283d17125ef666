"""Letting people go from what a source says, and taking them up again."""

from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef

from config.kernel import bulk, clock
from notifications.models import Delivery, DeliveryPerson, Spared, Wave
from notifications.services.recipients import Recipient
from notifications.states import DeliveryState, WaveKind

# What is not sent any more to whom it does not concern. The rest answers something they read.
_STOPPED = (WaveKind.INITIAL, WaveKind.UPDATE, WaveKind.AGAIN, WaveKind.REMINDER)


def spare(*, source: str, person_refs: Collection[int]) -> int:
    """Cancel what still waits for these people alone; no update is sent to them any more.

    Returns how many messages were cancelled. Call inside a transaction; once it has committed no
    window that holds one of them starts.
    """
    # As for a retraction: windows and pieces that have begun are waited for, later ones see it.
    _open_waves(source)  # locked first
    rows = [(source, ref) for ref in person_refs]
    bulk.insert(Spared, ("source", "person_ref"), rows)
    spared = Spared.objects.filter(source=source, person_ref=OuterRef("person_ref"))
    others = DeliveryPerson.objects.filter(delivery=OuterRef("pk")).exclude(Exists(spared))
    waiting = Delivery.objects.filter(
        wave__source=source, wave__kind__in=_STOPPED, state=DeliveryState.PENDING
    )
    ids = list(waiting.exclude(Exists(others)).values_list("pk", flat=True))
    still = Delivery.objects.filter(pk__among=ids, state=DeliveryState.PENDING)
    return still.update(state=DeliveryState.CANCELLED, finished_at=clock.now())


def take_up(*, source: str, person_refs: Collection[int]) -> None:
    """These people are spoken to again."""
    _open_waves(source)  # locked first
    Spared.objects.filter(source=source, person_ref__among=list(person_refs)).delete()


def _open_waves(source: str) -> Sequence[Wave]:
    waves = Wave.objects.filter(source=source, retracted_at=None).order_by("pk")
    return list(waves.select_for_update(no_key=True))


def not_spared(source: str, recipients: Sequence[Recipient]) -> list[Recipient]:
    """Without those addresses behind which everybody is spared."""
    people = {ref for recipient in recipients for ref, _owner in recipient.persons}
    found = Spared.objects.filter(source=source, person_ref__among=list(people))
    spared = set(found.values_list("person_ref", flat=True)) if people else set()
    if not spared:
        return list(recipients)
    return [r for r in recipients if any(ref not in spared for ref, _owner in r.persons)]
