"""Dates as people write them in itineraries, found in running text."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# A date without a year may lie so far back: a trip that is under way.
BACK = timedelta(days=90)
_MONTH = "(?P<{}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}\\.?"
_BETWEEN = r"\s{0,3}(?:-|–|—|~|～|至|到|to)\s{0,3}"
_FORMS = [
    # 2026-12-01, 2026/12/1, 2026年12月1日
    r"(?P<y1>20\d\d)\s?[-/.年]\s?(?P<m1>\d{1,2})\s?[-/.月]\s?(?P<d1>\d{1,2})(?!\d)\s?[日号]?",
    # 12月1日, and the second half of 12月1日-7日
    r"(?P<m2>\d{1,2})\s?月\s?(?P<d2>\d{1,2})(?!\d)\s?[日号]?",
    # 1-7 Dec 2026, 1 to 7 December
    r"(?<!\d)(?P<d4>\d{1,2})(?:st|nd|rd|th)?" + _BETWEEN
    + r"(?P<d5>\d{1,2})(?:st|nd|rd|th)?\s" + _MONTH.format("n4")
    + r"(?:,?\s?(?P<y4>20\d\d))?(?![a-z\d])",
    # 12DEC, 12DEC26, 1 Dec 2026, 1st December
    r"(?<!\d)(?P<d6>\d{1,2})(?:st|nd|rd|th)?\s?-?" + _MONTH.format("n6")
    + r"(?:[,\s-]{0,2}(?P<y6>20\d\d|\d\d(?=\D|\Z)))?(?![a-z])",
    # Dec 1, 2026; December 1st
    r"(?<![a-z])" + _MONTH.format("n7") + r"\s?(?P<d7>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
    r"(?:,?\s?(?P<y7>20\d\d))?",
    # 至7日, after 12月1日
    _BETWEEN + r"(?P<d8>\d{1,2})\s?[日号]",
]  # fmt: skip
_ANY = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A day, and where in the text it stands."""

    day: date
    start: int
    end: int


def find_dates(text: str, today: date, *, nearest: bool = True) -> list[Written]:
    """The days of a line in its order; what is no day (31 February) is left out.

    Without a year: the first such date after `today` less BACK (`nearest`), or after `today`
    itself; each following one the first after the one before it. A year written at the end of a
    period, as in «1 Dec - 7 Dec 2026», is also that of its beginning.
    """
    parts = [part for match in _ANY.finditer(text) for part in _parts(match)]
    years = [part[0] for part in parts]
    found: list[Written] = []
    month = 0
    for number, (year, written_month, day, start, end) in enumerate(parts):
        month = written_month or month
        stated = next((y for y in years[number:] if y), None)
        after = found[-1].day if found else today - (BACK if nearest else timedelta())
        resolved = _day(stated, month, day, after)
        if resolved and not year and stated and number + 1 < len(parts):
            resolved = _before_the_end(resolved, parts[number + 1], month)
        if resolved:
            found.append(Written(resolved, start, end))
    return found


_Part = tuple[int | None, int, int, int, int]  # year, month (0: as before), day, start, end


def _parts(match: re.Match[str]) -> list[_Part]:
    got = {name: value for name, value in match.groupdict().items() if value is not None}
    start, end = match.span()
    number = next(name[1] for name in got if name[0] in "d")
    if "d4" in got:
        month, year = MONTHS.index(got["n4"].lower()) + 1, _year(got.get("y4"))
        return [
            (year, month, int(got["d4"]), start, start),
            (year, month, int(got["d5"]), start, end),
        ]
    if "m" + number in got:
        month = int(got["m" + number])
    else:
        month = MONTHS.index(got["n" + number].lower()) + 1 if "n" + number in got else 0
    return [(_year(got.get("y" + number)), month, int(got["d" + number]), start, end)]


def _year(text: str | None) -> int | None:
    return None if text is None else int(text) + (2000 if len(text) == 2 else 0)


def _day(year: int | None, month: int, day: int, after: date) -> date | None:
    """The day in `year`, or the first one not before `after`; None where there is none."""
    for candidate in [year] if year else range(after.year, after.year + 3):
        try:
            resolved = date(candidate, month, day)
        except ValueError:
            continue
        if year or resolved >= after:
            return resolved
    return None


def _before_the_end(day: date, end: _Part, month: int) -> date:
    """«28 Dec - 3 Jan 2027» begins in 2026."""
    year, end_month, end_day = end[0], end[1] or month, end[2]
    if year and (day.month, day.day) > (end_month, end_day):
        return day.replace(year=year - 1)
    return day
