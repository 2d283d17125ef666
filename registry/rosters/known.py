"""Who of a roster is in the registry already, or stood further up in the file."""

from dataclasses import dataclass, field

from registry.models import Person
from registry.rosters.rows import Entry, Terms


@dataclass
class Known:
    """`fresh` are new, `rows` counts those known, `ids` the known who are still registered;
    `otherwise` have a document that is registered under another name."""

    fresh: list[Entry] = field(default_factory=list)
    rows: int = 0
    ids: list[int] = field(default_factory=list)
    otherwise: list[Entry] = field(default_factory=list)


def known_people(entries: list[Entry], terms: Terms) -> Known:
    """By ref, and by kind and number of the document.

    For a group a document alone does not do: the name must be the registered one, or else whoever
    tries numbers would make members of strangers.
    """
    registered = _registered(entries)
    seen: dict[object, Person | None] = {**registered}
    found = Known()
    for entry in entries:
        marks = _marks(entry)
        mark = next((mark for mark in marks if mark in seen), None)
        person = seen[mark] if mark is not None else None
        if mark is None:
            found.fresh.append(entry)
        elif person and terms.group_id is not None and not _same_name(entry, person):
            found.otherwise.append(entry)
            continue
        else:
            found.rows += 1
            if person and person.left_at is None:
                found.ids.append(person.pk)
        for own in marks:
            seen.setdefault(own, person)
    return found


def _registered(entries: list[Entry]) -> dict[object, Person]:
    people = Person.objects.only(
        "external_ref", "document_kind", "document_index", "name", "passport_name", "left_at"
    )
    refs = [entry.person["external_ref"] for entry in entries]
    indexes = [e.person["document_index"] for e in entries if e.person["document_index"]]
    known: dict[object, Person] = {}
    for person in people.filter(document_index__among=indexes) if indexes else ():
        known[_paper(str(person.document_kind), bytes(person.document_index or b""))] = person
    for person in people.filter(external_ref__among=refs) if refs else ():
        known[person.external_ref] = person
    return known


def _marks(entry: Entry) -> list[object]:
    """By what a person is known again."""
    marks: list[object] = [entry.person["external_ref"]]
    if entry.person["document_index"] is not None:
        marks.append(_paper(entry.person["document_kind"], entry.person["document_index"]))
    return marks


def _paper(kind: str, index: bytes) -> tuple[str, bytes]:
    return kind, index


def _same_name(entry: Entry, person: Person) -> bool:
    spelled = entry.person["passport_name"]
    return person.name == entry.person["name"] or bool(spelled and spelled == person.passport_name)
