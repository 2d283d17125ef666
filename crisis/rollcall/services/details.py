"""What somebody adds to their answer behind a link: their plan, their words, their family."""

from crisis.rollcall.services.log import Entry
from crisis.rollcall.states import EventKind
from notifications.meaning import help_in
from notifications.signals import ReadReply
from notifications.states import Meaning, Plan

_BY_PLAN = {
    Plan.WANTS_OUT: EventKind.PLANS_OUT,
    Plan.STAYING: EventKind.PLANS_STAY,
    Plan.LEFT: EventKind.LEFT_AREA,
}
_BY_WORDS = {
    Meaning.NEEDS_HELP: EventKind.NEEDS_HELP,
    Meaning.POSSIBLE_HELP: EventKind.POSSIBLE_HELP,
}


def entries_of(reply: ReadReply, *, sender: int, not_family: frozenset[int]) -> list[Entry]:
    """Lines for the sender's plan and words, and one for each person spoken of.

    Words that add to a call for help are part of it, so that whoever takes the call reads them.
    What an emergency contact adds is not the person's word, except that help is needed.
    """
    details, key, at = reply.details or {}, f"reply:{reply.reply_id}", reply.answered_at
    words = _of_words(reply.note, with_help=bool(details.get("with_help")))
    if reply.by_contact:
        kind = words if words == EventKind.NEEDS_HELP else EventKind.CONTACT_WORD
        return [Entry(sender, kind, at, key, reply.note)]
    entries = []
    if plan := details.get("plan"):
        entries.append(Entry(sender, _BY_PLAN[Plan(plan)], at, key))
    if reply.note:
        entries.append(Entry(sender, words, at, f"{key}:note", reply.note))
    for person, word in details.get("members") or ():
        safe = EventKind.REPORTED_SAFE if person in not_family else EventKind.SAFE
        said = EventKind.NEEDS_HELP if word == Meaning.NEEDS_HELP else safe
        entries.append(Entry(person, said, at, f"{key}:member"))
    return entries or [Entry(sender, EventKind.ADDED, at, key)]


def _of_words(note: str, *, with_help: bool) -> EventKind:
    if with_help:
        return EventKind.NEEDS_HELP
    found = help_in(note)
    return _BY_WORDS[found] if found else EventKind.ADDED
