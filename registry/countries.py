"""Names of countries and areas by ISO 3166-1 alpha-2 code (source: registry/data/README.md)."""

import json
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("data") / "countries.json"
_ALPHA3 = Path(__file__).with_name("data") / "alpha3.json"


@cache
def _names() -> dict[str, tuple[str, str]]:
    content = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {code: (chinese, english) for code, (chinese, english) in content.items()}


def is_country(code: str) -> bool:
    """Whether ISO 3166-1 assigns this two-letter code, written in capitals."""
    return code in _names()


def country_name(code: str, language: str) -> str:
    """The name in Chinese (any language beginning with zh) or English; an unknown code as it is."""
    chinese, english = _names().get(code, (code, code))
    return chinese if language.lower().startswith("zh") else english


def country_codes() -> tuple[str, ...]:
    """Every two-letter code, in order."""
    return tuple(_names())


@cache
def _alpha3() -> dict[str, str]:
    return dict(json.loads(_ALPHA3.read_text(encoding="utf-8")))


def from_alpha3(code: str) -> str | None:
    """The two-letter code of a three-letter one (CHN → CN); None if unknown."""
    return _alpha3().get(code)


@cache
def _alpha2() -> dict[str, str]:
    return {short: long for long, short in _alpha3().items()}


def to_alpha3(code: str) -> str | None:
    """The three-letter code of a two-letter one (CN → CHN), as passports carry it."""
    return _alpha2().get(code)


@cache
def _codes_by_name() -> dict[str, str]:
    by_name = {name.casefold(): code for code, names in _names().items() for name in names}
    return _ALSO_WRITTEN | by_name | {code.casefold(): code for code in _names()}


# Parts of China: whoever belongs there is of Chinese nationality.
PARTS_OF_CHINA = frozenset({"HK", "MO", "TW"})
_ALSO_WRITTEN = {
    "香港": "HK", "hong kong": "HK", "澳门": "MO", "macao": "MO", "macau": "MO",
    "台湾": "TW", "台湾省": "TW", "taiwan": "TW",
}  # fmt: skip


def nationality_of(code: str) -> str:
    """The nationality that a code stands for where somebody gives it as theirs."""
    return "CN" if code in PARTS_OF_CHINA else code


def find_country(text: str) -> str | None:
    """The code for a code, a Chinese or an English name as people write them; None if unknown."""
    return _codes_by_name().get(text.strip().casefold())
