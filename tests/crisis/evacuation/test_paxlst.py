"""crisis/evacuation/exports/paxlst.py: read back by pydifact and by a reader of our own making"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.evacuation.exports import paxlst
from crisis.evacuation.exports.edifact import level_a, segment
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.services import Receiver, draft_manifest, export_manifest, seal_manifest
from crisis.incidents.models import Incident
from crisis.transports.models import Place
from tests.support.evacuating import make_operation, make_party, make_plan, make_transport
from tests.support.fixtures import shared_fixture
from tests.support.sheets import SEALED_AT, make_flight, make_row, make_sheet, many_rows

Segment = list[list[str]]
# The witness has no lists of the directories that we write; its syntax is what we ask it for.
pytestmark = pytest.mark.filterwarnings("ignore:segments.xml not found")


@pytest.fixture(autouse=True)
def _held() -> Iterator[None]:
    with clock.held_at(SEALED_AT):
        yield


def written(sheet: Sheet, format: Any = paxlst.FORMAT) -> str:
    return b"".join(format.write(sheet)).decode("ascii")


def make_list(*rows: Any, **transport: Any) -> Sheet:
    return make_sheet(rows, "airline", transport=make_flight(**transport))


def by_pydifact(text: str) -> list[Segment]:
    """Every segment of the message, as lists of components. Its `get_messages` knows no groups."""
    segments = Interchange.from_str(text).segments
    return inside([[[one.tag], *map(_components, one.elements)] for one in segments])


def _components(element: Any) -> list[str]:
    return list(element) if isinstance(element, list) else [element]


def by_hand(text: str) -> list[Segment]:
    """The same, character by character, as ISO 9735-1 tells it; what parts what stands in UNA."""
    component, element, _decimal, release, _blank, end = text[3:9]
    found: list[Segment] = []
    one: Segment = [[""]]
    taken = False
    for character in text[9:]:
        if not taken and character == release:
            taken = True
            continue
        if taken or character not in (component, element, end):
            if one != [[""]] or taken or not character.isspace():
                one[-1][-1] += character
        elif character == component:
            one[-1].append("")
        elif character == element:
            one.append([""])
        else:
            found.append(one)
            one = [[""]]
        taken = False
    return found


def inside(segments: list[Segment]) -> list[Segment]:
    """Those of the message, without its header and trailer."""
    tags = [one[0][0] for one in segments]
    return segments[tags.index("UNH") + 1 : tags.index("UNT")]


def flat(one: Segment) -> str:
    return "+".join(":".join(element) for element in one)


WHOLE = """\
UNA:+.? '\
UNB+UNOA:4+GUIHANG:ZZ+MU:ZZ+241217:0305+7T8++APIS'\
UNG+PAXLST+GUIHANG:ZZ+MU:ZZ+241217:0305+7T8+UN+D:05B'\
UNH+7T8+PAXLST:D:05B:UN:IATA+M12V3'\
BGM+745'\
NAD+MS+++EMBASSY OF CHINA IN VANUATU'\
COM+?+6787700123:TE'\
TDT+20+MU9001+++MU'\
LOC+125+VLI'\
DTM+189:2412171900:201'\
LOC+87+SUV'\
DTM+232:2412172210:201'\
NAD+FL+++WANG:XIAOMING'\
ATT+2++M'\
DTM+329:850308'\
LOC+178+VLI'\
LOC+179+SUV'\
NAT+2+CHN'\
RFF+AVF:M12V3P1'\
RFF+ABO:M12V3N1'\
DOC+P:110:111+E12345678'\
DTM+36:300501'\
LOC+91+CHN'\
CNT+42:1'\
UNT+22+7T8'\
UNE+1+7T8'\
UNZ+1+7T8'"""


def test_one_passenger_to_the_letter() -> None:
    assert written(make_list(make_row(1))) == WHOLE


def test_the_older_directory_differs_in_its_name_alone() -> None:
    older = written(make_list(make_row(1)), paxlst.OLDER)
    assert older == WHOLE.replace("D:05B", "D:02B")


def test_both_readers_find_every_field() -> None:
    rows = [
        make_row(1, 1, passport_name="O'NEIL-WANG/ANNA MARIA LU", sex="F"),
        make_row(2, 1, passport_name="WANG/XIAOYU", birth_date="2016-03-08", document_number=""),
        make_row(3, 2, passport_name="ÅSTRÖM/Åsa", nationality="SE", document_kind="none"),
        make_row(4, 3, nationality="TW", document_kind="taiwan_permit", document_expires_on=""),
    ]
    text = written(make_list(*rows))
    ours = inside(by_hand(text))
    assert by_pydifact(text) == ours
    told = list(map(flat, ours))
    assert [one for one in told if one.startswith("NAD+FL")] == [
        "NAD+FL+++ONEIL WANG:ANNA:MARIA LU",
        "NAD+FL+++WANG:XIAOYU",
        "NAD+FL+++ASTROM:ASA",
        "NAD+FL+++WANG:XIAOMING",
    ]
    assert [one for one in told if one.startswith("DOC")] == [
        "DOC+P:110:111+E12345678",
        "DOC+F:110:111+E12345678",
    ]
    assert [one for one in told if one.startswith("NAT")] == [
        "NAT+2+CHN", "NAT+2+CHN", "NAT+2+SWE", "NAT+2+CHN",
    ]  # fmt: skip


def test_the_count_of_segments_and_of_people_is_right() -> None:
    segments = by_hand(written(make_list(*many_rows(450))))
    tags = [one[0][0] for one in segments]
    message = segments[tags.index("UNH") : tags.index("UNT") + 1]
    assert flat(message[-1]) == f"UNT+{len(message)}+7T8"
    assert flat(message[-2]) == "CNT+42:450"
    assert tags.count("NAD") == 451


