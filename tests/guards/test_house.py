"""The habits of the house, as far as a program can see them."""

import ast
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("config", "registry", "notifications", "crisis", "tools", "benchmarks")
FILE_LINES = 400
FUNCTION_LINES = 40
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def python_files(*folders: str) -> list[Path]:
    files = itertools.chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders)
    return sorted(path for path in files if "migrations" not in path.parts)


def parsed(*folders: str):
    for path in python_files(*folders):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def test_no_file_outgrows_its_noun():
    lines = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in python_files(*SOURCES)}
    assert {str(path): n for path, n in lines.items() if n > FILE_LINES} == {}


def test_no_function_outgrows_a_screen():
    functions = (
        (path, node)
        for path, tree in parsed(*SOURCES)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = {f"{path}:{node.name}": code_lines(node) for path, node in functions}
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES} == {}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring apart: saying what it means is not to be saved on."""
    whole = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return whole
    return whole - (function.body[0].end_lineno - function.body[0].lineno + 1)


def test_nothing_swallows_every_error():
    """`except Exception` (or wider) only where it raises again, or collects and raises later."""
    found = [
        f"{path}:{handler.lineno}"
        for path, tree in parsed(*SOURCES, "tests")
        for handler in ast.walk(tree)
        if isinstance(handler, ast.ExceptHandler) and is_wide(handler)
        if not (raises_again(handler) or handler.lineno in collecting_lines(tree))
    ]
    assert found == []


def collecting_lines(tree: ast.Module) -> set[int]:
    """Lines of functions that end by raising an ExceptionGroup of what they collected."""
    return {
        line
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and "raise ExceptionGroup" in ast.unparse(function)
        for line in range(function.lineno, function.end_lineno + 1)
    }


def is_wide(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(c, ast.Name) and c.id in ("Exception", "BaseException") for c in caught)


def raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def test_no_test_sleeps():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in parsed("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep")
    ]
    assert found == []


def test_time_is_asked_of_the_one_clock():
    """A rule that reads the machine's own clock does not hold in a drill."""
    asks = {"timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    found = [
        f"{path}:{node.lineno}"
        for path, tree in parsed("registry", "notifications", "crisis")
        if "emulator" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in asks
    ]
    assert found == []


TEMPLATES = sorted(
    path for folder in SOURCES for path in (ROOT / folder).rglob("templates/**/*.html")
)
TRANSLATED = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}"
    r"|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|<!--.*?-->",
    re.DOTALL,
)
# Rendered when nothing else works any more, translation included; both languages stand in it.
UNTRANSLATED = {"400.html", "500.html"}
TAG = re.compile(r"<[^>]*>")
# Names that are the same in every language.
PROPER = re.compile("归航|中文")


def is_one_sided(line: str) -> bool:
    """Chinese without English beside it; some lines hold both on purpose (演练 DRILL)."""
    text = PROPER.sub("", TAG.sub(" ", line))
    return bool(CHINESE.search(text)) and not re.search("[A-Za-z]{2}", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parts[-3]}/{p.name}")
def test_page_speaks_through_gettext(path):
    if path.name in UNTRANSLATED:
        return
    left = TRANSLATED.sub("", path.read_text(encoding="utf-8"))
    assert [line.strip() for line in left.splitlines() if is_one_sided(line)] == []
