"""From frozen ids to standings and deliveries, slice by slice.

Every slice is one commit. A process that dies in between is followed by the sweep, and two that
work at once take different slices.
"""

from django.db import transaction

from config.kernel import clock
from crisis.incidents.audience import members_of
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.signals import slice_expanded
from crisis.incidents.states import ResponseLevel
from notifications.models import Wave
from notifications.selectors import waves_of
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done
from notifications.states import WaveKind
from registry.reach import ReachAddress, addresses_for


def expand_incident(incident_id: int) -> int:
    """Write everything that is still unwritten. Returns the number of slices written here."""
    incident = Incident.objects.get(pk=incident_id)
    written = 0
    while _expand_next(incident):
        written += 1
    if not AudienceSlice.objects.filter(incident=incident, expanded_at=None).exists():
        recipients_done(wave=initial_wave(incident))
    return written


def _close_whole_waves() -> int:
    """Waves whose last slice was written by a process that died before it could say so."""
    waves = Wave.objects.filter(kind=WaveKind.INITIAL, recipients_done_at=None)
    closed = 0
    for wave in waves.filter(source__startswith="incident:"):
        incident_id = int(wave.source.partition(":")[2])
        slices = AudienceSlice.objects.filter(incident=incident_id)
        if slices.exists() and not slices.filter(expanded_at=None).exists():
            recipients_done(wave=wave)
            closed += 1
    return closed


def expand_unfinished() -> int:
    """The sweep's step: one slice of whichever incident has one left."""
    piece = AudienceSlice.objects.filter(expanded_at=None).order_by("pk").first()
    return expand_incident(piece.incident_id) if piece else _close_whole_waves()


def initial_wave(incident: Incident) -> Wave:
    return waves_of(incident.source).get(kind=WaveKind.INITIAL)


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
    wave = initial_wave(incident)
    if wave.retracted_at is None:
        add_recipients(wave=wave, recipients=[as_recipient(a) for a in reach.addresses])
    AudienceSlice.objects.filter(pk=piece.pk).update(expanded_at=clock.now())
    return True


def as_recipient(address: ReachAddress) -> Recipient:
    """The registry's address in the words of notifications."""
    return Recipient(
        channel=address.channel,
        sealed_address=address.sealed_address,
        address_index=address.address_index,
        language=address.language,
        persons=tuple(address.persons),
    )
