"""crisis/evacuation/management/commands/manifest.py"""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from crisis.evacuation.models import Manifest, ManifestEntry
from crisis.incidents.models import Incident
from registry.models import Person
from tests.support.evacuating import make_operation, make_party, make_plan, make_transport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """The planner types the password, again for every command."""
    monkeypatch.setattr("crisis.staff.prompting.sys.stdin", StringIO(f"{password}\n" * 5))


def test_command_asks_who_acts(
    incident: Incident, planner: Any, stand: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand("王小明", condition="needs_help", phone="+8613800138000")
    monkeypatch.setattr("crisis.staff.prompting.sys.stdin", StringIO("another password\n"))
    with pytest.raises(CommandError, match="密码不正确"):
        run(incident, "--draft")
    assert not incident.manifests.exists()


def run(incident: Incident, *arguments: str, by: str = "planner") -> str:
    out = StringIO()
    call_command("manifest", str(incident.pk), "--by", by, *arguments, stdout=out)
    return out.getvalue()


def test_command_drafts_seals_and_writes_both_files(
    incident: Incident, planner: Any, stand: Callable[..., Person], tmp_path: Path
) -> None:
    stand("王小明", condition="needs_help", phone="+8613800138000")
    files = {name: tmp_path / f"m.{name}" for name in ("csv", "xlsx")}
    out = run(
        incident,
        "--draft",
        "--seal",
        *(part for name, path in files.items() for part in (f"--{name}", str(path))),
    )
    digest = Manifest.objects.get().content_hash
    assert out == f"v1  sealed  1 people  {digest}  intact\n"
    with files["csv"].open(encoding="utf-8-sig", newline="") as file:
        assert [row[3] for row in csv.reader(file)] == ["姓名", "王小明"]
    assert openpyxl.load_workbook(files["xlsx"]).active["L2"].value == "+8613800138000"


def test_command_lists_versions_with_their_differences(
    incident: Incident, planner: Any, stand: Callable[..., Person]
) -> None:
    stand("王小明", condition="needs_help")
    run(incident, "--draft", "--seal")
    stand("李娜", condition="needs_help")
    lines = run(incident, "--draft").splitlines()
    assert lines[1] == "v2  draft  2 people  +1 -0 ~0"


def test_command_says_when_a_sealed_version_was_changed(
    incident: Incident, planner: Any, stand: Callable[..., Person]
) -> None:
    stand("王小明", condition="needs_help")
    run(incident, "--draft", "--seal")
    ManifestEntry.objects.update(party=2)
    assert "CHANGED SINCE THE SEAL" in run(incident)


def test_command_holds_the_rules_of_the_pages(incident: Incident, officer: Any) -> None:
    with pytest.raises(CommandError, match="无权"):
        run(incident, "--draft", by="officer")


def test_command_hides_other_posts_incidents(foreign_incident: Incident, planner: Any) -> None:
    with pytest.raises(CommandError, match="没有编号为"):
        run(foreign_incident, "--draft")


def test_command_without_a_manifest_says_how_to_make_one(incident: Incident, planner: Any) -> None:
    with pytest.raises(CommandError, match="--draft"):
        run(incident, "--seal")


def test_command_names_an_unknown_user(incident: Incident) -> None:
    with pytest.raises(CommandError, match="没有用户名为 nobody"):
        run(incident, by="nobody")


def test_command_names_a_path_it_cannot_write(
    incident: Incident, planner: Any, stand: Callable[..., Person], tmp_path: Path
) -> None:
    stand("王小明", condition="needs_help")
    with pytest.raises(CommandError, match="No such file"):
        run(incident, "--draft", "--csv", str(tmp_path / "nowhere" / "m.csv"))


def test_command_writes_one_transport_for_one_receiver(
    incident: Incident, planner: Any, stand: Callable[..., Person], tmp_path: Path
) -> None:
    operation = make_operation(incident, planner)
    people = [stand("王小明", passport_name="WANG/XIAOMING"), stand("李娜")]
    flights = [make_transport(operation, number) for number in ("MU9001", "MU9002")]
    for person in people:
        make_party(operation, person)
    make_plan(operation, planner, {p: [f] for p, f in zip(people, flights, strict=True)})
    path = tmp_path / "m.csv"
    given = ["--draft", "--seal", "--profile", "airline", "--transport", "MU9001"]
    run(incident, *given, "--country", "CN", "--csv-plain", str(path))
    heading, line = path.read_text(encoding="utf-8").splitlines()
    assert "证件拼写" in heading
    assert "联系电话" not in heading
    assert "WANG/XIAOMING" in line


def test_command_hands_nothing_abroad_without_a_release(
    incident: Incident, planner: Any, stand: Callable[..., Person], tmp_path: Path
) -> None:
    stand("王小明", condition="needs_help")
    given = ["--profile", "airline", "--country", "VU", "--csv", str(tmp_path / "m.csv")]
    with pytest.raises(CommandError, match="授权"):
        run(incident, "--draft", "--seal", *given)
    with pytest.raises(CommandError, match="没有编号为 9"):
        run(incident, *given, "--release", "9")
    assert not list(tmp_path.iterdir())
