"""The fold: from a person's log to their standing. Pure, and blind to order and repetition.

Events are taken in the order in which they happened; among events of one moment the graver
counts last. What may change what stands in the small tables and functions below.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from crisis.rollcall.states import Condition, Contact, EventKind, Movement

_K = EventKind


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the log, as far as the fold needs it. `cause` names the delivery that an
    «alerted» or an «unreached» speaks of; it may be left out where all were reached. `line` names
    the line itself, and of a «withdrawn» the line that it takes back; it may be left out where
    nothing was."""

    kind: EventKind
    occurred_at: datetime
    cause: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """A standing's facets, without the frozen words on why the person is inside."""

    condition: Condition = Condition.UNKNOWN
    movement: Movement = Movement.IN_AREA
    contact: Contact = Contact.NOT_CONTACTED
    wants_out: bool = False
    possible_help: bool = False
    answered_at: datetime | None = None
    spoken_for: bool = False
    # Not facets of their own: what the movement is made of.
    boarded: bool = False
    arrived: bool = False


# The person, or somebody who spoke with them, has answered.
_ANSWERS = frozenset(
    {
        _K.SAFE,
        _K.NEEDS_HELP,
        _K.POSSIBLE_HELP,
        _K.LEFT_AREA,
        _K.WANTS_OUT,
        _K.PLANS_OUT,
        _K.PLANS_STAY,
        _K.ADDED,
        _K.INJURED,
        _K.HELP_CLOSED,
    }
)
_CONDITION: dict[EventKind, Condition] = {
    _K.SAFE: Condition.SAFE,
    _K.LEFT_AREA: Condition.SAFE,
    _K.WANTS_OUT: Condition.SAFE,
    _K.HELP_CLOSED: Condition.SAFE,
    _K.NEEDS_HELP: Condition.NEEDS_HELP,
    _K.INJURED: Condition.INJURED,
    _K.IDENTITY_PENDING: Condition.IDENTITY_PENDING,
    _K.DECEASED: Condition.DECEASED,
}
# The greater counts later among events of the same moment.
_GRAVITY = {kind: rank for rank, kind in enumerate(EventKind)} | {
    _K.POSSIBLE_HELP: 99,
    _K.NEEDS_HELP: 100,
    _K.INJURED: 101,
    _K.DECEASED: 102,
}
# What a person's own «safe» must not paper over: these are for officers to close.
_OFFICER_HELD = frozenset({Condition.INJURED, Condition.IDENTITY_PENDING, Condition.DECEASED})
_OFFICER = frozenset({_K.INJURED, _K.IDENTITY_PENDING, _K.DECEASED, _K.HELP_CLOSED})


def fold(facts: Iterable[Fact]) -> Folded:
    """The standing that follows from these facts, in whatever order and however often given."""
    standing = Folded()
    for fact in sorted(
        _reached(_meant(set(facts))), key=lambda f: (f.occurred_at, _GRAVITY[f.kind])
    ):
        standing = _apply(standing, fact)
    return standing


def _meant(facts: set[Fact]) -> set[Fact]:
    """Without the lines that an officer took back: written by mistake, they say nothing."""
    back = {fact.line for fact in facts if fact.kind == EventKind.WITHDRAWN and fact.line}
    return {fact for fact in facts if fact.line not in back} if back else facts


def _reached(facts: set[Fact]) -> set[Fact]:
    """Without the alerts that a provider took and could not deliver: they reached nobody."""
    lost = {fact.cause for fact in facts if fact.kind == _K.UNREACHED and fact.cause}
    return {fact for fact in facts if fact.kind != _K.ALERTED or fact.cause not in lost}


def _apply(standing: Folded, fact: Fact) -> Folded:
    boarded, arrived = _gates(standing, fact.kind)
    return replace(
        standing,
        boarded=boarded,
        arrived=arrived,
        condition=_condition(standing, fact.kind),
        movement=_movement(standing.movement, fact.kind, boarded=boarded, arrived=arrived),
        contact=_contact(standing, fact.kind),
        wants_out=_wants_out(standing, fact.kind),
        possible_help=_possible_help(standing, fact.kind),
        answered_at=fact.occurred_at if fact.kind in _ANSWERS else standing.answered_at,
        spoken_for=_spoken_for(standing, fact.kind),
    )