def test_a_ship_names_its_mode_and_the_ports_between() -> None:
    ship = {"kind": "ship", "number": "远望3号", "carrier_code": "", "stops": ["LUG"]}
    told = list(map(flat, by_hand(written(make_list(make_row(1), **ship)))))
    assert "TDT+20+3+1" in told
    assert told[told.index("LOC+125+VLI") :][:5] == [
        "LOC+125+VLI", "DTM+189:2412171900:201", "LOC+92+LUG", "LOC+87+SUV",
        "DTM+232:2412172210:201",
    ]  # fmt: skip
    assert told[0].startswith("UNB+UNOA:4+GUIHANG:ZZ+CARRIER:ZZ+")


NOT_SPELLED = [("", "王小明"), ("王/XIAOMING", ""), ("/XIAOMING", ""), ("ИВАНОВ/IVAN", "")]


@pytest.mark.parametrize(("passport_name", "name"), NOT_SPELLED)
def test_nobody_is_left_out_for_want_of_a_spelling(passport_name: str, name: str) -> None:
    rows = [make_row(1), make_row(2, passport_name=passport_name, name=name)]
    with pytest.raises(DomainError) as refusal:
        paxlst.check(make_list(*rows))
    assert (refusal.value.code, refusal.value.extra) == ("names_not_spelled", {"positions": [2]})


def test_a_transport_that_cannot_be_named_is_refused() -> None:
    for sheet, code in (
        (make_sheet([make_row(1)], "airline"), "no_transport"),
        (make_list(make_row(1), number="三号"), "number_not_coded"),
        (
            make_list(make_row(1), origin=Place(name_zh="码头")),
            "place_without_code",
        ),
    ):
        with pytest.raises(DomainError) as refusal:
            paxlst.check(sheet)
        assert refusal.value.code == code
    paxlst.check(make_list(make_row(1)))


SPELLED = [
    ("WANG/XIAOMING", ("WANG", "XIAOMING")),
    ("Lü/NA", ("LYU", "NA")),
    ("NUR MUHAMMAD", ("NUR MUHAMMAD",)),
    ("D’ARC/JEANNE-MARIE", ("DARC", "JEANNE", "MARIE")),
    ("GRØNBÆK/ßEN", ("GROENBAEK", "SSEN")),
]


@pytest.mark.parametrize(("passport_name", "names"), SPELLED)
def test_names_are_spelled_as_passports_spell_them(
    passport_name: str, names: tuple[str, ...]
) -> None:
    assert paxlst.names_of(make_row(1, passport_name=passport_name)) == names


def test_a_name_longer_than_the_format_is_cut_where_the_format_says() -> None:
    long = make_row(1, passport_name=f"{'A' * 50}/{'B' * 50} C")
    assert paxlst.names_of(long) == ("A" * 35, "B" * 35, "C")


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4), st.text(max_size=8))
def test_whatever_is_in_an_element_comes_back(components: list[str], element: str) -> None:
    wanted = [level_a(one) for one in components]
    line = "UNA:+.? '" + segment("FTX", wanted, "x", level_a(element), "x")
    while len(wanted) > 1 and not wanted[-1]:
        wanted.pop()
    assert by_hand(line) == [[["FTX"], wanted, ["x"], [level_a(element)], ["x"]]]


@given(st.text(max_size=40))
def test_whatever_a_name_is_the_file_stays_in_its_character_set(name: str) -> None:
    names = paxlst.names_of(make_row(1, passport_name=name))
    assert names is None or all(set(part) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ ") for part in names)
    assert set(level_a(name)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,()/=!\"%&*;<>'+:?-")


def test_both_readers_read_a_message_of_the_us_border_police() -> None:
    """The witness is worth something: it reads a list that an authority published."""
    path: Path = shared_fixture("paxlst/gtas-multiple_flight_leg_apis.txt")
    text = re.sub(r"'\s+", "'", path.read_text(encoding="ascii")).rpartition("'")[0] + "'"
    theirs = [flat(one) for one in inside(by_hand(text))]
    assert theirs == [flat(one) for one in by_pydifact(text)]
    ours = {flat(one).split("+")[0] for one in inside(by_hand(WHOLE))}
    assert ours <= {one.split("+")[0] for one in theirs}


@pytest.mark.django_db
def test_a_list_that_cannot_be_made_is_neither_sent_nor_on_record(
    incident: Incident, planner: Any, stand: Any
) -> None:
    operation = make_operation(incident, planner)
    flight = make_transport(operation, "MU9001")
    people = [
        stand("王小明", wants_out=True, passport_name="WANG/XIAOMING"),
        stand("李娜", wants_out=True),
    ]
    for person in people:
        make_party(operation, person)
    make_plan(operation, planner, {person: [flight] for person in people})
    draft = draft_manifest(incident=incident, planner=planner)
    sealed = seal_manifest(manifest=draft, planner=planner)
    given = {
        "manifest": sealed, "user": planner, "format": "paxlst", "transport": flight,
        "receiver": Receiver("东航", "包机", "airline", country="CN"),
    }  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        export_manifest(**given)
    assert refusal.value.code == "names_not_spelled"
    assert not AuditEntry.objects.filter(act="manifest.exported").exists()


def test_memory_does_not_grow_with_the_people() -> None:
    sizes = [len(piece) for piece in paxlst.FORMAT.write(make_list(*many_rows(1000)))]
    assert len(sizes) == 7
    assert max(sizes) < 100_000
