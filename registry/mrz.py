"""The machine-readable zone of a passport or card (ICAO Doc 9303, parts 3 to 6).

Three forms: TD3, a passport's two lines of 44; TD2, two of 36; TD1, a card's three of 30. Check
digits (part 3, 4.9) guard number, birth date, expiry and the whole; names and nationality are
guarded by nothing. Written here because the one package for it is under the GPL.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.countries import from_alpha3
from registry.models import DocumentKind, Sex

# (lines, characters in each) → form
SHAPES = {(2, 44): "TD3", (2, 36): "TD2", (3, 30): "TD1"}
LONGEST = 400  # characters looked at, blanks included
_ZONE = re.compile(r"[A-Z0-9<]+\Z")
# What keyboards and readers of print put for the filler.
_FILLERS = str.maketrans({"‹": "<", "〈": "<", "«": "<<", "《": "<<"})
_WEIGHTS = (7, 3, 1)
_FIELDS: dict[str, Promise] = {
    "document_number": gettext_lazy("证件号码"),
    "birth_date": gettext_lazy("出生日期"),
    "document_expires_on": gettext_lazy("证件有效期至"),
    "personal_number": gettext_lazy("个人号码"),
    "nationality": gettext_lazy("国籍"),
    "sex": gettext_lazy("性别"),
    "passport_name": gettext_lazy("证件拼写"),
    "whole": gettext_lazy("整行校验"),
}
# Issuers that a zone names and ISO 3166-1 does not, or not as a nationality (part 3, section 5).
# People of Hong Kong, Macao and Taiwan are Chinese citizens; the codes of these regions stand for
# who issued the document. None: the zone does not tell, the person does.
_STATES = {
    "D": "DE", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB",
    "HKG": "CN", "MAC": "CN", "TWN": "CN",
    "XXA": None, "XXB": None, "XXC": None, "XXX": None, "UNO": None, "UNA": None, "UNK": None,
    "XPO": None, "XOM": None, "EUE": None, "XBA": None, "XIM": None, "XCC": None, "XCO": None,
    "XEC": None, "XMP": None, "XES": None, "XDC": None, "RKS": None,
}  # fmt: skip
# First letters of the numbers of Hong Kong's and Macao's passports.
_SAR_NUMBERS = ("H", "K", "M")


@dataclass(frozen=True, kw_only=True)
class Zone:
    """What a zone says, in the registry's words; empty or None where it says nothing.

    `passport_name` is spelled WANG/XIAOMING; `name_is_whole` is False where the line had no room
    for all of it. `nationality` is an ISO 3166-1 alpha-2 code.
    """

    passport_name: str
    name_is_whole: bool
    document_kind: str
    document_number: str
    nationality: str
    sex: str
    birth_date: date | None
    document_expires_on: date | None


@dataclass(frozen=True)
class _Cut:
    """A zone cut into fields, each with the check digit behind it."""

    code: str
    issuer: str
    name: str
    number: str
    number_check: str
    nationality: str
    birth: str
    birth_check: str
    sex: str
    expiry: str
    expiry_check: str
    optional: str
    optional_check: str
    whole: str
    whole_check: str


def read_zone(text: str, today: date) -> Zone:
    """Read pasted lines, blanks and lower case forgiven; `today` tells the century.

    Raises DomainError bad_mrz; its extra holds `field` «mrz» and `part`, the part of the zone
    that does not agree with its check digit or cannot be.
    """
    zone = _cut(_lines(text))
    zone, number = _whole_number(zone)
    _check("document_number", number, zone.number_check)
    _check("birth_date", zone.birth, zone.birth_check)
    _check("document_expires_on", zone.expiry, zone.expiry_check)
    if zone.optional_check and (zone.optional.strip("<") or zone.optional_check != "<"):
        _check("personal_number", zone.optional, zone.optional_check)
    _check("whole", zone.whole, zone.whole_check)
    written = number.replace("<", "")
    return Zone(
        passport_name=_name(zone.name),
        name_is_whole=zone.name.endswith("<"),
        document_kind=_kind(zone.code, zone.issuer.strip("<"), written),
        document_number=written,
        nationality=_nationality(zone.nationality.strip("<")),
        sex=_sex(zone.sex),
        birth_date=_day("birth_date", zone.birth, latest=today),
        document_expires_on=_day(
            "document_expires_on", zone.expiry, latest=date(today.year + 49, 12, 31)
        ),
    )


def check_digit(characters: str) -> str:
    """Doc 9303 part 3, 4.9: weights 7, 3, 1; A is 10 … Z is 35, the filler 0; modulo 10."""
    total = sum(
        (0 if character == "<" else int(character, 36)) * _WEIGHTS[place % 3]
        for place, character in enumerate(characters)
    )
    return str(total % 10)


# -- lines and fields --------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    """The lines of one of the three forms; fillers that were lost behind a name are put back."""
    raw = (_squeezed(line) for line in text[:LONGEST].splitlines())
    lines = [line for line in raw if line]
    joined = "".join(lines)
    if len(lines) == 1:
        lines = _split(joined)
    if not lines or not _ZONE.match(joined):
        raise _refusal("shape", _shape_sentence())
    width = max(len(line) for line in lines)
    at = 2 if len(lines) == 3 else 0
    if lines[at] and len(lines[at]) < width:
        lines[at] = lines[at].ljust(width, "<")
    if (len(lines), width) not in SHAPES or any(len(line) != width for line in lines):
        raise _refusal("shape", _shape_sentence())
    return lines


def _squeezed(line: str) -> str:
    written = unicodedata.normalize("NFKC", clean(line.translate(_FILLERS))).upper()
    return re.sub(r"\s", "", written)


def _split(joined: str) -> list[str]:
    """Lines that were pasted as one."""
    for count, width in SHAPES:
        if len(joined) == count * width:
            return [joined[n * width : (n + 1) * width] for n in range(count)]
    return [joined]


def _shape_sentence() -> str:
    return _(
        "机读区应是证件底部的两行、每行44个字符（护照），或三行、每行30个字符（卡式证件）。"
        "请连同“<”一起粘贴，只含大写字母、数字和“<”。"
    )


def _cut(lines: list[str]) -> _Cut:
    if len(lines) == 3:
        return _cut_card(*lines)
    first, second = lines
    end = len(second) - 1
    passport = len(second) == 44
    return _Cut(
        code=first[:2],
        issuer=first[2:5],
        name=first[5:],
        number=second[:9],
        number_check=second[9],
        nationality=second[10:13],
        birth=second[13:19],
        birth_check=second[19],
        sex=second[20],
        expiry=second[21:27],
        expiry_check=second[27],
        optional=second[28:42] if passport else second[28:end],
        optional_check=second[42] if passport else "",
        whole=second[:10] + second[13:20] + second[21:end],
        whole_check=second[end],
    )


def _cut_card(first: str, second: str, third: str) -> _Cut:
    return _Cut(
        code=first[:2],
        issuer=first[2:5],
        name=third,
        number=first[5:14],
        number_check=first[14],
        nationality=second[15:18],
        birth=second[:6],
        birth_check=second[6],
        sex=second[7],
        expiry=second[8:14],
        expiry_check=second[14],
        optional=first[15:],
        optional_check="",
        whole=first[5:] + second[:7] + second[8:15] + second[18:29],
        whole_check=second[29],
    )


def _whole_number(zone: _Cut) -> tuple[_Cut, str]:
    """The number and the zone with its check digit.

    One longer than nine characters goes on in the optional data, its check digit behind it
    (parts 5 and 6, note j); a filler then stands in the digit's place.
    """
    rest = zone.optional.split("<")[0]
    if zone.number_check != "<" or zone.optional_check or len(rest) < 2:
        return zone, zone.number
    # The dataclass is frozen: what changes is given anew.
    columns = vars(zone) | {"number_check": rest[-1]}
    return _Cut(**columns), zone.number + rest[:-1]


def _check(part: str, characters: str, digit: str) -> None:
    if check_digit(characters) != digit:
        sentence = _("机读区中“%(part)s”与其校验位不符，请对照证件检查这一处（注意数字0与字母O）。")
        raise _refusal(part, sentence % {"part": _FIELDS[part]})


# -- what the fields mean ----------------------------------------------------------------------


def _name(field: str) -> str:
    """WANG<<XIAO<MING → WANG/XIAO MING."""
    surname, _gap, given = field.strip("<").partition("<<")
    parts = [re.sub(r"<+", " ", part).strip() for part in (surname, given)]
    written = "/".join(part for part in parts if part)
    if not written or re.search(r"\d", written):
        raise _impossible("passport_name")
    return written


def _nationality(code: str) -> str:
    if code in _STATES:
        return _STATES[code] or ""
    known = from_alpha3(code)
    if known is None:
        raise _impossible("nationality")
    return known


def _kind(code: str, issuer: str, number: str) -> str:
    """What the zone proves of the kind of document; empty where it proves nothing."""
    if not code.startswith("P") or issuer == "TWN":
        return ""
    if issuer in ("HKG", "MAC") or (issuer == "CHN" and number.startswith(_SAR_NUMBERS)):
        return DocumentKind.SAR_PASSPORT
    return DocumentKind.PASSPORT if issuer == "CHN" else DocumentKind.FOREIGN_PASSPORT


def _sex(letter: str) -> str:
    if letter not in "MFX<":
        raise _impossible("sex")
    return letter if letter in "MF" else Sex.UNSPECIFIED


def _day(part: str, field: str, *, latest: date) -> date | None:
    """YYMMDD in the century that ends with `latest`; None where day or month is not known."""
    if "<" in field:
        return None
    try:
        year, month, day = int(field[:2]), int(field[2:4]), int(field[4:])
        return _in_century(latest, year, month, day)
    except ValueError:
        raise _impossible(part) from None


def _in_century(latest: date, year: int, month: int, day: int) -> date:
    """Raises ValueError for a day that no calendar has."""
    century = latest.year // 100 * 100
    if (century + year, month, day) > (latest.year, latest.month, latest.day):
        century -= 100
    return date(century + year, month, day)


def _impossible(part: str) -> DomainError:
    sentence = _("机读区中“%(part)s”无法识别，请对照证件检查这一处。")
    return _refusal(part, sentence % {"part": _FIELDS[part]})


def _refusal(part: str, sentence: str) -> DomainError:
    return DomainError("bad_mrz", sentence, {"field": "mrz", "part": part})
