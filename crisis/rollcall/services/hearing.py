"""What deliveries and replies mean for the roll call."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.incidents.services.speaking import open_wave
from crisis.rollcall.services import details
from crisis.rollcall.services.log import Entry, incident_of, write_log
from crisis.rollcall.states import EventKind, Source
from notifications.models import Reply
from notifications.selectors import waves_of
from notifications.services.following import recipients_of
from notifications.services.recipients import add_recipients
from notifications.signals import ReadReply, ToldOutcome
from notifications.states import HANDED_OVER, DeliveryState, Meaning, WaveKind
from registry.drafts import Place
from registry.models.whereabouts import MAX_ACCURACY_M
from registry.selectors.people import households_of, persons_by_ids
from registry.selectors.whereabouts import current_places
from registry.services.people import retire_address
from registry.services.whereabouts import share_position

WHO_ELSE_HELPS_FOR = timedelta(hours=24)
# WeChat's location message has no accuracy: what a phone's chosen point on a map is worth.
DEFAULT_ACCURACY_M = 500.0
T = TypeVar("T", ToldOutcome, ReadReply)

# One answer of one address: what it says for the sender, and whether it covers the others too.
_BY_MEANING: dict[Meaning, tuple[EventKind, bool]] = {
    Meaning.SAFE: (EventKind.SAFE, False),
    Meaning.ALL_SAFE: (EventKind.SAFE, True),
    Meaning.NEEDS_HELP: (EventKind.NEEDS_HELP, True),
    Meaning.LEFT_AREA: (EventKind.LEFT_AREA, False),
    Meaning.WANTS_OUT: (EventKind.WANTS_OUT, False),
    Meaning.POSSIBLE_HELP: (EventKind.POSSIBLE_HELP, False),
    Meaning.UNKNOWN: (EventKind.POSSIBLE_HELP, False),
    # What becomes of the place is for crisis.seats; here they were heard of.
    Meaning.SEAT_YES: (EventKind.ADDED, False),
    Meaning.SEAT_NO: (EventKind.ADDED, False),
}
# After these the text has to ask who else stands behind the address.
_ASKS_WHO_ELSE = frozenset({Meaning.SAFE, Meaning.LEFT_AREA, Meaning.WANTS_OUT})


def hear_outcomes(outcomes: Sequence[ToldOutcome]) -> None:
    """Deliveries became known: alerted, or not reached by this address."""
    for source, told in _by_source(outcomes, lambda outcome: outcome.source).items():
        incident = incident_of(source)
        if incident is None:
            continue
        entries = [
            Entry(person, *_outcome_kind(outcome))
            for outcome in told
            if not outcome.to_contact
            for person in outcome.person_refs
        ]
        write_log(incident_id=incident.pk, entries=entries, source=Source.DELIVERY)


def _outcome_kind(outcome: ToldOutcome) -> tuple[EventKind, datetime, str]:
    if outcome.state in HANDED_OVER and outcome.state != DeliveryState.UNDELIVERED:
        return EventKind.ALERTED, outcome.at, f"delivery:{outcome.delivery_id}:handed_over"
    return EventKind.UNREACHED, outcome.at, f"delivery:{outcome.delivery_id}:{outcome.state}"


def hear_replies(replies: Sequence[ReadReply]) -> None:
    """Replies were understood: write what they say, keep what else they tell."""
    for source, said in _by_source(replies, lambda reply: reply.source).items():
        incident = incident_of(source)
        if incident is None:
            continue
        asks = [r for r in said if r.meaning in _ASKS_WHO_ELSE and not r.by_contact]
        if any(len(reply.persons) > 1 for reply in asks):
            # Before the standings, in the order in which whoever changes the area takes them.
            Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        entries = [entry for reply in said for entry in entries_of(reply)]
        write_log(incident_id=incident.pk, entries=entries, source=Source.REPLY)
        _ask_who_else(incident, asks)
    for reply in replies:
        if reply.by_contact:
            continue
        _keep_position(reply)
        if reply.meaning == Meaning.WRONG_NUMBER:
            retire_address(channel=reply.channel, index=reply.address_index)


def entries_of(reply: ReadReply) -> list[Entry]:
    """1, 3 and 4 speak for the sender alone, 2 opens help for all behind the address. What an
    emergency contact writes is not the person's word, except that help is needed."""
    if reply.meaning == Meaning.DETAILS and reply.persons:
        return details.entries_of(reply, sender=sender_of(reply), not_family=not_family(reply))
    if reply.meaning not in _BY_MEANING or not reply.persons:
        return []
    kind, for_all = _BY_MEANING[reply.meaning]
    if reply.by_contact and kind != EventKind.NEEDS_HELP:
        kind = EventKind.CONTACT_WORD
    persons = [ref for ref, _owner in reply.persons] if for_all else [sender_of(reply)]
    others = not_family(reply) if kind == EventKind.SAFE and for_all else frozenset()
    return [
        Entry(
            person,
            EventKind.REPORTED_SAFE if person in others else kind,
            reply.answered_at,
            f"reply:{reply.reply_id}",
        )
        for person in persons
    ]


def not_family(reply: ReadReply) -> frozenset[int]:
    """Whom a liaison's phone covers: «all are safe» is not their own word, nor their family's."""
    others = [ref for ref, is_owner in reply.persons if not is_owner]
    if not others:
        return frozenset()
    sender = sender_of(reply)
    homes = households_of([sender, *others])
    home = homes.get(sender)
    return frozenset(
        ref for ref in others if ref != sender and (home is None or homes[ref] != home)
    )


def sender_of(reply: ReadReply) -> int:
    """Whose phone it is: the first registered owner, else whoever it speaks for."""
    owners = [ref for ref, is_owner in reply.persons if is_owner]
    return (owners or [ref for ref, _ in reply.persons])[0]


def _ask_who_else(incident: Incident, replies: Sequence[ReadReply]) -> None:
    """On a shared address ask once how the others are: the wave's unique key sees to «once»."""
    shared = [reply.reply_id for reply in replies if len(reply.persons) > 1]
    if not shared:
        return
    answered = Reply.objects.filter(pk__in=shared, delivery__isnull=False)
    deliveries = list(answered.values_list("delivery", flat=True))
    # One wave for all who are asked, though a web process and the sweep may hear at once: the
    # caller holds the incident.
    wave = waves_of(incident.source).filter(kind=WaveKind.WHO_ELSE).first()
    if wave is None:
        wave = open_wave(
            incident, kind=WaveKind.WHO_ELSE, template="who_else", lasts=WHO_ELSE_HELPS_FOR
        )
    if wave.retracted_at is None and wave.expires_at > clock.now():
        add_recipients(wave=wave, recipients=recipients_of(deliveries))


def _keep_position(reply: ReadReply) -> None:
    """A position shared with an answer is where the sender is now."""
    if reply.latitude is None or reply.longitude is None or not reply.persons:
        return
    sender = sender_of(reply)
    person = persons_by_ids([sender]).get(sender)
    places = current_places([sender], at=reply.answered_at)
    if person is None or sender not in places:
        return
    accuracy = DEFAULT_ACCURACY_M if reply.accuracy_m is None else reply.accuracy_m
    place = Place(
        country=places[sender][0],
        latitude=reply.latitude,
        longitude=reply.longitude,
        accuracy_m=min(accuracy, MAX_ACCURACY_M),
    )
    share_position(person=person, place=place, shared_at=reply.answered_at)


def _by_source(items: Sequence[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
