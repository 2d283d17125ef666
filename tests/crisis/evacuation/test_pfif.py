"""crisis/evacuation/exports/pfif.py: PFIF 1.4, and nobody who did not agree"""

import re
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from crisis.evacuation.exports import pfif
from tests.support.fixtures import shared_fixture
from tests.support.sheets import SEALED_AT, make_row, make_sheet, many_rows

# The format of each field that we write, as the specification has it (sections 4 and 5).
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
RECORD = r"[a-z0-9.-]+/.+"
PERSON = {
    "person_record_id": RECORD,
    "entry_date": DATE,
    "expiry_date": DATE,
    "author_name": ".+",
    "author_phone": r"[+0-9 -]+",
    "source_name": ".+",
    "source_date": DATE,
    "full_name": ".+",
    "given_name": ".+",
    "family_name": ".+",
    "alternate_names": ".+",
    "sex": "female|male|other",
    "age": r"\d+(-\d+)?",
}
NOTE = {
    "note_record_id": RECORD,
    "person_record_id": RECORD,
    "entry_date": DATE,
    "author_name": ".+",
    "author_phone": r"[+0-9 -]+",
    "source_date": DATE,
    "author_made_contact": "true|false",
    "status": "believed_alive",
    "text": ".+",
}
MUST = {
    "person": {"person_record_id", "source_date", "full_name"},
    "note": {"note_record_id", "author_name", "source_date", "text"},
}


def written(*rows: Any, sealed: bool = True) -> str:
    return b"".join(pfif.FORMAT.write(make_sheet(rows, "tracing", sealed=sealed))).decode()


def read(text: str) -> list[Element]:
    root = ElementTree.fromstring(text)
    assert root.tag == f"{{{pfif.NAMESPACE}}}pfif"
    return list(root)


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def fields(record: Element) -> dict[str, str]:
    return {local(one): one.text or "" for one in record if local(one) != "note"}


def notes(record: Element) -> list[dict[str, str]]:
    return [fields(one) for one in record if local(one) == "note"]


def faults(kind: str, record: Element, formats: dict[str, str]) -> list[str]:
    """What the specification would say against a record."""
    said = fields(record)
    odd = [name for name, text in said.items() if not re.fullmatch(formats.get(name, "(?!)"), text)]
    order = [name for name in formats if name in said]
    return [*odd, *sorted(MUST[kind] - set(said)), *([] if list(said) == order else ["order"])]


def test_a_person_who_is_safe() -> None:
    [person] = read(written(make_row(1, name="王小明")))
    assert faults("person", person, PERSON) == []
    said = fields(person)
    assert (said["full_name"], said["family_name"], said["given_name"]) == (
        "王小明", "WANG", "XIAOMING",
    )  # fmt: skip
    assert (said["sex"], said["age"]) == ("male", "35-39")
    assert said["source_date"] == "2024-12-17T03:05:00Z"
    expires = SEALED_AT + timedelta(days=60)
    assert said["expiry_date"] == expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    [note] = notes(person)
    assert note["person_record_id"] == said["person_record_id"]
    assert (note["status"], note["text"]) == ("believed_alive", "平安。")


@pytest.mark.parametrize("condition", ["needs_help", "injured"])
def test_injury_and_need_are_told_as_reached(condition: str) -> None:
    text = written(make_row(1, condition=condition, needs=["stretcher"]))
    [person] = read(text)
    assert [note["text"] for note in notes(person)] == ["已联系上。"]
    for betrayed in (condition, "stretcher", "担架", "E12345678", "+8613800138000", "1985"):
        assert betrayed not in text


@pytest.mark.parametrize("condition", ["unknown", ""])
def test_of_somebody_who_was_not_heard_from_nothing_is_said(condition: str) -> None:
    [person] = read(written(make_row(1, condition=condition)))
    assert notes(person) == []


def test_every_record_keeps_to_the_specification() -> None:
    rows = [
        make_row(1, sex="X", birth_date="", passport_name=""),
        make_row(2, sex="F", name="", passport_name="O'NEIL/ANNA"),
        make_row(3, name="<&>\x00\x1b]]>\ufffe𠀀"),
        *many_rows(300),
    ]
    people = read(written(*rows))
    assert len(people) == 303
    assert [faults("person", person, PERSON) for person in people if fields(person)] == [[]] * 303
    told = [note for person in people for note in person if local(note) == "note"]
    assert {tuple(faults("note", note, NOTE)) for note in told} == {()}
    assert fields(people[2])["full_name"] == "<&>]]>𠀀"


def test_identifiers_stay_the_same_and_tell_nothing() -> None:
    first, again = (fields(read(written(make_row(1)))[0]) for _ in range(2))
    other = fields(read(written(make_row(2)))[0])
    assert first["person_record_id"] == again["person_record_id"] != other["person_record_id"]
    assert "1001" not in first["person_record_id"]


def test_our_reader_of_records_reads_those_of_person_finder() -> None:
    """The witness is worth something: the names and the order are those of a published file."""
    root = ElementTree.parse(shared_fixture("pfif/test.pfif-1.4.xml")).getroot()
    [theirs] = read(ElementTree.tostring(root, encoding="unicode"))
    known, said = fields(theirs), fields(read(written(make_row(1)))[0])
    assert set(said) - set(known) == {"expiry_date"}
    assert set(notes(read(written(make_row(1)))[0])[0]) <= set(notes(theirs)[0])
