"""Drafting a new version."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, bulk, clock
from config.kernel.encryption import seal
from config.kernel.errors import DomainError
from crisis.evacuation.drawing import draw
from crisis.evacuation.models import KEY_PURPOSE, EntryKey, Manifest, ManifestEntry, ManifestLeg
from crisis.evacuation.rows import Row, sealed
from crisis.evacuation.services.common import last_version, locked, subject
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand

ROWS_A_WRITE = 1000
_ENTRY = ("id", "position", "person_ref", "party", "priority", "sealed_row")
_LEG = ("entry", "position", "transport", "place_class")
PLANNABLE = (IncidentState.DECLARED, IncidentState.STOOD_DOWN)


def draft_manifest(*, incident: Incident, planner: User) -> Manifest:
    """A new version from the adopted plan, else from the roll call, as it stands; earlier versions
    stay as they are.

    Who is on it, and in which order: crisis.evacuation.drawing. Raises DomainError forbidden,
    not_found (outside the jurisdiction), incident_not_declared, plan_outdated, nobody_to_evacuate
    (for a first version; a later one may be empty, which says that nobody is left to fetch).
    """
    demand(planner, Capability.PLAN, incident.post)
    with transaction.atomic():
        incident = locked(incident)
        if incident.state not in PLANNABLE:
            raise DomainError(
                "incident_not_declared", _("突发事件尚未宣布，不能编制名单。"), status=409
            )
        now, last = clock.now(), last_version(incident)
        drawn = draw(incident, day=now.date())
        if not drawn.rows and not last:
            raise DomainError(
                "nobody_to_evacuate", _("目前没有人求助或要求撤离，无须编制名单。"), status=409
            )
        manifest = Manifest.objects.create(
            incident=incident,
            version=last + 1,
            drafted_by=planner,
            drafted_at=now,
            plan=drawn.plan,
        )
        write_rows(manifest, drawn.rows)
        audit.record(
            actor=planner.username,
            act="manifest.drafted",
            subject=subject(manifest),
            version=manifest.version,
            plan=drawn.plan and drawn.plan.pk,
            people=len(drawn.rows),
            kept_back=drawn.kept_back,
        )
    return manifest


def write_rows(manifest: Manifest, rows: Sequence[Row]) -> None:
    """Store these rows of a draft, some thousand at a time. Call inside a transaction."""
    for start in range(0, len(rows), ROWS_A_WRITE):
        _write(manifest, rows[start : start + ROWS_A_WRITE])


def _write(manifest: Manifest, rows: Sequence[Row]) -> None:
    entries, keys, legs = [], [], []
    for pk, row in zip(bulk.new_ids(ManifestEntry, len(rows)), rows, strict=True):
        key, data = sealed(row)
        entries.append((pk, row.position, row.person_ref, row.party, row.priority, data))
        keys.append((pk, seal(key, KEY_PURPOSE)))
        legs += [(pk, number, *leg) for number, leg in enumerate(row.legs, start=1)]
    bulk.insert(ManifestEntry, _ENTRY, entries, same={"manifest": manifest.pk}, anew=True)
    bulk.insert(EntryKey, ("entry", "key"), keys, anew=True)
    bulk.insert(ManifestLeg, _LEG, legs, anew=True)
