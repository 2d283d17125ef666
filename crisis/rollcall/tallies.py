"""How many standings are alike, and how many answers came in each minute: at once, however large.

On PostgreSQL triggers keep two ledgers (migration 0005), so that nobody counts 100,000 rows to see
what one answer changed. SQLite, which serves a laptop, counts the rows. Both say the same:
tests/crisis/rollcall/test_tallies.py.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from crisis.incidents.models import Incident
from crisis.rollcall.models import MinuteTally, RollCallEvent, Standing, StandingTally
from crisis.rollcall.states import EventKind

# What standings are told apart by; `merged`: found to be somebody else, who is counted.
ALIKE = (
    "condition", "movement", "contact", "addressed", "wants_out", "possible_help", "certain",
    "spoken_for", "by_merge", "self_reported", "merged",
)  # fmt: skip
# Lines that mean: somebody said something of this person.
ANSWERS = (
    EventKind.SAFE,
    EventKind.LEFT_AREA,
    EventKind.WANTS_OUT,
    EventKind.NEEDS_HELP,
    EventKind.POSSIBLE_HELP,
    EventKind.REPORTED_SAFE,
    EventKind.INJURED,
    EventKind.HELP_CLOSED,
)

_FOLD_STANDINGS = """
WITH fresh AS (DELETE FROM rollcall_standingtally WHERE NOT folded RETURNING *)
INSERT INTO rollcall_standingtally AS kept
 (incident_id, condition, movement, contact, addressed, wants_out, possible_help, certain,
  spoken_for, by_merge, self_reported, merged, change, folded)
SELECT incident_id, condition, movement, contact, addressed, wants_out, possible_help, certain,
  spoken_for, by_merge, self_reported, merged, sum(change), TRUE
FROM fresh GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 HAVING sum(change) <> 0
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
ON CONFLICT (incident_id, condition, movement, contact, addressed, wants_out, possible_help,
  certain, spoken_for, by_merge, self_reported, merged) WHERE folded
DO UPDATE SET change = kept.change + EXCLUDED.change
"""
_FOLD_MINUTES = """
WITH fresh AS (DELETE FROM rollcall_minutetally WHERE NOT folded RETURNING *)
INSERT INTO rollcall_minutetally AS kept (incident_id, minute, kind, change, folded)
SELECT incident_id, minute, kind, sum(change), TRUE FROM fresh GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (incident_id, minute, kind) WHERE folded
DO UPDATE SET change = kept.change + EXCLUDED.change
"""


def kept_by_triggers() -> bool:
    return connection.vendor == "postgresql"


def standings_alike(incident: Incident) -> Iterable[dict[str, Any]]:
    """Rows with the names of ALIKE and `n`, how many standings are so."""
    if kept_by_triggers():
        kept = StandingTally.objects.filter(incident=incident).order_by().values(*ALIKE)
        return kept.annotate(n=Sum("change")).exclude(n=0)
    return grouped(incident)


def grouped(incident: Incident) -> QuerySet[Standing, dict[str, Any]]:
    """The same from the standings themselves."""
    merged = ExpressionWrapper(
        Q(same_as__isnull=False) & ~Q(same_as=F("person_ref")), BooleanField()
    )
    standings = Standing.objects.filter(incident=incident).annotate(merged=merged).order_by()
    return standings.values(*ALIKE).annotate(n=Count("pk"))


def answers_by_minute(incident: Incident) -> dict[int, dict[str, int]]:
    """{whole minutes since 1970 (UTC): {kind of answer: lines learned in that minute}}."""
    if kept_by_triggers():
        kept = MinuteTally.objects.filter(incident=incident, kind__in=ANSWERS).order_by()
        return _by_minute(kept.values_list("minute", "kind").annotate(n=Sum("change")))
    lines = RollCallEvent.objects.filter(incident=incident, kind__in=ANSWERS).order_by()
    at = lines.annotate(minute=TruncMinute("learned_at")).values_list("minute", "kind")
    counted = at.annotate(n=Count("pk"))
    return _by_minute((int(minute.timestamp()) // 60, kind, n) for minute, kind, n in counted)


def _by_minute(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for minute, kind, n in rows:
        found.setdefault(minute, {})[kind] = n
    return found


def fold_tallies() -> int:
    """The sweep's step: what triggers wrote since the last turn becomes part of the sums. Sums are
    right before it as after it, and two sweeps at once do no harm. Returns the rows it wrote."""
    if not kept_by_triggers():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FOLD_STANDINGS)
        folded = cursor.rowcount
        cursor.execute(_FOLD_MINUTES)
        return folded + int(cursor.rowcount)
