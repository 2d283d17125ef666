"""One drill from the shock to the sealed manifest, by the services that officers use."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.allocation.models import Plan
from crisis.allocation.services import adopt_plan, propose_plan
from crisis.drills.fleets import bring
from crisis.drills.preparing import Prepared
from crisis.drills.scenarios import Scenario
from crisis.evacuation.models import Manifest
from crisis.evacuation.services import Receiver, draft_manifest, export_manifest, seal_manifest
from crisis.incidents.drafts import IncidentDraft
from crisis.incidents.models import Incident
from crisis.incidents.preview import Preview, preview_incident
from crisis.incidents.services import approve_incident, declare_incident
from crisis.incidents.states import IncidentState
from crisis.seats.services import gather_travellers
from crisis.transports.services import open_operation
from notifications import bell


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed manifest and its files."""

    manifest: Manifest
    files: list[Path]


def draft_for(scenario: Scenario, prepared: Prepared) -> IncidentDraft:
    """What the officer fills in, from the feed's signal and the scenario's words."""
    signal = prepared.signal
    return IncidentDraft(
        post_id=prepared.post.pk,
        title=scenario.title,
        hazard=signal.kind,
        response_level=scenario.level,
        occurred_at=signal.occurred_at,
        latitude=signal.latitude,
        longitude=signal.longitude,
        radius_m=scenario.radius_m,
        countries=scenario.countries,
        template=scenario.template,
        variables=scenario.variables,
        signal_id=signal.pk,
    )


@dataclass(frozen=True, slots=True)
class Declared:
    """`confirmed_at` is scenario time when the last confirmation was given."""

    incident: Incident
    preview: Preview
    confirmed_at: datetime


def declare(scenario: Scenario, prepared: Prepared) -> Declared:
    """Preview, confirm and, above the threshold, have the second officer confirm."""
    draft = draft_for(scenario, prepared)
    preview = preview_incident(draft=draft, officer=prepared.officer)
    confirmed_at = clock.now()
    incident = declare_incident(
        draft=draft,
        officer=prepared.officer,
        declaration_key=str(uuid.uuid4()),
        confirmed_count=preview.total,
    )
    if incident.state == IncidentState.DRAFT:
        confirmed_at = clock.now()
        incident = approve_incident(
            incident=incident,
            officer=prepared.second,
            content_hash=preview.content_hash,
            confirmed_count=preview.total,
        )
    bell.flush()
    return Declared(incident, preview, confirmed_at)


def plan_evacuation(scenario: Scenario, incident: Incident, prepared: Prepared) -> Plan | None:
    """Open the operation, bring its transports, and adopt what the solver proposes; None where
    there is no fleet, or nobody is to leave."""
    if scenario.fleet is None:
        return None
    planner = prepared.planner
    operation = open_operation(incident=incident, planner=planner, name=f"{incident.title}撤离行动")
    bring(scenario.fleet, operation, planner, clock.now())
    gather_travellers(operation=operation)
    try:
        plan = propose_plan(operation=operation, planner=planner)
    except DomainError as refusal:
        if refusal.code == "nobody_to_place":
            return None
        raise
    return adopt_plan(plan=plan, planner=planner)


def seal(incident: Incident, prepared: Prepared) -> Sealed | None:
    """Draft, seal and save the manifest; None when nobody is to leave."""
    try:
        manifest = draft_manifest(incident=incident, planner=prepared.planner)
    except DomainError as refusal:
        if refusal.code == "nobody_to_evacuate":
            return None
        raise
    manifest = seal_manifest(manifest=manifest, planner=prepared.planner)
    folder = Path(settings.VAR_DIR)
    files = []
    for format in ("csv", "xlsx"):
        export = export_manifest(
            manifest=manifest,
            user=prepared.planner,
            format=format,
            receiver=Receiver("drill folder", "drill"),
        )
        export.save(folder / export.file_name)
        files.append(folder / export.file_name)
    return Sealed(manifest, files)
