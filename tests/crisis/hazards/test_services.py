"""crisis/hazards/services.py and its command"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from config.kernel.errors import DomainError
from crisis.hazards.models import HazardSignal
from crisis.hazards.services import take_in_usgs

pytestmark = pytest.mark.django_db
FILE = Path(settings.BASE_DIR) / "crisis" / "drills" / "data" / "us7000nzf3.geojson"


def changed(**properties: Any) -> str:
    feature = json.loads(FILE.read_text())
    feature["id"] = properties.pop("id", feature["id"])
    feature["properties"].update(properties)
    return json.dumps(feature)


def test_the_same_report_twice_is_one_signal() -> None:
    [first], _ = take_in_usgs(text=changed())
    [second], _ = take_in_usgs(text=changed())
    assert first.pk == second.pk
    assert HazardSignal.objects.count() == 1


def test_a_newer_report_wins() -> None:
    take_in_usgs(text=changed())
    take_in_usgs(text=changed(mag=7.4, updated=1734500000000))
    assert HazardSignal.objects.get().magnitude == 7.4


def test_an_older_report_changes_nothing() -> None:
    take_in_usgs(text=changed(updated=1734500000000))
    [signal], _ = take_in_usgs(text=changed(mag=6.9))
    assert signal.magnitude == HazardSignal.objects.get().magnitude == 7.3


def test_the_event_under_a_new_id_is_the_same_event() -> None:
    take_in_usgs(text=changed())
    take_in_usgs(
        text=changed(id="at00soo", ids=",us7000nzf3,at00soo,", mag=7.5, updated=1734500000000)
    )
    signal = HazardSignal.objects.get()
    assert (signal.external_id, signal.magnitude) == ("us7000nzf3", 7.5)


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        take_in_usgs(text="<html>")
    assert refusal.value.code == "bad_hazard_document"


def test_command_prints_the_signal() -> None:
    out = StringIO()
    call_command("hazard", str(FILE), stdout=out)
    assert (
        "us7000nzf3  2024-12-17T01:47:25Z  earthquake  M 7.3  -17.6914 168.0842" in out.getvalue()
    )


def test_command_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("hazard", str(tmp_path / "nowhere"))


def test_command_keeps_what_it_can_read_and_fails(tmp_path: Path) -> None:
    good = json.loads(FILE.read_text())
    file = tmp_path / "two.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [{}, good]}))
    with pytest.raises(CommandError, match="有 1 个事件"):
        call_command("hazard", str(file), stdout=StringIO(), stderr=StringIO())
    assert HazardSignal.objects.count() == 1
