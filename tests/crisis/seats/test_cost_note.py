"""Promise 12: who goes first, and what they are told, knows nothing of costs or advisories"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisis.seats.models import Offer, Party, Traveller
from crisis.seats.parties import Candidate
from notifications.catalogue import TEMPLATES

SEATS = Path(__file__).parents[3] / "crisis" / "seats"
_MONEY = re.compile(
    r"\b(fare|fares|price|cost|costs|fee|fees|pay|payment|currency|advisor(y|ies))\b"
)
_MONEY_ZH = re.compile(r"票价|机票款|费用|收费|自费|付款|缴|暂勿前往|安全提醒")
KNOWN_OF_A_PERSON = {
    "person_ref", "household", "asked", "condition", "movement", "wants_out", "needs", "age",
    "answered_at", "waiting", "documents", "record",
}  # fmt: skip


def code() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(SEATS.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.name, ast.parse(path.read_text())


def words(tree: ast.AST) -> Iterator[str]:
    """Every name and every text of the code, without its docstrings."""
    told = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id.replace("_", " ")
        elif isinstance(node, ast.Attribute):
            yield node.attr.replace("_", " ")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.value


def test_no_code_of_seats_names_money_or_advisories() -> None:
    for name, tree in code():
        for word in words(tree):
            assert not _MONEY.search(word.lower()), (name, word)
            assert not _MONEY_ZH.search(word), (name, word)


def test_no_code_of_seats_reads_advisories() -> None:
    for name, tree in code():
        imported = [
            node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        ]
        assert not [one for one in imported if "advisories" in one], name


def test_order_is_made_of_what_stands_here_and_of_nothing_else() -> None:
    """A new fact about a person that order may rest on is added here with its reason."""
    assert set(Candidate.__dataclass_fields__) == KNOWN_OF_A_PERSON


@pytest.mark.parametrize("model", [Party, Traveller, Offer])
def test_no_column_holds_a_price(model: type) -> None:
    for field in model._meta.get_fields():
        assert not _MONEY.search(field.name.replace("_", " ")), field.name


@pytest.mark.parametrize("code", ["seat_offer", "seat_passage", "seat_off"])
def test_no_message_of_a_place_speaks_of_paying(code: str) -> None:
    template = TEMPLATES[code]
    said = [
        *template.sms.values(),
        *(t for fields in template.wechat.values() for t in fields.values()),
    ]
    for text in said:
        text = text.replace("绝不索要钱款", "").replace("We never ask for money", "")
        assert not _MONEY.search(text.lower())
        assert not _MONEY_ZH.search(text)
        assert not re.search(r"钱|款|money", text)
