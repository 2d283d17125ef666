"""From frozen ids to standings and deliveries, slice by slice.

Every slice is one commit. A process that dies in between is followed by the sweep, and two that
work at once take different slices.
"""

from django.db import transaction

from config.kernel import clock
from crisis.incidents.audience import members_of
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.selectors import ALERTS, alert_wave
from crisis.incidents.signals import slice_expanded
from crisis.incidents.states import ResponseLevel
from notifications.models import Wave
from notifications.selectors import still_filling, waves_of
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done, stands
from notifications.states import WaveKind
from registry.reach import ReachAddress, addresses_for

# Waves whose recipients are known one day; the others go on as answers and releases come.
_FILLED = (*ALERTS, WaveKind.CORRECTION, WaveKind.RETRACTION)


def expand_incident(incident_id: int) -> int:
    """Write everything that is still unwritten. Returns the number of slices written here."""
    incident = Incident.objects.get(pk=incident_id)
    written = 0
    while _expand_next(incident):
        written += 1
    close_whole_waves(incident)
    return written


def close_whole_waves(incident: Incident) -> int:
    """Note of the incident's waves that they have all their recipients, where they have."""
    if AudienceSlice.objects.filter(incident=incident, expanded_at=None).exists():
        return 0
    filling = waves_of(incident.source).filter(kind__in=_FILLED, recipients_done_at=None)
    whole = [wave for wave in filling if not still_filling(wave)]
    for wave in whole:
        recipients_done(wave=wave)
    return len(whole)


def _close_left_open() -> int:
    """Waves whose last recipients were written by a process that could not say so."""
    waves = Wave.objects.filter(kind__in=_FILLED, recipients_done_at=None)
    sources = waves.filter(source__startswith="incident:").values_list("source", flat=True)
    ids = {int(source.partition(":")[2]) for source in sources}
    return sum(close_whole_waves(incident) for incident in Incident.objects.filter(pk__in=ids))


def expand_unfinished() -> int:
    """The sweep's step: one slice of whichever incident has one left."""
    piece = AudienceSlice.objects.filter(expanded_at=None).order_by("pk").first()
    return expand_incident(piece.incident_id) if piece else _close_left_open()


@transaction.atomic
def _expand_next(incident: Incident) -> bool:
    waiting = AudienceSlice.objects.filter(incident=incident, expanded_at=None).order_by("number")
    piece = waiting.select_for_update(skip_locked=True).first()
    if piece is None:
        return False
    members = members_of(piece)
    reach = addresses_for(
        [member.person_ref for member in members],
        prefer_first=incident.response_level != ResponseLevel.RED,
    )
    slice_expanded.send(
        sender=AudienceSlice, incident=incident, members=members, unaddressed=reach.unaddressed
    )
    if wave := _standing_alert(incident):
        add_recipients(wave=wave, recipients=[as_recipient(a) for a in reach.addresses])
    AudienceSlice.objects.filter(pk=piece.pk).update(expanded_at=clock.now())
    return True


def _standing_alert(incident: Incident) -> Wave | None:
    """What these people are to be told, held until the commit; None when all was taken back. A
    wave that ends while it is asked for has left its successor in the same commit."""
    while (wave := alert_wave(incident)) and not stands(wave.pk):
        continue
    return wave


def as_recipient(address: ReachAddress) -> Recipient:
    """The registry's address in the words of notifications."""
    return Recipient(
        address.channel,
        address.sealed_address,
        address.address_index,
        address.language,
        tuple(address.persons),
    )
