"""A refused row comes back so that it can be loaded again as it is, whatever it holds."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rosters.columns import COLUMNS, ERROR_COLUMNS, Roster, RosterRow, heading_of
from registry.rosters.errors import CONTENT_TYPES, errors_file, remedy
from registry.rosters.reading import read_roster
from registry.rosters.reading_csv import plain

CHOSEN = ["ref", "name", "country", "phone", "document_number", "health_note"]
CELLS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        st.from_regex(r"""['=+\-@"]{0,4}[0-9a-z"'=]{0,8}"?""", fullmatch=True),
        st.sampled_from(['="0123"', "'+86 138", "+8613800138000", "=1+1", "''x", "NULL", "1e5"]),
    ),
    min_size=len(CHOSEN) + 1,
    max_size=len(CHOSEN) + 1,
)


def roster_of(kind: str) -> Roster:
    headings = [*(COLUMNS[column][0] for column in CHOSEN), "备注"]
    return Roster(kind=kind, encoding="utf-8", headings=headings, columns=[*CHOSEN, ""])


def written(kind: str, rows: list[RosterRow]) -> bytes:
    file = io.BytesIO()
    out = errors_file(roster_of(kind), file)
    for row in rows:
        out.add(row, "name", "=reason")
    out.close()
    return file.getvalue()


@pytest.mark.parametrize("kind", CONTENT_TYPES)
@settings(max_examples=40, deadline=None)
@given(lines=st.lists(CELLS, min_size=1, max_size=4))
def test_rows_survive_the_errors_file(kind, lines):
    rows = [
        RosterRow(n, line, {c: plain(line[k]) for k, c in enumerate(CHOSEN)})
        for n, line in enumerate(lines, start=2)
    ]
    back = list(read_roster(written(kind, rows)).rows)
    assert [
        {c: text for c, text in row.cells.items() if c not in ERROR_COLUMNS} for row in back
    ] == [row.cells for row in rows]


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_why_stands_before_the_row_in_the_words_of_the_file(kind):
    row = RosterRow(7, ["A", "", "VU", "", "", "", "x"], {})
    first = next(read_roster(written(kind, [row])).rows)
    assert (first.cells["error_row"], first.cells["error_field"]) == ("7", "姓名")
    assert first.cells["error_remedy"] == remedy("name")
    assert read_roster(written(kind, [row])).unknown == ["备注"]


def test_every_column_has_two_headings_that_are_recognised():
    for column in COLUMNS:
        headings = [heading_of(column, language) for language in ("zh-hans", "en")]
        assert len(set(headings)) == 2
