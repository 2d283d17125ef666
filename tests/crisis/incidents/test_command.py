"""`manage.py declare`: the rules of the pages, at the command line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from crisis.incidents.management.commands.declare import EXAMPLE
from crisis.incidents.models import Incident
from notifications.models import Wave
from tests.support.scene import NO_CIRCLE, POLYGON

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path, people):
    def write(**changes):
        path = tmp_path / "draft.json"
        area = {"radius_m": 100_000, "countries": []}
        path.write_text(json.dumps(EXAMPLE | area | changes), encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def typed(monkeypatch, password):
    """What stands on standard input, again for every command."""

    def type_in(text):
        monkeypatch.setattr("crisis.staff.prompting.sys.stdin", io.StringIO(text))

    type_in(f"{password}\n" * 5)
    return type_in


def declare(capsys, *words):
    call_command("declare", *map(str, words))
    return capsys.readouterr().out


def test_without_a_number_it_only_shows(file, officer, capsys):
    shown = declare(capsys, file(), "--by", officer.username)
    assert "6 人" in shown
    assert "--confirm 6" in shown
    assert not Incident.objects.exists()


def test_with_the_number_it_declares(file, officer, capsys):
    assert "已宣布" in declare(capsys, file(), "--by", officer.username, "--confirm", 6)
    assert Incident.objects.get().state == "declared"


def test_polygon_in_the_file_declares(file, officer, capsys):
    drawn = file(**NO_CIRCLE, polygon=POLYGON)
    assert "6 人" in declare(capsys, drawn, "--by", officer.username)
    declare(capsys, drawn, "--by", officer.username, "--confirm", 6)
    assert Incident.objects.get().polygon == POLYGON


def test_above_the_threshold_a_second_officer_sees_it_and_confirms(
    file, officer, second_officer, capsys, settings
):
    settings.TWO_PERSON_THRESHOLD = 5
    assert "复核" in declare(capsys, file(), "--by", officer.username, "--confirm", 6)
    draft = Incident.objects.get()
    with pytest.raises(CommandError, match="提交人"):
        declare(capsys, "--by", officer.username, "--approve", draft.pk, "--confirm", 6)
    shown = declare(capsys, "--by", second_officer.username, "--approve", draft.pk)
    assert "维拉港17日12:47发生7.3级地震" in shown
    assert not Wave.objects.exists()
    declare(capsys, "--by", second_officer.username, "--approve", draft.pk, "--confirm", 6)
    assert Incident.objects.get().state == "declared"


@pytest.mark.parametrize("text", ["", "wrong\n"])
def test_name_alone_does_not_declare(file, officer, capsys, typed, text):
    typed(text)
    with pytest.raises(CommandError, match="密码"):
        declare(capsys, file(), "--by", officer.username, "--confirm", 6)
    assert not Incident.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "planner"])
def test_others_may_not_even_look(file, request, capsys, who, settings, officer):
    settings.TWO_PERSON_THRESHOLD = 5
    declare(capsys, file(), "--by", officer.username, "--confirm", 6)
    other = request.getfixturevalue(who).username
    for words in ([file(), "--by", other], ["--by", other, "--approve", Incident.objects.get().pk]):
        with pytest.raises(CommandError):
            declare(capsys, *words)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"latitude": 91}, "纬度"),
        ({"radius_m": 25_000_000}, "20004"),
        ({"countries": ["ZZ"]}, "ZZ"),
        ({"polygon": POLYGON}, "只用圆形和多边形中的一种"),
        ({**NO_CIRCLE, "polygon": {"type": "Polygon", "coordinates": [[[-17, 168]] * 4]}}, "颠倒"),
        ({"post": "XXX"}, "post"),
        ({"variables": {}}, "place"),
        ({"occurred_at": "soon"}, "occurred_at"),
    ],
)
def test_what_is_wrong_is_named(file, officer, capsys, change, why):
    with pytest.raises(CommandError, match=why):
        declare(capsys, file(**change), "--by", officer.username)


@pytest.mark.parametrize("text", ["", "[1]", "{", "null"])
def test_broken_file_is_a_sentence(tmp_path, officer, post, capsys, text):
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        declare(capsys, path, "--by", officer.username)


def test_second_of_one_event_is_told_and_may_say_it_is_another(
    file, officer, second_officer, capsys
):
    declare(capsys, file(), "--by", officer.username, "--confirm", 6)
    first = Incident.objects.get()
    mine = file(title="强震"), "--by", second_officer.username
    assert f"#{first.pk} officer 已于" in declare(capsys, *mine)
    with pytest.raises(CommandError, match="宣布同一事件“维拉港"):
        declare(capsys, *mine, "--confirm", 6)
    assert Incident.objects.get() == first
    assert "已宣布" in declare(capsys, *mine, "--confirm", 6, "--another-than", first.pk)
    assert Incident.objects.count() == 2
