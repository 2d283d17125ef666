"""PFIF 1.4 (http://zesty.ca/pfif/1.4): people as tracing partners exchange them.

Only people who agreed that partners are told (the profile sees to that), and of them no more than
they agreed to: name, sex, an age within five years, and whether they were reached or are safe. No
document, phone, place, need or family. Every record expires: then the partner has to delete it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _

from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.rows import Row
from crisis.rollcall.states import Condition
from registry.ages import age_on

NAMESPACE = "http://zesty.ca/pfif/1.4"
EXPIRES_AFTER = timedelta(days=60)
PEOPLE_A_PIECE = 200
AGES = 5  # years in a range
SEXES = {"M": "male", "F": "female"}
# What XML 1.0 cannot hold, escaped or not (section 2.2).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Fields = dict[str, str]


class _Records:
    """The records of one sheet. Fields in the order of the specification."""

    def __init__(self, sheet: Sheet) -> None:
        manifest = sheet.manifest
        post = manifest.incident.post
        self._said_at = manifest.sealed_at or manifest.drafted_at
        self._domain = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        self._author = {"author_name": post.name_en, "author_phone": post.duty_phone}
        self._source = {"source_name": post.name_en, "source_date": _utc(self._said_at)}
        self._manifest = manifest
        self._safe, self._reached = _("平安。"), _("已联系上。")

    def person(self, row: Row) -> str:
        surname, _slash, given = row.text("passport_name").partition("/")
        fields = {
            "person_record_id": self._identifier("person", row),
            "entry_date": _utc(self._said_at),
            "expiry_date": _utc(self._said_at + EXPIRES_AFTER),
            **self._author,
            **self._source,
            "full_name": row.text("name") or f"{given} {surname}".strip(),
            "given_name": given,
            "family_name": surname,
            "alternate_names": f"{surname} {given}".strip(),
            "sex": SEXES.get(row.text("sex"), ""),
            "age": self._age(row.text("birth_date")),
        }
        return f"<pfif:person>\n{_written(fields)}{self._note(row)}</pfif:person>\n"

    def _note(self, row: Row) -> str:
        """That they were reached, or are safe. Nothing of somebody from whom nothing was heard;
        injury and need are not what people agreed to have told."""
        condition = row.text("condition")
        if condition in ("", Condition.UNKNOWN):
            return ""
        fields = {
            "note_record_id": self._identifier("note", row),
            "person_record_id": self._identifier("person", row),
            "entry_date": _utc(self._said_at),
            **self._author,
            "source_date": _utc(self._said_at),
            "author_made_contact": "true",
            "status": "believed_alive",
            "text": self._safe if condition == Condition.SAFE else self._reached,
        }
        return f"<pfif:note>\n{_written(fields)}</pfif:note>\n"

    def _identifier(self, kind: str, row: Row) -> str:
        """The same for a person in every export, and telling nobody who they are in our books; a
        note's is of this version."""
        named = f"pfif\0{kind}\0{row.person_ref}"
        if kind == "note":
            named += f"\0{self._manifest.pk}"
        raw = hmac.digest(settings.LINK_KEY, named.encode(), hashlib.sha256)
        letters = base64.b32encode(raw[:15]).decode().lower()
        return f"{self._domain}/{kind}.{letters}"

    def _age(self, born: str) -> str:
        """«35-39» on the day of the source."""
        age = age_on(date.fromisoformat(born), self._said_at.date()) if born else None
        return "" if age is None else f"{age - age % AGES}-{age - age % AGES + AGES - 1}"


def _written(fields: Fields) -> str:
    return "".join(
        f"<pfif:{name}>{escape(_UNWRITABLE.sub('', text))}</pfif:{name}>\n"
        for name, text in fields.items()
        if text
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(sheet: Sheet) -> Iterator[bytes]:
    """Words are fetched at this call, records as they are read."""
    return _pieces(sheet, _Records(sheet))


def _pieces(sheet: Sheet, records: _Records) -> Iterator[bytes]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<pfif:pfif xmlns:pfif="{NAMESPACE}">\n'.encode()
    rows = iter(sheet.records)
    while some := list(islice(rows, PEOPLE_A_PIECE)):
        yield "".join(map(records.person, some)).encode()
    yield b"</pfif:pfif>\n"


FORMAT = Format("xml", "application/xml", write, profiles=("tracing",), label="PFIF 1.4")
