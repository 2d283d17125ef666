"""Cuts countries.json and alpha3.json from the npm package i18n-iso-countries (MIT).

    npm pack i18n-iso-countries@7.14.0
    python registry/data/cut_countries.py i18n-iso-countries-7.14.0.tgz

Only codes that ISO 3166-1 assigns are kept, with the first name of each. Wordings that differ
from those the ministry publishes are set right below; nothing else is changed. The three-letter
codes are those that passports carry (ICAO 9303, part 3, section 5).
"""

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("countries.json")
ALPHA3 = Path(__file__).with_name("alpha3.json")
USER_ASSIGNED = {"XK"}  # in the package, but not a code of ISO 3166-1
CORRECTED_ZH = {
    "EH": "西撒哈拉", "FK": "马尔维纳斯群岛（福克兰群岛）", "CF": "中非共和国",
    "HK": "中国香港", "MO": "中国澳门",
}  # fmt: skip
CORRECTED_EN = {"HK": "Hong Kong, China", "MO": "Macao, China"}


def first(name: str | list[str]) -> str:
    return name if isinstance(name, str) else name[0]


def names(package: tarfile.TarFile, language: str) -> dict[str, str]:
    member = package.extractfile(f"package/langs/{language}.json")
    if member is None:
        sys.exit(f"no names in {language} in this package")
    content: dict[str, Any] = json.load(member)
    return {code: first(name) for code, name in content["countries"].items()}


def letters(package: tarfile.TarFile) -> dict[str, str]:
    """Three-letter codes and the two-letter code of each."""
    member = package.extractfile("package/codes.json")
    if member is None:
        sys.exit("no three-letter codes in this package")
    pairs = {row[1]: row[0] for row in json.load(member)}
    return {long: short for long, short in sorted(pairs.items()) if short not in USER_ASSIGNED}


def cut(archive: Path) -> None:
    with tarfile.open(archive) as package:
        chinese = names(package, "zh") | CORRECTED_ZH
        english = names(package, "en") | CORRECTED_EN
        codes = letters(package)
    table = {
        code: [chinese[code], english[code]] for code in sorted(chinese.keys() - USER_ASSIGNED)
    }
    lines = [f'"{code}": {json.dumps(pair, ensure_ascii=False)}' for code, pair in table.items()]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    rows = [f'"{long}": "{short}"' for long, short in codes.items()]
    ALPHA3.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    print(f"{len(table)} countries and areas in {TARGET.name}")


if __name__ == "__main__":
    cut(Path(sys.argv[1]))
