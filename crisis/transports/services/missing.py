"""Who is not heard of: a party that should have been across, and the case that looks for it
(docs/decisions/an-overdue-party-opens-a-case.md)."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from crisis.cases.models import Case
from crisis.cases.selectors import live_case_of
from crisis.cases.services import open_case
from crisis.cases.services.log import write
from crisis.cases.states import LIVE, EventKind, Origin
from crisis.transports.models import SelfEvacuation
from crisis.transports.states import SelfEvacuationState

# Queues at a crossing are the rule: later than this is not explained by one.
GRACE = timedelta(hours=2)
AT_A_TIME = 50


def watch_overdue() -> int:
    """A step of the sweep: whoever should have been across GRACE ago, and is not, is looked for.
    Returns how many parties became overdue."""
    due = SelfEvacuation.objects.filter(
        state=SelfEvacuationState.FILED, expected_at__lte=clock.now() - GRACE
    )
    filings = due.select_related("operation__incident__post", "corridor", "receiving_post")
    return sum(_miss(filing) for filing in filings.order_by("expected_at")[:AT_A_TIME])


@transaction.atomic
def _miss(filing: SelfEvacuation) -> bool:
    """Open the case, once for each moment that was named; False where another sweep did, or they
    were heard from meanwhile."""
    now = clock.now()
    still = SelfEvacuation.objects.filter(
        pk=filing.pk, state=SelfEvacuationState.FILED, expected_at=filing.expected_at
    )
    if not still.update(state=SelfEvacuationState.OVERDUE, told_overdue_at=now):
        return False
    refs = refs_of(filing)
    names = [one.name for one in filing.people.filter(person_ref=None).order_by("pk")]
    open_case(
        post=filing.operation.incident.post,
        incident=filing.operation.incident,
        origin=Origin.OVERDUE,
        origin_key=f"{_cause(filing)}{filing.expected_at:%Y%m%d%H%M%S}",
        raised_at=filing.expected_at + GRACE,
        person_ref=refs[0] if refs else None,
        others=refs[1:],
        person_name="、".join(names),
        contact=filing.contact,
        place=filing.corridor.name if filing.corridor else "",
        event=_what_is_known(filing, len(refs) + len(names)),
    )
    return True


def _what_is_known(filing: SelfEvacuation, people: int) -> str:
    words = {
        "n": people,
        "at": f"{filing.expected_at:%Y-%m-%d %H:%M}",
        "route": filing.route or "—",
    }
    return _("自行撤离逾期：%(n)d 人，原预计 %(at)s UTC 抵达。路线：%(route)s") % words


def tell_case(filing: SelfEvacuation, words: str, *, by: str) -> None:
    """Whoever looks for a party that was overdue reads in the case what became of it. The case
    stays theirs to close."""
    if filing.told_overdue_at is None:
        return
    case = live_case_of(refs_of(filing), filing.operation.incident)
    if case is None:  # nobody of them is registered
        causes = Case.objects.filter(origin_key__startswith=_cause(filing), state__in=LIVE)
        case = causes.order_by("pk").last()
    if case is not None:
        write(case, EventKind.NOTE, by=by, note=words)


def refs_of(filing: SelfEvacuation) -> list[int]:
    """The registered people of a party."""
    people = filing.people.filter(person_ref__isnull=False).order_by("pk")
    return [ref for ref in people.values_list("person_ref", flat=True) if ref]


def _cause(filing: SelfEvacuation) -> str:
    return f"overdue:{filing.pk}:"
