"""Port Vila, 17 December 2024: from the feed's signal to a sealed manifest, by real processes."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.kernel import audit, clock
from crisis.drills.scenarios import scenario_named
from crisis.evacuation.services import Receiver, draft_manifest, export_manifest, seal_manifest
from crisis.hazards.services import take_in_usgs
from crisis.incidents.drafts import IncidentDraft
from crisis.incidents.preview import preview_incident
from crisis.incidents.services import declare_incident
from crisis.rollcall.selectors import counts
from notifications import selectors
from notifications.models import Delivery
from registry.generator import generate_people
from registry.models import Person
from tests.support.processes import until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
SPEED = 600


@pytest.fixture
def scenario():
    return scenario_named("port-vila-2024")


@pytest.fixture
def signal(transactional_db, scenario):
    [signal], _ = take_in_usgs(text=scenario.signal_path.read_bytes())
    return signal


@pytest.fixture
def afternoon(stage, settings, signal):
    """Scenario time begins twelve minutes after the shock and runs fast, for every process."""
    begins = signal.occurred_at + timedelta(minutes=12)
    generate_people(count=400, seed=5, focus={"VU": 231}, at=begins)
    settings.CLOCK = stage.environment["GUIHANG_CLOCK"] = clock.setting_for(begins, SPEED)
    stage.emulator()
    stage.web()
    stage.worker(concurrency=2)
    stage.sweep()


def test_from_the_signal_to_the_sealed_manifest(
    afternoon, stage, scenario, signal, post, officer, planner, tmp_path
):
    draft = IncidentDraft(
        post_id=post.pk, title=scenario.title, hazard=signal.kind, response_level="red",
        occurred_at=signal.occurred_at, latitude=signal.latitude, longitude=signal.longitude,
        radius_m=scenario.radius_m, countries=scenario.countries, template=scenario.template,
        variables=scenario.variables, signal_id=signal.pk,
    )  # fmt: skip
    preview = preview_incident(draft=draft, officer=officer)
    assert preview.total == 231

    incident = declare_incident(
        draft=draft, officer=officer, declaration_key="port-vila", confirmed_count=231
    )
    assert incident.state == "declared"
    assert sum(counts(incident).contact.values()) == 231

    answered = lambda: counts(incident).contact["answered"]  # noqa: E731
    until(lambda: answered() >= 100, seconds=40, what="a hundred answers")
    stage.kill("emulator")  # the line is dead: what was said is what there is

    found = counts(incident)
    for facet in (found.condition, found.movement, found.contact):
        assert sum(facet.values()) == found.in_audience == 231
    assert found.condition["needs_help"] > 0
    assert_alerted_once(incident, accepted_by(stage.record))

    manifest = seal_manifest(
        manifest=draft_manifest(incident=incident, planner=planner), planner=planner
    )
    export = export_manifest(
        manifest=manifest, user=planner, format="xlsx", receiver=Receiver("airline", "charter")
    )
    export.save(tmp_path / export.file_name)
    assert_readable(tmp_path / export.file_name, manifest)
    assert audit.first_broken() is None


def accepted_by(record: Path) -> Counter[tuple[str, str]]:
    """Acceptances by (wave code, address), from the emulator's own log."""
    lines = map(json.loads, record.read_text(encoding="utf-8").splitlines())
    return Counter((line["code"], line["to"]) for line in lines if line["what"] == "accepted")


def assert_alerted_once(incident, accepted):
    wave = selectors.waves_of(incident.source).earliest("pk")
    assert max(accepted.values()) == 1
    handed_over = {d.address for d in Delivery.objects.filter(wave=wave) if d.accepted_at}
    assert handed_over <= {to for code, to in accepted if code == wave.code}


def assert_readable(file, manifest):
    """As the airline opens it: text cells, +86 numbers intact, only people who are really there."""
    rows = list(load_workbook(file).active.iter_rows(values_only=True))
    assert len(rows) == manifest.entries.count() + 1 > 1
    cells = [cell for row in rows[1:] for cell in row if cell]
    assert {type(cell) for cell in cells} == {str}
    assert not [cell for cell in cells if cell[:1] in "=@-"]
    phones = [cell for cell in cells if cell.startswith("+")]
    assert phones
    assert all(phone[1:].isdigit() for phone in phones)
    names = set(Person.objects.values_list("name", flat=True))
    assert {row[3] for row in rows[1:]} <= names
