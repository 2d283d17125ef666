"""The template can be filled in and uploaded: it holds nobody, and says what may be chosen."""

import io

import openpyxl
import pytest
from django.utils import translation

from registry.rosters.cells import read_word
from registry.rosters.reading import read_roster
from registry.rosters.template import COMMENTS, OFFERED, choices, template


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_template_is_recognised_and_holds_nobody(kind, language):
    with translation.override(language):
        roster = read_roster(template(kind))
    assert roster.columns == list(OFFERED)
    assert list(roster.rows) == []


def test_workbook_offers_lists_comments_and_text():
    book = openpyxl.load_workbook(io.BytesIO(template("xlsx")))
    sheet = book.active
    assert sum(cell.comment is not None for cell in sheet[1]) == len(COMMENTS)
    lists = [v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 3
    assert sheet["A2"].number_format == "@"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_can_be_chosen_is_understood(language):
    from registry.models import DocumentKind, Language, Sex

    known = {"sex": Sex.values, "document_kind": DocumentKind.values, "language": Language.values}
    for column, words in choices(language).items():
        assert all(read_word({column: word}, column) in known[column] for word in words)


def test_column_of_every_comment_is_offered():
    assert set(COMMENTS) <= set(OFFERED)
