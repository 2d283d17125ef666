"""Calls for help that the roll call heard: each opens a case, or is noted in the open one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from config.kernel import clock
from crisis.cases.services.flood import open_calls
from crisis.cases.services.opening import Call, Intake
from crisis.cases.states import Origin
from crisis.incidents.models import Incident
from crisis.rollcall.services.log import Entry
from crisis.rollcall.states import Source
from notifications.models import Reply

# By whom the line in the roll call was written; a reply says itself by which way it came.
_ORIGIN = {Source.LIAISON: Origin.LIAISON}
_BY_VIA = {Reply.Via.LINK: Origin.BUTTON, Reply.Via.CALL: Origin.CALL}


def hear_calls(
    *, incident_id: int, calls: Sequence[Entry], source: Source, recorded_by: str
) -> None:
    """One answer, or one telephone call, that speaks for several is one matter; what a liaison or
    an officer says of each by name is a matter each."""
    incident = Incident.objects.select_related("post").get(pk=incident_id)
    matters: dict[tuple[str, int | None], list[Entry]] = defaultdict(list)
    replies = _replies(calls)
    for call in calls:
        together = call.source_key in replies or _by_telephone(call)
        matters[call.source_key, None if together else call.person_ref].append(call)
    now = clock.now()
    open_calls(
        [
            Call(
                post=incident.post,
                incident=incident,
                origin=_origin(source, entries[0], replies.get(key)),
                origin_key=key if person is None else f"{key}:{incident_id}:{person}",
                raised_at=min(_raised_at(entries[0], replies.get(key)), now),
                persons=tuple(dict.fromkeys(entry.person_ref for entry in entries)),
                intake=_told(entries[0], replies.get(key)),
                grade="",
                opened_by=recorded_by,
            )
            for (key, person), entries in matters.items()
        ]
    )


def _by_telephone(call: Entry) -> bool:
    """An officer heard it on the telephone: crisis.calls names its lines so."""
    return call.source_key.startswith("call:")


def _replies(calls: Sequence[Entry]) -> dict[str, Reply]:
    """The replies behind these lines, by the key that names them."""
    numbers = {
        int(number)
        for kind, _, number in (call.source_key.partition(":") for call in calls)
        if kind == "reply" and number.isdigit()
    }
    return {f"reply:{reply.pk}": reply for reply in Reply.objects.filter(pk__in=numbers)}


def _origin(source: Source, entry: Entry, reply: Reply | None) -> Origin:
    if _by_telephone(entry):
        return Origin.CALL
    if reply is not None:
        return _BY_VIA.get(Reply.Via(reply.via), Origin.REPLY)
    return _ORIGIN.get(source, Origin.OFFICER)


def _raised_at(entry: Entry, reply: Reply | None) -> datetime:
    """The raw receipt: a reply that an officer matched an hour later has waited for an hour."""
    return reply.received_at if reply is not None else entry.occurred_at


def _told(entry: Entry, reply: Reply | None) -> Intake:
    if reply is None:
        return Intake(event=entry.note)
    return Intake(
        contact=reply.address,
        event=reply.text,
        latitude=reply.latitude,
        longitude=reply.longitude,
        accuracy_m=reply.accuracy_m,
    )
