"""Steps that come due: remind the silent, then note that they are silent."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from config.kernel import clock
from crisis.incidents.models import Incident, Outage
from crisis.incidents.selectors import alert_wave
from crisis.incidents.services.expanding import as_recipient
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.rollcall.models import DueStep
from crisis.rollcall.services.concerning import SILENT, concerned
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.services.opening import LADDER
from crisis.rollcall.services.saying import release_piece, say_again_piece
from crisis.rollcall.states import Condition, Contact, EventKind, Source, StepKind
from notifications.models import Wave
from notifications.selectors import addresses_with_open_deliveries
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done, stands
from notifications.states import WaveKind
from registry.reach import addresses_for

log = logging.getLogger("guihang.timers")
REMINDER_HELPS_FOR = timedelta(hours=2)


def work_due_steps() -> int:
    """The sweep's step: one piece of everything that is due now. Returns how many it worked on."""
    due = DueStep.objects.filter(done_at=None, due_at__lte=clock.now()).order_by("due_at", "pk")
    due = due.exclude(Exists(_frozen(OuterRef("incident"))))
    return sum(_work(step_id) for step_id in list(due.values_list("pk", flat=True)[:20]))


@transaction.atomic
def _work(step_id: int) -> bool:
    waiting = DueStep.objects.filter(pk=step_id, done_at=None)
    step = waiting.select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked
    ).first()
    if step is None:
        return False
    if _frozen(step.incident_id).exists():
        return False
    if step.incident.state != IncidentState.DECLARED or _PIECES[StepKind(step.kind)](step):
        DueStep.objects.filter(pk=step.pk).update(done_at=clock.now())
    return True


def _frozen(incident: Any) -> QuerySet[Outage]:
    """The outage of the whole incident that lasts."""
    return Outage.objects.filter(incident=incident, ended_at=None, person_ids=None)


def silent_after(step: DueStep, size: int) -> list[tuple[int, int]]:
    """(standing, person) of whom nobody has heard, in order. The dead are not reminded, nor those
    found by others."""
    found = concerned(step).filter(
        contact__in=SILENT, condition=Condition.UNKNOWN, pk__gt=step.after_id
    )
    return list(found.order_by("pk").values_list("pk", "person_ref")[:size])


def remind_piece(step: DueStep) -> bool:
    """Remind the next of the silent by every address they have; True when there are no more.

    Nobody is reminded of an alert that was taken back or whose danger is over, nor at an address
    where a message is still on its way: after a gateway's outage nobody shall get the alert and
    its reminders at once.
    """
    alert = alert_wave(step.incident)
    if alert is None or alert.kind == WaveKind.ALL_CLEAR:
        return True
    if not stands(alert.pk):
        return False
    silent = silent_after(step, settings.SLICE_SIZE)
    done = len(silent) < settings.SLICE_SIZE
    if recipients := _to_remind(step.incident, [person for _, person in silent]):
        add_recipients(wave=_reminder(step), recipients=recipients)
    if silent:
        step.after_id = silent[-1][0]
        step.save(update_fields=["after_id", "wave"])
    if done and step.wave:
        recipients_done(wave=step.wave)
    return done


def _reminder(step: DueStep) -> Wave:
    """The step's wave; a new one where what it said was corrected or overtaken meanwhile."""
    if step.wave is None or not stands(step.wave.pk):
        step.wave = open_wave(
            step.incident, kind=WaveKind.REMINDER, template="reminder", lasts=REMINDER_HELPS_FOR
        )
    return step.wave


def _to_remind(incident: Incident, persons: Sequence[int]) -> list[Recipient]:
    waiting = addresses_with_open_deliveries(incident.source)
    reach = addresses_for(persons, prefer_first=False)
    found = [as_recipient(address) for address in reach.addresses]
    return [r for r in found if (r.channel, r.address_index) not in waiting]


def note_silence(step: DueStep) -> int:
    """A timer may say «暂未联系上», nothing graver, and only of those whom a message reached:
    who was never contacted has left no question unanswered. While messages are still on their way
    it comes once more, for those whom they reach later."""
    alerted = concerned(step).filter(contact=Contact.ALERTED)
    silent = list(alerted.order_by("pk").values_list("person_ref", flat=True))
    entries = [
        Entry(person, EventKind.NO_ANSWER, step.due_at, f"timer:{step.pk}") for person in silent
    ]
    if addresses_with_open_deliveries(step.incident.source):
        _, silence = LADDER[ResponseLevel(step.incident.response_level)]
        DueStep.objects.get_or_create(
            incident=step.incident,
            kind=StepKind.SILENCE,
            due_at=clock.now() + silence,
            people=step.people,
            defaults={"spares": step.spares},
        )
    return write_log(incident_id=step.incident_id, entries=entries, source=Source.TIMER)


def _note(step: DueStep) -> bool:
    note_silence(step)
    return True


_PIECES: dict[StepKind, Callable[[DueStep], bool]] = {
    StepKind.REMINDER: remind_piece,
    StepKind.SILENCE: _note,
    StepKind.AGAIN: say_again_piece,
    StepKind.RELEASE: release_piece,
}
