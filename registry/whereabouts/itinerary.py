"""What a pasted itinerary says: flights and stays, line by line, and what was not understood.

Nothing is stored from here: the person confirms what they see. Times are local to their place, as
itineraries write them. A year that is not written is the one that brings the date nearest ahead.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from registry.whereabouts.dates import Written, find_dates
from registry.whereabouts.gazetteer import Spot, airports, look_up, spot_of_airport

MAX_CHARS, MAX_LINES, MAX_LINE = 6_000, 120, 300
# A shorter stop is a change of planes: between two legs so close the person counts as under way.
SHORTEST_STAY = timedelta(hours=20)
# Where no way back is written, the person is asked; this stands in the field meanwhile.
OPEN_STAY = timedelta(days=14)
CHINA = frozenset({"CN", "HK", "MO", "TW"})
_FLIGHT = re.compile(r"(?<![A-Z0-9])(?:[A-Z]{2}|[A-Z]\d|\d[A-Z]) ?\d{1,4}[A-Z]?(?![A-Z0-9])")
_PAIR = re.compile(r"(?<![A-Z])([A-Z]{3})(?: ?(?:-|/|>|–|—|→|至|到) ?| TO | )?([A-Z]{3})(?![A-Z])")
_TIME = re.compile(r"(?<![\d/.:-])([01]?\d|2[0-3]):?([0-5]\d)(?:\s?\+\s?([12]))?(?![\d/:年月日-])")
_HAS_WORDS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Stay:
    """A leg as understood: a place, and its first and last moment by the place's own clock.

    `line` is where it begins in the paste. `open_end`: no way back was written.
    """

    line: int
    spot: Spot
    starts: datetime
    ends: datetime
    open_end: bool = False


@dataclass(frozen=True)
class Unread:
    """A line from which nothing follows, and why."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Itinerary:
    stays: list[Stay]
    unread: list[Unread]


@dataclass(frozen=True)
class _Flight:
    line: int
    origin: Spot
    target: Spot
    departs: datetime
    arrives: datetime


class _NotRead(Exception):
    """Why a line is not understood."""


def read_itinerary(text: str, *, today: date, home: str = "") -> Itinerary:
    """`home` is the country where the person lives: arriving there, or in China, ends a trip."""
    stays: list[Stay] = []
    flights: list[_Flight] = []
    unread: list[Unread] = []
    earliest = today
    for number, raw in enumerate(text[:MAX_CHARS].splitlines()[:MAX_LINES], start=1):
        line = raw.strip()[:MAX_LINE]
        if not line:
            continue
        try:
            found = _read(number, line, earliest, dated=bool(flights))
        except _NotRead as reason:
            unread.append(Unread(number, line, str(reason)))
            continue
        if isinstance(found, _Flight):
            flights.append(found)
            earliest = found.departs.date()
        else:
            stays.append(found)
    if len(text) > MAX_CHARS or len(text.splitlines()) > MAX_LINES:
        unread.append(Unread(MAX_LINES, "…", _("内容太长，其余部分没有读取，请分次粘贴。")))
    stays += _stays_between(flights, {home} | CHINA)
    return Itinerary(sorted(stays, key=lambda stay: (stay.starts, stay.line)), unread)


def _read(number: int, line: str, earliest: date, *, dated: bool) -> "_Flight | Stay":
    capitals = line.upper()
    dates = find_dates(capitals, earliest, nearest=not dated)
    rest = _without(capitals, dates)  # JAN, MAR and others are airports too
    pair = next((m for m in _PAIR.finditer(rest) if _are_airports(m[1], m[2])), None)
    if pair and (_FLIGHT.search(rest) or len(dates) == 1):
        return _flight(number, rest, pair, dates)
    return _stay(number, line, earliest)


def _are_airports(one: str, other: str) -> bool:
    return one in airports() and other in airports()


def _flight(number: int, rest: str, pair: re.Match[str], dates: list[Written]) -> _Flight:
    """`rest` is the line without its dates."""
    origin, target = spot_of_airport(pair[1]), spot_of_airport(pair[2])
    if origin is None or target is None or not dates:
        raise _NotRead(_("有机场而没有日期，请写上日期，例如 12DEC 或 2026-12-12。"))
    if len(dates) > 2:
        raise _NotRead(_("一行里有两个以上的日期，请每行写一段。"))
    rest = _FLIGHT.sub(" ", rest)
    times = [(time(int(m[1]), int(m[2])), int(m[3] or 0)) for m in _TIME.finditer(rest)][:2]
    departs = datetime.combine(dates[0].day, times[0][0] if times else time())
    lands, later = times[1] if len(times) > 1 else (times[0][0] if times else time(), 0)
    arrives = datetime.combine(dates[-1].day + timedelta(days=later), lands)
    if len(dates) == 1 and not later and arrives.time() < departs.time():
        arrives += timedelta(days=1)  # by the clock there it landed the day after
    return _Flight(number, origin, target, departs, arrives)


def _stay(number: int, line: str, earliest: date) -> Stay:
    dates = find_dates(line, earliest)
    if not dates:
        sentence = _("没有看到日期。请写成“2026-12-01 至 2026-12-07 瓦努阿图 维拉港”。")
        raise _NotRead(sentence)
    if len(dates) != 2:
        raise _NotRead(_("请写明到达和离开两个日期。"))
    words = _without(line, dates)
    spots = look_up(words)
    if not spots:
        named = _HAS_WORDS.search(words)
        raise _NotRead(
            _("认不出地点，请写上国家和城市。") if named else _("没有写地点，请写上国家和城市。")
        )
    if len(spots) > 1:
        raise _NotRead(_("不止一个国家有这个地名，请写上国家。"))
    first, last = dates[0].day, dates[1].day
    if last < first:
        raise _NotRead(_("离开的日期早于到达的日期。"))
    return Stay(number, spots[0], datetime.combine(first, time()), datetime.combine(last, LAST))


LAST = time(23, 59)


def _without(line: str, dates: list[Written]) -> str:
    for written in sorted(dates, key=lambda w: -w.start):
        line = line[: written.start] + " " + line[written.end :]
    return line


def _stays_between(flights: list[_Flight], homes: set[str]) -> list[Stay]:
    """From each landing to the next take-off; after the last one until further notice."""
    ordered = sorted(flights, key=lambda flight: flight.departs)
    stays = []
    for flight, following in zip(ordered, [*ordered[1:], None], strict=False):
        starts = flight.arrives
        if following is None:
            if flight.target.country not in homes:
                ends = datetime.combine((starts + OPEN_STAY).date(), LAST)
                stays.append(Stay(flight.line, flight.target, starts, ends, open_end=True))
        elif following.departs - starts >= SHORTEST_STAY:
            stays.append(Stay(flight.line, flight.target, starts, following.departs))
    return [replace(stay, ends=max(stay.ends, stay.starts)) for stay in stays]
