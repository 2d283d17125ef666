"""Scenarios from public facts: complete, and refused by name when unknown."""

import pytest

from config.kernel.errors import DomainError
from crisis.drills.scenarios import SCENARIOS, scenario_named
from crisis.hazards.services import take_in_usgs
from crisis.incidents.states import ResponseLevel
from notifications.catalogue import TEMPLATES
from notifications.texts import render
from registry.countries import is_country

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def test_the_three_scenarios_are_there():
    assert set(SCENARIOS) == {"port-vila-2024", "tohoku-2011", "nepal-2015"}


def test_port_vila_is_what_was_reported():
    scenario = scenario_named("port-vila-2024")
    assert scenario.focus == {"VU": 231}
    assert scenario.post.country == "VU"


@pytest.mark.django_db
def test_port_vila_signal_is_that_of_the_usgs(db):
    [signal], _ = take_in_usgs(text=scenario_named("port-vila-2024").signal_path.read_bytes())
    assert (signal.latitude, signal.longitude) == (-17.6914, 168.0842)
    assert f"{signal.occurred_at:%Y-%m-%dT%H:%M:%S}" == "2024-12-17T01:47:25"


@every_scenario
def test_scenario_is_whole(scenario):
    assert scenario.signal_path.exists()
    assert scenario.level in ResponseLevel.values
    assert is_country(scenario.post.country)
    assert all(is_country(code) for code in [*scenario.countries, *scenario.focus])


@every_scenario
@pytest.mark.parametrize("template", ["reminder", "who_else", "retraction", "all_clear"])
@pytest.mark.parametrize("mode", ["live", "drill"])
def test_words_of_a_scenario_fit_every_text(scenario, template, mode):
    words = dict(scenario.variables) | {
        "when": "17日12:47", "when_en": "17 Dec 12:47", "hotline": "+86-10-12308",
        "code": "K7M4Q2", "retracted_code": "K7M4Q2", "sent_at": "12:59",
    }  # fmt: skip
    for code in (scenario.template, template):
        render(
            TEMPLATES[code],
            variables=words,
            signature_zh=scenario.post.signature_zh,
            signature_en=scenario.post.signature_en,
            mode=mode,
        )


def test_unknown_scenario_names_those_there_are():
    with pytest.raises(DomainError) as refusal:
        scenario_named("atlantis")
    assert refusal.value.code == "unknown_scenario"
    assert "port-vila-2024" in str(refusal.value)
