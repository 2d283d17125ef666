"""The list of people, piece by piece: everybody once, the most urgent first."""

from random import Random

import pytest
from django.urls import reverse

from config.kernel.models import AuditEntry
from crisis.console.roll import Place, read_place, rows_after, sheets
from crisis.rollcall.models import Standing
from tests.support import scene

CONDITIONS = ("unknown", "safe", "needs_help", "deceased")
CONTACTS = ("alerted", "answered", "no_answer", "missing")


@pytest.fixture
def many(people, post, officer):
    """An incident of some forty."""
    for number in range(35):
        scene.settle(
            f"钱{number:02}",
            phone=f"+67855503{number:02}",
            passport_name=f"QIAN/N{chr(65 + number % 26)}",
        )
    incident = scene.declare(post, officer, people=41)
    rng = Random(4)
    for standing in Standing.objects.filter(incident=incident):
        Standing.objects.filter(pk=standing.pk).update(
            condition=rng.choice(CONDITIONS), contact=rng.choice(CONTACTS)
        )
    return incident


def walk(standings, size):
    after, found = None, []
    while True:
        rows, after = rows_after(standings, after, size)
        assert len(rows) <= size
        found += [row.pk for row in rows]
        if after is None:
            return found


@pytest.mark.parametrize("size", [1, 7, 40, 41, 100])
def test_pieces_are_the_whole_in_order(many, size):
    standings = Standing.objects.filter(incident=many)
    assert walk(standings, size) == list(
        standings.order_by("urgency", "pk").values_list("pk", flat=True)
    )


def test_nobody_is_passed_over_because_others_became_urgent(many):
    standings = Standing.objects.filter(incident=many)
    rows, after = rows_after(standings, None, 10)
    behind = set(standings.values_list("pk", flat=True)) - {row.pk for row in rows}
    Standing.objects.filter(pk__in=[row.pk for row in rows[:4]]).update(condition="deceased")
    found = []
    while after:
        rows, after = rows_after(standings, after, 10)
        found += [row.pk for row in rows]
    assert behind <= set(found)


@pytest.mark.parametrize("text", ["", "3", "3-", "-4", "a-1", "3-1-2", "3-" + "9" * 40])
def test_strange_places_are_the_beginning(text):
    assert read_place(text) is None


def test_place_is_read_as_it_is_written():
    assert read_place(str(Place(3, 1207))) == Place(3, 1207)


def roster(client, incident, headers=None, **query):
    return client.get(
        reverse("console:incident-roster", args=[incident.pk]), query, headers=headers
    )


def test_pages_work_without_a_script_and_htmx_gets_rows_alone(as_user, officer, many, monkeypatch):
    monkeypatch.setattr("crisis.console.views.inside.ROWS_A_CHUNK", 20)
    client = as_user(officer)
    first = roster(client, many)
    assert first.text.count("/people/") >= 20
    assert "名册（41 人）" in first.text
    place = first.context["following"]
    second = roster(client, many, after=str(place))
    assert "回到名册开头" in second.text
    rows = roster(client, many, {"HX-Request": "true"}, after=str(place)).text
    assert rows.lstrip().startswith("<tbody")
    assert "<html" not in rows
    last = roster(client, many, after=str(second.context["following"]))
    assert last.context["following"] is None
    assert len(last.context["rows"]) == 1


def test_search_by_name_or_pinyin_goes_by_post_and_goes_on_by_post(
    as_user, officer, many, monkeypatch
):
    monkeypatch.setattr("crisis.console.views.inside.ROWS_A_CHUNK", 30)
    client, url = as_user(officer), reverse("console:incident-roster", args=[many.pk])
    found = client.post(url, {"name": "qian"})
    assert "名册（35 人）" in found.text
    assert 'name="after"' in found.text
    more = client.post(url, {"name": "qian", "after": str(found.context["following"])})
    assert len(more.context["rows"]) == 5
    assert "王小明" in client.post(url, {"name": "wxm"}).text
    assert "王小明" in client.post(url, {"name": "小明"}).text  # in the middle of a name
    assert "qian" not in roster(client, many, name="qian").context["filter"].name


def test_heading_counts_what_the_filter_lets_through(as_user, officer, many):
    client = as_user(officer)
    helped = Standing.objects.filter(incident=many, condition="needs_help").count()
    assert roster(client, many, condition="needs_help").context["count"] == helped
    gone = Standing.objects.filter(incident=many, addressed=False).count()
    assert roster(client, many, flag="unaddressed").context["count"] == gone == 1


def test_paper_holds_everybody_once_by_urgency_or_by_name(many):
    standings = Standing.objects.filter(incident=many)
    paged = list(sheets(standings, size=18, by_name=False))
    assert [len(sheet) for sheet in paged] == [18, 18, 5]
    urgent = [row.pk for sheet in paged for row in sheet]
    assert urgent == list(standings.order_by("urgency", "pk").values_list("pk", flat=True))
    named = [row for sheet in sheets(standings, size=18, by_name=True) for row in sheet]
    assert sorted(row.pk for row in named) == sorted(urgent)
    pinyin = [row.person.pinyin for row in named]
    assert pinyin == sorted(pinyin)


def test_printed_roll_call_is_numbered_audited_and_holds_phones(as_user, officer, many):
    response = as_user(officer).get(reverse("console:incident-print", args=[many.pk]))
    assert response["Cache-Control"] == "no-store"
    text = b"".join(response.streaming_content).decode()
    assert text.count('<section class="sheet">') == 3
    assert "第 3 / 3 张" in text
    assert "+6785550101" in text
    assert "演练 DRILL" in text
    assert "打印时间" in text
    assert text.count("☐") == 41 * 4
    entry = AuditEntry.objects.get(act="rollcall.printed")
    assert entry.detail["people"] == 41
    assert "basis" in entry.detail


def test_paper_follows_the_filter_and_speaks_the_readers_language(as_user, officer, many):
    client = as_user(officer)
    url = reverse("console:incident-print", args=[many.pk])
    client.cookies["django_language"] = "en"
    response = client.get(url, {"condition": "needs_help", "order": "name"})
    text = b"".join(response.streaming_content).decode()
    helped = Standing.objects.filter(incident=many, condition="needs_help").count()
    assert text.count("☐") == helped * 4
    assert "Sheet 1 of 1" in text


@pytest.mark.parametrize("name", ["console:incident-print", "console:incident-roster"])
def test_list_and_paper_are_for_who_may_see_people(as_user, auditor, outsider, many, name):
    url = reverse(name, args=[many.pk])
    assert as_user(auditor).get(url).status_code == 403
    assert as_user(outsider).get(url).status_code == 404
