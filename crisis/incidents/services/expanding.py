"""From frozen ids to standings and deliveries, slice by slice.

Every slice is one commit. A process that dies in between is followed by the sweep, and two that
work at once take different slices.
"""

import math
import time

from django.db import transaction

from config.kernel import clock
from crisis.incidents.audience import members_of
from crisis.incidents.copying import copy_plain
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.selectors import ALERTS, alert_wave
from crisis.incidents.signals import Member, slice_expanded
from crisis.incidents.states import ResponseLevel
from notifications.models import Wave
from notifications.selectors import batches_waiting, still_filling, waves_of
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done, stands
from notifications.states import WaveKind
from registry.reach import ReachAddress, addresses_for

# Batches that wait for the senders: some seconds of work.
ENOUGH_WAITING = 20
# Waves whose recipients are known one day; the others go on as answers and releases come.
_FILLED = (*ALERTS, WaveKind.CORRECTION, WaveKind.RETRACTION)


def expand_incident(incident_id: int, *, for_s: float = math.inf) -> int:
    """Write what is still unwritten, for about `for_s` seconds. Returns the number of slices
    written here."""
    incident = Incident.objects.get(pk=incident_id)
    written, until = 0, time.monotonic() + for_s
    while _expand_next(incident):
        written += 1
        if time.monotonic() > until:
            break
    close_whole_waves(incident)
    return written


def is_unfinished(incident_id: int) -> bool:
    return AudienceSlice.objects.filter(incident=incident_id, expanded_at=None).exists()


def close_whole_waves(incident: Incident) -> int:
    """Note of the incident's waves that they have all their recipients, where they have."""
    if is_unfinished(incident.pk):
        return 0
    filling = waves_of(incident.source).filter(kind__in=_FILLED, recipients_done_at=None)
    whole = [wave for wave in filling if not still_filling(wave)]
    return _close(incident, whole) if whole else 0


@transaction.atomic
def _close(incident: Incident, waves: list[Wave]) -> int:
    """Unless the area has been widened in this very moment, which holds the incident's row."""
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if is_unfinished(incident.pk):
        return 0
    for wave in waves:
        recipients_done(wave=wave)
    return len(waves)


def _close_left_open() -> int:
    """Waves whose last recipients were written by a process that could not say so."""
    waves = Wave.objects.filter(kind__in=_FILLED, recipients_done_at=None)
    sources = waves.filter(source__startswith="incident:").values_list("source", flat=True)
    ids = {int(source.partition(":")[2]) for source in sources}
    return sum(close_whole_waves(incident) for incident in Incident.objects.filter(pk__in=ids))


def expand_unfinished() -> int:
    """The sweep's step: one slice of the most urgent incident that has one left, unless enough
    waits for the senders already."""
    unfinished = Incident.objects.filter(audience__expanded_at=None, audience__isnull=False)
    incidents = sorted(
        unfinished.distinct(), key=lambda incident: (not _is_red(incident), incident.pk)
    )
    if not incidents:
        return _close_left_open()
    if _enough_waits(incidents[0]):
        return 0
    written = _expand_next(incidents[0])
    return int(written) + close_whole_waves(incidents[0])


def _is_red(incident: Incident) -> bool:
    return incident.response_level == ResponseLevel.RED


def _enough_waits(incident: Incident) -> bool:
    """More rows than can be sent soon help nobody, and what is written last stands first."""
    waves = waves_of(incident.source).values_list("priority", flat=True)
    return batches_waiting(as_urgent_as=min(waves, default=0)) >= ENOUGH_WAITING


@transaction.atomic
def _expand_next(incident: Incident) -> bool:
    waiting = AudienceSlice.objects.filter(incident=incident, expanded_at=None).order_by("number")
    piece = waiting.select_for_update(skip_locked=True).first()
    if piece is None:
        return False
    members = members_of(piece)
    people = [member.person_ref for member in members if _is_told(member)]
    untold = [member.person_ref for member in members if not _is_told(member)]
    wave = _standing_alert(incident)
    if wave:
        people = copy_plain(wave=wave, person_ids=people)
    reach = addresses_for(people, prefer_first=not _is_red(incident))
    unaddressed = set(reach.unaddressed)
    if untold:
        unaddressed |= addresses_for(untold, prefer_first=True).unaddressed
    slice_expanded.send(
        sender=AudienceSlice, incident=incident, members=members, unaddressed=unaddressed
    )
    if wave and reach.addresses:
        add_recipients(wave=wave, recipients=[as_recipient(a) for a in reach.addresses])
    AudienceSlice.objects.filter(pk=piece.pk).update(expanded_at=clock.now())
    return True


def _is_told(member: Member) -> bool:
    return member.asked and not member.outside


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
