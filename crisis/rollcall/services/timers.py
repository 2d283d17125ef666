"""Steps that come due: remind the silent, then note that they are silent."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.incidents.services.expanding import as_recipient, initial_wave
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.rollcall.models import DueStep, Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.services.opening import LADDER
from crisis.rollcall.states import Condition, Contact, EventKind, Source, StepKind
from notifications.selectors import addresses_with_open_deliveries
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done
from notifications.states import WaveKind
from registry.reach import addresses_for

log = logging.getLogger("guihang.timers")
REMINDER_HELPS_FOR = timedelta(hours=2)
SILENT = (Contact.NOT_CONTACTED, Contact.ALERTED, Contact.NO_ANSWER)


def work_due_steps() -> int:
    """The sweep's step: everything that is due now. Returns the number of steps done."""
    due = DueStep.objects.filter(done_at=None, due_at__lte=clock.now()).order_by("due_at", "pk")
    return sum(_work(step_id) for step_id in list(due.values_list("pk", flat=True)[:20]))


@transaction.atomic
def _work(step_id: int) -> bool:
    taken = DueStep.objects.filter(pk=step_id, done_at=None).update(done_at=clock.now())
    if not taken:
        return False
    step = DueStep.objects.select_related("incident__post").get(pk=step_id)
    if step.incident.state != IncidentState.DECLARED:
        return True
    if step.kind == StepKind.REMINDER:
        remind_silent(step.incident)
    else:
        note_silence(step)
    return True


def silent_refs(incident: Incident) -> list[int]:
    """Persons of whom nobody has heard. The dead are not reminded, nor those found by others."""
    found = Standing.objects.filter(
        incident=incident, contact__in=SILENT, condition=Condition.UNKNOWN
    )
    return list(found.order_by("pk").values_list("person_ref", flat=True))


def remind_silent(incident: Incident) -> int:
    """One reminder wave by every address the silent have. Returns the number of deliveries.

    Nobody is reminded of an alert that was taken back, nor at an address where a message is still
    on its way: after a gateway's outage nobody shall get the alert and its reminders at once.
    """
    if initial_wave(incident).retracted_at is not None:
        return 0
    wave, sent = None, 0
    for recipients in _to_remind(incident):
        wave = wave or open_wave(
            incident, kind=WaveKind.REMINDER, template="reminder", lasts=REMINDER_HELPS_FOR
        )
        sent += add_recipients(wave=wave, recipients=recipients)
    if wave is not None:
        recipients_done(wave=wave)
    return sent


def _to_remind(incident: Incident) -> Iterator[list[Recipient]]:
    """The recipients of a reminder, some thousands of persons at a time."""
    silent = silent_refs(incident)
    waiting = addresses_with_open_deliveries(incident.source)
    for start in range(0, len(silent), settings.SLICE_SIZE):
        reach = addresses_for(silent[start : start + settings.SLICE_SIZE], prefer_first=False)
        found = [as_recipient(address) for address in reach.addresses]
        if free := [r for r in found if (r.channel, r.address_index) not in waiting]:
            yield free


def note_silence(step: DueStep) -> int:
    """A timer may say «暂未联系上», nothing graver, and only of those whom a message reached:
    who was never contacted has left no question unanswered. While messages are still on their way
    it comes once more, for those whom they reach later."""
    alerted = Standing.objects.filter(incident=step.incident, contact=Contact.ALERTED)
    silent = list(alerted.order_by("pk").values_list("person_ref", flat=True))
    entries = [
        Entry(person, EventKind.NO_ANSWER, step.due_at, f"timer:{step.pk}") for person in silent
    ]
    if addresses_with_open_deliveries(step.incident.source):
        _, silence = LADDER[ResponseLevel(step.incident.response_level)]
        DueStep.objects.get_or_create(
            incident=step.incident, kind=StepKind.SILENCE, due_at=clock.now() + silence
        )
    return write_log(incident_id=step.incident_id, entries=entries, source=Source.TIMER)
