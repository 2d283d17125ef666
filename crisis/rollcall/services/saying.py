"""Steps that say something to some people: that they are out of the area, or the alert again."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from crisis.incidents.models import Incident
from crisis.incidents.services.expanding import as_recipient
from crisis.incidents.services.speaking import say_again
from crisis.incidents.states import ResponseLevel
from crisis.rollcall.models import DueStep, Standing
from crisis.rollcall.packed import unpack
from crisis.rollcall.services.concerning import SILENT, concerned
from crisis.rollcall.states import Condition, Contact
from notifications.selectors import lost_addresses
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done, stands
from registry.reach import addresses_for

AGAIN_HELPS_FOR = timedelta(hours=6)


def say_again_piece(step: DueStep) -> bool:
    """The next people who are to read the alert again; True when there are no more. After an
    outage these are the silent to whom a message was lost, at those addresses."""
    found = concerned(step).exclude(condition=Condition.DECEASED)
    if step.failed_since:
        found = found.filter(contact__in=SILENT, condition=Condition.UNKNOWN)
    rows = list(
        found.filter(pk__gt=step.after_id)
        .order_by("pk")
        .values_list("pk", "person_ref")[: settings.SLICE_SIZE]
    )
    recipients = _again_to(step, [person for _, person in rows])
    if recipients and not _open_again(step):
        return True
    return _write(step, rows, recipients)


def _again_to(step: DueStep, persons: Sequence[int]) -> list[Recipient]:
    recipients = _recipients(step.incident, persons, all_at_once=step.failed_since is not None)
    if step.failed_since is None:
        return recipients
    lost = lost_addresses(step.incident.source, persons, since=step.failed_since)
    return [r for r in recipients if (r.channel, r.address_index) in lost]


def _open_again(step: DueStep) -> bool:
    """The step's wave; a new one where what it said was overtaken. False where nothing holds."""
    if step.wave is None or not stands(step.wave.pk):
        step.wave = say_again(step.incident, lasts=AGAIN_HELPS_FOR)
    return step.wave is not None


def release_piece(step: DueStep) -> bool:
    """The next of those left out, if they ever heard of it; True when there are no more, or what
    they were to be told is over."""
    if step.wave is None or not stands(step.wave.pk):
        return True
    heard = Standing.objects.counted().filter(
        incident=step.incident, outside_since__isnull=False, pk__gt=step.after_id
    )
    heard = heard.filter(person_ref__among=unpack(step.people))
    heard = heard.exclude(contact=Contact.NOT_CONTACTED).exclude(condition=Condition.DECEASED)
    rows = list(heard.order_by("pk").values_list("pk", "person_ref")[: settings.SLICE_SIZE])
    return _write(step, rows, _recipients(step.incident, [person for _, person in rows]))


def _recipients(
    incident: Incident, persons: Sequence[int], *, all_at_once: bool = False
) -> list[Recipient]:
    prefer_first = incident.response_level != ResponseLevel.RED and not all_at_once
    reach = addresses_for(persons, prefer_first=prefer_first)
    return [as_recipient(address) for address in reach.addresses]


def _write(step: DueStep, rows: Sequence[tuple[int, int]], recipients: Sequence[Recipient]) -> bool:
    """Add them, and note how far the step has come; True when these were the last."""
    if recipients and step.wave:
        add_recipients(wave=step.wave, recipients=recipients)
    if rows:
        step.after_id = rows[-1][0]
        step.save(update_fields=["after_id", "wave"])
    done = len(rows) < settings.SLICE_SIZE
    if done and step.wave:
        recipients_done(wave=step.wave)
    return done
