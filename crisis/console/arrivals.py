"""What the pages of arrivals show: names beside numbers, as few as a page can hold."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from crisis.arrivals.labels import GAPS, WHY
from crisis.arrivals.models import FamilyNotice, Stay
from crisis.arrivals.reconciling import Crossing, Gap, Reconciliation, Sides, Who
from crisis.arrivals.selectors import Expected, Named, named, who_of
from crisis.arrivals.states import Telling
from crisis.console.forms.arrivals import write_who
from crisis.transports.models import Place, Transport

A_LIST = 200  # names of one list on one page
A_FORM = 400
NOT_SEEN = _("未见登乘记录")


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody in a list: a name, and the words beside it."""

    named: Named
    words: Any = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class GapList:
    gap: Gap
    heading: Any
    advice: Any
    page: Page[Who]
    lines: list[Line]


def gap_lists(
    sides: Sides, crossing: Crossing | None, *, only: Gap | None = None, number: str = "1"
) -> list[GapList]:
    """What does not agree, by name; of a transport with what its gate said.

    The first page of each list, or page `number` of the one that is wanted.
    """
    pages = {
        gap: Paginator(sorted(people), A_LIST).get_page(number if only else 1)
        for gap, people in sides.gaps().items()
        if only in (None, gap)
    }
    names = named({who for page in pages.values() for who in page})
    return [
        GapList(
            gap,
            *GAPS[gap],
            page,
            by_name(Line(names[who], _words(gap, who, crossing)) for who in page),
        )
        for gap, page in pages.items()
    ]


def _words(gap: Gap, who: Who, crossing: Crossing | None) -> Any:
    known = gap == Gap.NOT_BOARDED and crossing is not None
    return WHY[crossing.why(who)] if known and crossing is not None else ""


def by_name(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.named.passport_name or line.named.name)


@dataclass(frozen=True, slots=True)
class TransportLine:
    transport: Transport
    sides: Sides


def transport_lines(
    reconciliation: Reconciliation, transports: Iterable[Transport]
) -> list[TransportLine]:
    return [TransportLine(one, reconciliation.of(one.pk)) for one in transports]


@dataclass(frozen=True, slots=True)
class Coming:
    """A transport on its way to a place, with those of it who are still waited for."""

    expected: Expected
    lines: list[Line]

    @property
    def more(self) -> int:
        return len(self.expected.waited_for) - len(self.lines)


def coming(expected: Iterable[Expected]) -> list[Coming]:
    return [_coming(one) for one in expected]


def _coming(one: Expected) -> Coming:
    waited = sorted(one.waited_for, key=lambda who: (who not in one.aboard, who))[:A_FORM]
    names = named(waited)
    return Coming(
        one,
        by_name(
            Line(names[who], "" if who in one.aboard else NOT_SEEN, write_who(who))
            for who in waited
        ),
    )


@dataclass(frozen=True, slots=True)
class StayLine:
    stay: Stay
    named: Named
    alone: bool
    family: Any


def stay_lines(place: Place, stays: Collection[Stay], alone: Collection[int]) -> list[StayLine]:
    whos = [who_of(stay) for stay in stays]
    names = named(whos)
    refs = [who.ref for who in whos if not who.walk_in]
    notices = FamilyNotice.objects.filter(
        incident=place.operation.incident_id, person_ref__among=refs
    )
    told = {ref: Telling(state).label for ref, state in notices.values_list("person_ref", "state")}
    return [
        StayLine(stay, names[who], stay.pk in alone, "" if who.walk_in else told.get(who.ref, ""))
        for stay, who in zip(stays, whos, strict=True)
    ]