def _condition(standing: Folded, kind: EventKind) -> Condition:
    if _speaks_for(standing, kind):
        return Condition.SAFE
    # Somebody else's «safe» does not paper over the person's own unclear words.
    if standing.spoken_for and kind == _K.POSSIBLE_HELP:
        return Condition.UNKNOWN
    if kind not in _CONDITION or standing.condition == Condition.DECEASED:
        return standing.condition
    if standing.condition in _OFFICER_HELD and kind not in _OFFICER:
        return standing.condition
    # Who has left may still be hurt: only «safe» or an officer closes a call for help.
    if standing.condition == Condition.NEEDS_HELP and kind == _K.LEFT_AREA:
        return standing.condition
    return _CONDITION[kind]


def _speaks_for(standing: Folded, kind: EventKind) -> bool:
    """A liaison's «safe» says something only of those of whom nothing else is known."""
    known = standing.condition != Condition.UNKNOWN or standing.possible_help
    return kind == _K.REPORTED_SAFE and not known


def _spoken_for(standing: Folded, kind: EventKind) -> bool:
    """Whether the condition is another's word: until the person, or an officer, says theirs."""
    own_word = kind in _CONDITION or kind == _K.POSSIBLE_HELP
    return _speaks_for(standing, kind) or (standing.spoken_for and not own_word)


def _gates(standing: Folded, kind: EventKind) -> tuple[bool, bool]:
    """(boarded, arrived): being taken off undoes a boarding, and nothing undoes an arrival. Whoever
    is out of the area is out, however often they board and leave onward transports."""
    taken_off = kind == _K.DISEMBARKED and not standing.arrived
    boarded = (standing.boarded or kind == _K.BOARDED) and not taken_off
    return boarded, standing.arrived or kind == _K.ARRIVED


def _movement(before: Movement, kind: EventKind, *, boarded: bool, arrived: bool) -> Movement:
    """`evacuated` takes a boarding and an arrival; who arrives without one has left by themselves.
    Gates alone undo a boarding, an answer never does."""
    if boarded:
        return Movement.EVACUATED if arrived else Movement.EVACUATING
    if arrived or kind == _K.LEFT_AREA:
        return Movement.LEFT_AREA
    return Movement.IN_AREA if kind == _K.DISEMBARKED else before


def _contact(standing: Folded, kind: EventKind) -> Contact:
    """A timer or a receipt never takes an answer back; an officer's «missing» stands until one."""
    if kind in _ANSWERS:
        return Contact.ANSWERED
    if standing.contact == Contact.ANSWERED:
        return Contact.MISSING if kind == _K.MISSING else standing.contact
    if kind == _K.MISSING or standing.contact == Contact.MISSING:
        return Contact.MISSING
    if kind == _K.NO_ANSWER or standing.contact == Contact.NO_ANSWER:
        return Contact.NO_ANSWER
    return Contact.ALERTED if kind == _K.ALERTED else standing.contact


def _wants_out(standing: Folded, kind: EventKind) -> bool:
    """A plan says where somebody wants to be, and nothing of how they are: who asked for help and
    wants to leave still needs help."""
    if kind in {_K.WANTS_OUT, _K.PLANS_OUT}:
        return True
    return standing.wants_out and kind not in {_K.LEFT_AREA, _K.PLANS_STAY, _K.ARRIVED}


def _possible_help(standing: Folded, kind: EventKind) -> bool:
    """Raised by unclear words, and by a call for help that what officers recorded would hide;
    settled by a clear answer or by an officer."""
    if kind == _K.POSSIBLE_HELP:
        return True
    if kind == _K.NEEDS_HELP and standing.condition in _OFFICER_HELD:
        return True
    return standing.possible_help and kind not in _CONDITION
