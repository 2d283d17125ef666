"""From a self-report into the registry, by the person themselves.

docs/decisions/a-self-report-counts-beside.md says why the phone has to be proved first.
"""

from datetime import timedelta

from django.db import transaction

from config.kernel import audit, clock
from crisis.selfreports.models import SelfReport
from crisis.selfreports.states import ReportState
from registry.models import Merge, Person
from registry.services.merging import merge_persons

LINK_LASTS = timedelta(days=1)


def note_joined(*, report_id: int, key: str, person: Person) -> bool:
    """Remember that this registration was written from the report's own page. False where the
    link is too old, or the report names another registration already."""
    mine = SelfReport.objects.filter(
        pk=report_id, key=key, joined_ref=None, told_at__gt=clock.now() - LINK_LASTS
    )
    return bool(mine.update(joined_ref=person.pk))


@transaction.atomic
def promote(*, person: Person) -> int:
    """`person` has proved a phone: whoever reported themselves from the page that led to this
    registration is them. Returns how many were merged. What an officer has decided stays."""
    if person.provisional or person.left_at is not None:
        return 0
    actor, merged = f"person:{person.pk}", 0
    for report in SelfReport.objects.filter(joined_ref=person.pk, state=ReportState.OPEN):
        leader = report.people.filter(leads=True).values("person_ref")
        unmatched = Person.objects.filter(pk__in=leader, provisional=True, left_at=None)
        provisional = unmatched.exclude(pk__in=Merge.objects.values("gone")).first()
        if provisional is None:
            continue
        merge_persons(kept=person, gone=provisional, by=actor)
        audit.record(
            actor=actor,
            act="selfreport.promoted",
            subject=f"selfreport:{report.pk}",
            incident=report.incident_id,
            person=provisional.pk,
        )
        merged += 1
    return merged
