"""UN/EDIFACT PAXLST: the passenger list that border authorities and airlines take by machine.

One message for one transport, as the guide of WCO, IATA and ICAO has it (appendix IIA), in the
directories D:05B and D:02B, which differ in nothing that is written here. Times are local to
each place. Names stand as in the passport: no Chinese, no accents, no hyphens; somebody without
such a spelling cannot be listed, and the file is refused rather than made without them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.edifact import ADVICE, level_a, segment
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.rows import Row
from crisis.transports.models import Place, Transport
from crisis.transports.states import TransportKind
from registry.countries import nationality_of, to_alpha3
from registry.models import DocumentKind

SENDER = "GUIHANG"
LONGEST = 35  # characters of a name's component, a number or a place (data elements 3036, 1004)
PEOPLE_A_PIECE = 200
NAMED = 20  # how many positions a refusal names
# UNECE Recommendation 19; a flight says nothing, as the guide has it.
MODES = {
    TransportKind.SHIP: "1",
    TransportKind.TRAIN: "2",
    TransportKind.BUS: "3",
    TransportKind.CONVOY: "3",
}
# Data element 1001 as the guide lists it: P is a passport, F another document that is accepted.
DOCUMENTS: dict[str, str] = {
    DocumentKind.PASSPORT: "P",
    DocumentKind.SAR_PASSPORT: "P",
    DocumentKind.FOREIGN_PASSPORT: "P",
    DocumentKind.TRAVEL_DOCUMENT: "F",
    DocumentKind.TAIWAN_PERMIT: "F",
}
_NO_LETTER = re.compile(r"[^A-Z ]")
_NO_FIGURE = re.compile(r"[^A-Z0-9]")
Names = tuple[str, ...]


def names_of(row: Row) -> Names | None:
    """Surname, first and further given names in A to Z; None where they cannot be spelled so.

    Hyphens become spaces and apostrophes fall away (ICAO Doc 9303-3, 4.6). Ü in a Chinese passport
    is YU.
    """
    spelled = unicodedata.normalize("NFC", row.text("passport_name")).upper()
    if row.text("nationality") == "CN":
        spelled = spelled.replace("Ü", "YU")
    surname, _slash, given = (_letters(part) for part in spelled.partition("/"))
    first, _blank, further = given.partition(" ")
    names = tuple(name[:LONGEST].rstrip() for name in (surname, first, further) if name)
    return names if surname and _is_latin(spelled) else None


def _letters(text: str) -> str:
    return " ".join(_NO_LETTER.sub("", level_a(text.replace("-", " "))).split())


def _is_latin(text: str) -> bool:
    """Whether leaving out what is no letter of ours leaves out no letter at all. An apostrophe that
    Unicode counts among letters (Lm) is none."""
    letters = (one for one in text if unicodedata.category(one) in ("Lu", "Ll", "Lt", "Lo"))
    return all(map(level_a, letters))


def check(sheet: Sheet) -> None:
    """Raises DomainError no_transport, place_without_code, number_not_coded, names_not_spelled."""
    transport = _transport(sheet)
    for place in (transport.origin, transport.destination):
        if not place.code:
            raise DomainError(
                "place_without_code",
                _("“%(place)s”没有 IATA 或 UN/LOCODE 代码，请先在地点中填写。")
                % {"place": place.name_zh},
            )
    if not _coded(transport.number):
        raise DomainError("number_not_coded", _("运输工具编号里没有字母或数字，PAXLST 无法填写。"))
    unspelled = [row.position for row in sheet.records if names_of(row) is None]
    if unspelled:
        raise DomainError(
            "names_not_spelled",
            _("%(count)s 人没有护照拼写，不能列入 PAXLST：序号 %(positions)s。请补全后编制新版。")
            % {"count": len(unspelled), "positions": _some(unspelled)},
            {"positions": unspelled},
        )


def _some(positions: list[int]) -> str:
    more = "…" if len(positions) > NAMED else ""
    return "、".join(map(str, positions[:NAMED])) + more


def _transport(sheet: Sheet) -> Transport:
    if sheet.transport is None:
        raise DomainError("no_transport", _("PAXLST 按运输工具逐班出具，请选定一班。"))
    return sheet.transport


class _Interchange:
    """One file: an interchange of one group of one message."""

    def __init__(self, sheet: Sheet, directory: str) -> None:
        self._sheet, self._directory = sheet, directory
        self._transport = _transport(sheet)
        self._reference = f"{sheet.manifest.pk}T{self._transport.pk}"
        self._segments = 0  # of the message, from UNH to UNT

    def pieces(self) -> Iterator[bytes]:
        yield (ADVICE + "".join((*self._envelope(), *self._counted(self._head())))).encode("ascii")
        records, people = iter(self._sheet.records), 0
        while some := list(islice(records, PEOPLE_A_PIECE)):
            people += len(some)
            told = (part for row in some for part in self._person(row))
            yield "".join(self._counted(told)).encode("ascii")
        yield "".join(self._tail(people)).encode("ascii")

    def _counted(self, segments: Iterator[str]) -> Iterator[str]:
        for one in segments:
            self._segments += 1
            yield one

    def _envelope(self) -> Iterator[str]:
        receiver = _coded(self._transport.carrier_code) or "CARRIER"
        prepared = clock.now().strftime("%y%m%d:%H%M").split(":")
        parties = ((SENDER, "ZZ"), (receiver, "ZZ"))
        yield segment("UNB", ("UNOA", "4"), *parties, prepared, self._reference, "", "APIS")
        directory = ("D", self._directory)
        yield segment("UNG", "PAXLST", *parties, prepared, self._reference, "UN", directory)

    def _head(self) -> Iterator[str]:
        manifest, transport = self._sheet.manifest, self._transport
        post = manifest.incident.post
        message = ("PAXLST", "D", self._directory, "UN", "IATA")
        common = f"M{manifest.incident_id}V{manifest.version}"
        yield segment("UNH", self._reference, message, common)
        yield segment("BGM", "745")
        yield segment("NAD", "MS", "", "", level_a(post.name_en)[:LONGEST])
        if phone := level_a(post.duty_phone):
            yield segment("COM", (phone[:LONGEST], "TE"))
        yield segment(
            "TDT",
            "20",
            _coded(transport.number)[:17],
            MODES.get(TransportKind(transport.kind), ""),
            "",
            _coded(transport.carrier_code),
        )
        yield segment("LOC", "125", _coded(transport.origin.code))
        yield segment("DTM", ("189", _local(transport.departs_at, transport.origin), "201"))
        for stop in filter(None, map(_coded, transport.stops)):
            yield segment("LOC", "92", stop)
        yield segment("LOC", "87", _coded(transport.destination.code))
        yield segment("DTM", ("232", _local(transport.arrives_at, transport.destination), "201"))

    def _person(self, row: Row) -> Iterator[str]:
        yield segment("NAD", "FL", "", "", names_of(row) or ())
        if row.text("sex") in ("M", "F"):
            yield segment("ATT", "2", "", row.text("sex"))
        if born := _day(row.text("birth_date")):
            yield segment("DTM", ("329", born))
        yield segment("LOC", "178", _coded(self._transport.origin.code))
        yield segment("LOC", "179", _coded(self._transport.destination.code))
        if country := _country(row):
            yield segment("NAT", "2", country)
        # The record locator is the party's, as a booking's is; the other is the person's own.
        manifest = self._sheet.manifest
        yield segment("RFF", ("AVF", f"M{manifest.incident_id}V{manifest.version}P{row.party}"))
        yield segment("RFF", ("ABO", f"M{manifest.incident_id}V{manifest.version}N{row.position}"))
        yield from _document(row)

    def _tail(self, people: int) -> Iterator[str]:
        yield segment("CNT", ("42", str(people)))
        yield segment("UNT", str(self._segments + 2), self._reference)
        yield segment("UNE", "1", self._reference)
        yield segment("UNZ", "1", self._reference)


def _document(row: Row) -> Iterator[str]:
    kind = DOCUMENTS.get(row.text("document_kind"))
    number = _coded(row.text("document_number"))
    if kind is None or not number:
        return
    yield segment("DOC", (kind, "110", "111"), number[:LONGEST])
    if expires := _day(row.text("document_expires_on")):
        yield segment("DTM", ("36", expires))
    if country := _country(row):
        yield segment("LOC", "91", country)


def _country(row: Row) -> str:
    """ICAO's three letters; of a document, who issued it, which is the holder's country."""
    return to_alpha3(nationality_of(row.text("nationality"))) or ""


def _coded(text: str) -> str:
    """Figures and capitals alone."""
    return _NO_FIGURE.sub("", level_a(text))


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%y%m%d") if iso else ""


def _local(moment: datetime, place: Place) -> str:
    return moment.astimezone(ZoneInfo(place.time_zone)).strftime("%y%m%d%H%M")


def _writer(directory: str) -> Callable[[Sheet], Iterator[bytes]]:
    return lambda sheet: _Interchange(sheet, directory).pieces()


def _format(directory: str) -> Format:
    return Format(
        "edi",
        "application/EDIFACT",  # RFC 1767
        _writer(directory),
        profiles=("airline", "border"),
        by_transport=True,
        label=f"PAXLST D:{directory}",
        check=check,
    )


FORMAT = _format("05B")
OLDER = _format("02B")
