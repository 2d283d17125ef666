"""Whatever is said in Chinese is said in English too."""

import ast
import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ENGLISH = polib.pofile(str(ROOT / "locale/en/LC_MESSAGES/django.po"))
SOURCES = ("config", "registry", "notifications", "crisis")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
TRANSLATE = re.compile(r"""{%\s*translate\s+(?:"([^"]+)"|'([^']+)')(?:\s+context\s+"(\w+)")?""")
FILTERED = re.compile(r"""_\("([^"]+)"\)""")
BLOCK = re.compile(r"{%\s*blocktranslate.*?%}(.*?){%\s*(?:plural|endblocktranslate)", re.DOTALL)
VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

Message = tuple[str, str]


def in_python(path: Path) -> set[Message]:
    calls = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))
    named = (n for n in calls if isinstance(n.func, ast.Name) and n.func.id in MARKERS and n.args)
    return {
        ("", n.args[0].value)
        for n in named
        if isinstance(n.args[0], ast.Constant) and isinstance(n.args[0].value, str)
    }


def in_template(path: Path) -> set[Message]:
    text = path.read_text()
    found = {(context, double or single) for double, single, context in TRANSLATE.findall(text)}
    found |= {("", words) for words in FILTERED.findall(text)}
    return found | {("", VARIABLE.sub(r"%(\1)s", words)) for words in BLOCK.findall(text)}


def said() -> set[Message]:
    files = [path for source in SOURCES for path in (ROOT / source).rglob("*")]
    python = [in_python(p) for p in files if p.suffix == ".py" and "migrations" not in p.parts]
    return set().union(*python, *(in_template(p) for p in files if p.suffix == ".html"))


def test_every_message_is_in_the_english_catalogue():
    known = {(entry.msgctxt or "", entry.msgid) for entry in ENGLISH}
    assert sorted(said() - known) == []


def test_every_message_of_the_catalogue_is_translated():
    unsure = [e.msgid for e in ENGLISH if e.fuzzy or not e.translated()]
    assert unsure == []


@pytest.mark.parametrize("entry", ENGLISH, ids=lambda e: e.msgid[:20])
def test_placeholders_survive_translation(entry):
    for text in entry.msgstr_plural.values() or [entry.msgstr]:
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(entry.msgid))


def test_english_holds_no_chinese_but_what_is_meant():
    meant = {"中文", "如：地震", "“%(name)s”含有不能发送的字符（【】、换行或控制字符）。请改写。"}
    chinese = re.compile(r"[\u4e00-\u9fff]")
    found = {e.msgid for e in ENGLISH if chinese.search(e.msgstr)}
    assert found <= meant
