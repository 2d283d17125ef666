"""Who of a manifest relatives may be told of: the rule of the line that relatives call."""

from collections.abc import Iterable, Iterator
from itertools import islice

from config.kernel import clock
from crisis.evacuation.models import Manifest
from crisis.evacuation.rows import Row
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Contact
from crisis.tracing.models import Match
from crisis.tracing.saying import NOT_BY_THIS_PAGE
from crisis.tracing.states import Permission
from registry.ages import is_child
from registry.models import Consent, Person

CHUNK = 500


def only_consenting(manifest: Manifest, rows: Iterable[Row], purpose: str) -> Iterator[Row]:
    """Those rows whose person agrees at this moment; a few hundred in memory at a time."""
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        told = may_be_told(manifest, [row.person_ref for row in chunk], purpose)
        yield from (row for row in chunk if row.person_ref in told)


def may_be_told(manifest: Manifest, refs: list[int], purpose: str) -> set[int]:
    """Of these people, those whose consent to this purpose is in force. Not a child below 14, for
    whom a guardian decides each time, nobody who told one relative no, and nobody whose fate a
    named officer tells the family (crisis.tracing.saying)."""
    agreed = Consent.objects.filter(person__in=refs, purpose=purpose, withdrawn_at=None)
    people = Person.objects.filter(pk__in=agreed.values("person"), left_at=None)
    today = clock.now().date()
    silent = Standing.objects.filter(incident=manifest.incident_id, person_ref__in=refs)
    kept = {
        standing.person_ref
        for standing in silent
        if standing.condition in NOT_BY_THIS_PAGE or standing.contact == Contact.MISSING
    }
    born = people.values_list("pk", "birth_date")
    refused = Match.objects.filter(
        person__in=refs, undone_at=None, enquiry__permission=Permission.NOTHING
    )
    kept |= set(refused.values_list("person", flat=True))
    return {pk for pk, birth_date in born if not is_child(birth_date, today)} - kept
