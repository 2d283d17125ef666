"""What the documents name exists, and what exists is documented."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
SOURCES = ("config", "registry", "notifications", "crisis", "tests", "tools", "benchmarks", ".ci")
SETTING = re.compile(r"\"(GUIHANG_[A-Z_]+|DATABASE_URL|CELERY_BROKER_URL)\"")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
MENTION = re.compile(r"\bdocs/[\w./-]+\.md\b")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[.*\])?==")


def source_text() -> dict[Path, str]:
    files = [p for folder in SOURCES for p in (ROOT / folder).rglob("*") if p.is_file()]
    files = [p for p in files if p.suffix in (".py", ".sh", ".html", ".toml", "")]
    return {p: p.read_text(encoding="utf-8") for p in files if "__pycache__" not in p.parts}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_inside_the_documents_lead_somewhere(path):
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [t for t in targets if not (path.parent / t).exists()] == []


def test_documents_that_the_code_names_exist():
    named = {(p.name, m) for p, text in source_text().items() for m in MENTION.findall(text)}
    assert sorted((where, name) for where, name in named if not (ROOT / name).exists()) == []


def test_every_setting_is_documented_and_every_documented_setting_exists():
    read = set(SETTING.findall((ROOT / "config/settings.py").read_text()))
    everywhere = {name for text in source_text().values() for name in SETTING.findall(text)}
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))
    assert read - documented == set()
    assert documented - everywhere == set()


def pinned(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {m[1].lower() for line in lines if (m := PIN.match(line))}


def test_every_package_is_accounted_for():
    direct = pinned("requirements.txt") | pinned("requirements-dev.txt")
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    documented = {name.lower() for name in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)}
    assert documented == direct
    assert direct <= pinned("constraints.txt")


@pytest.mark.parametrize("name", sorted(pinned("constraints.txt")))
def test_no_package_binds_us_by_its_licence(name):
    """Neither GPL nor AGPL. The LGPL of psycopg asks nothing of those who only import it."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed here")
    words = " ".join(
        [about.get("License-Expression") or "", (about.get("License") or "")[:200]]
        + [c for c in about.get_all("Classifier") or [] if c.startswith("License")]
    )
    assert not re.search(r"\bA?GPL|GNU (Affero )?General", words), words
