"""What was typed into a self-report, and what can be read out of it. Nothing here refuses."""

import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.selfreports.states import Word
from registry.addresses import normalise_phone
from registry.countries import is_country
from registry.drafts import MAX_NAME, document_number

LONGEST = 2_000
MOST_WITH = 999
# People write several names in a line, parted in their own ways.
_BETWEEN = re.compile(r"[\n\r,，、;；/]+")
_CHINESE_MOBILE = re.compile(r"1\d{10}\Z")
UNNAMED = "未留姓名"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """As typed, but for the position: WGS-84 degrees and metres, or None."""

    name: str = ""
    phone: str = ""
    wechat: str = ""
    word: str = ""
    with_me: str = ""
    names: str = ""
    country: str = ""
    place: str = ""
    note: str = ""
    passport: str = ""
    birth_year: str = ""
    language: str = "zh-hans"
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None

    @property
    def says_nothing(self) -> bool:
        typed = (self.name, self.phone, self.wechat, self.word, self.names, self.place, self.note)
        return not any(text.strip() for text in (*typed, self.passport)) and self.latitude is None

    @property
    def condition(self) -> Word:
        return Word(self.word) if self.word in Word.values else Word.UNKNOWN

    @property
    def full_name(self) -> str:
        return clean(self.name)[:MAX_NAME] or UNNAMED

    @property
    def companions(self) -> list[str]:
        """The names of who is with them, each once."""
        parts = (clean(part)[:MAX_NAME] for part in _BETWEEN.split(self.names))
        return [name for name in dict.fromkeys(parts) if name and name != clean(self.name)][:50]

    @property
    def heads_with(self) -> int:
        """How many are with them: what they say, and at least those they name."""
        digits = clean(self.with_me)
        said = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
        return min(max(said, len(self.companions)), MOST_WITH)

    @property
    def land(self) -> str:
        code = self.country.strip().upper()
        return code if is_country(code) else ""

    @property
    def number(self) -> str:
        """The phone as E.164; empty where it cannot be read. Chinese travellers write their number
        at home without its country."""
        written = clean(self.phone)
        for region in filter(None, (self.land, "CN" if _CHINESE_MOBILE.match(written) else "")):
            try:
                return normalise_phone(written, region=region)
            except DomainError:
                continue
        try:
            return normalise_phone(written, region=None)
        except DomainError:
            return ""

    @property
    def document(self) -> str:
        try:
            return document_number(self.passport)
        except DomainError:
            return ""

    @property
    def born_in(self) -> int | None:
        digits = clean(self.birth_year)
        year = int(digits) if digits.isascii() and digits.isdigit() and len(digits) == 4 else 0
        return year if 1900 <= year <= 2100 else None

    def flags(self) -> list[str]:
        """What an officer should know of how it was written."""
        wrong = {
            "no_name": not clean(self.name),
            "no_phone": not clean(self.phone),
            "bad_phone": bool(clean(self.phone)) and not self.number,
            "bad_document": bool(clean(self.passport)) and not self.document,
        }
        return [flag for flag, found in wrong.items() if found]

    def after(self, earlier: "Told") -> "Told":
        """This, with what was said before where it says nothing."""
        said = {
            one.name: getattr(self, one.name) or getattr(earlier, one.name) for one in fields(self)
        }
        if self.latitude is not None:
            said |= {n: getattr(self, n) for n in ("latitude", "longitude", "accuracy_m")}
        return replace(self, **said)

    def written(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def read(text: str) -> Told:
    """What `written` wrote; nothing of nothing."""
    return Told(**json.loads(text)) if text else Told()


def told_of(typed: dict[str, Any]) -> Told:
    """Of a form's fields as they came; what is too long is cut."""
    words = {
        one.name: str(typed.get(one.name, "")).replace("\0", "")[:LONGEST]
        for one in fields(Told)
        if one.type is str
    }
    place = {n: typed.get(n) for n in ("latitude", "longitude", "accuracy_m")}
    known: dict[str, Any] = {n: v if isinstance(v, float) else None for n, v in place.items()}
    return Told(**{**words, **known})
