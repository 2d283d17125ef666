"""The room of self-reports: officers see who may be whom, and decide."""

import json

import pytest
from django.urls import reverse

from crisis.rollcall.selectors import counts
from crisis.selfreports.models import PublicForm, SelfReport
from crisis.selfreports.selectors import presence
from crisis.selfreports.services import keep_report, take_in
from crisis.selfreports.services.receiving import AT_ONCE, new_key
from crisis.selfreports.told import Told
from registry.models import Merge, Person


@pytest.fixture
def report(incident):
    def hand_in(client=b"c" * 16, **said):
        told = Told(**{"country": "VU", "word": "safe"} | said)
        kept = keep_report(incident=incident, key=new_key(), told=told, client=client)
        return take_in(kept.pk)

    return hand_in


def room(incident, **query):
    return reverse("console:selfreports", args=[incident.pk], query=query)


def page(incident, report):
    return reverse("console:selfreport", args=[incident.pk, report.pk])


def leader(report):
    return report.people.get(leads=True).person_ref


def test_likely_ones_stand_first_then_calls_for_help(as_user, officer, incident, report):
    report(name="钱生", phone="5550170")
    report(name="孙生", phone="5550171", word="needs_help")
    report(name="王小明", phone="5550101")
    text = as_user(officer).get(room(incident)).text
    assert text.index("王小明") < text.index("孙生") < text.index("钱生")
    assert "电话相同" in text
    assert f"/r/{PublicForm.objects.get().code}/" in text


def test_side_by_side_merged_in_one_step_and_parted(as_user, officer, incident, report, people):
    handed = report(name="王晓明", phone="5550101", word="wants_out")
    client, wang, person = as_user(officer), people["wang"], leader(handed)
    text = client.get(page(incident, handed)).text
    for fact in ("王小明", "E12345678", "电话相同", "姓名相同", "不同"):
        assert fact in text
    done = client.post(page(incident, handed), {"act": f"match:{person}-{wang.pk}"}, follow=True)
    assert "点名只计一次" in done.text
    assert (counts(incident).in_audience, presence(incident).people) == (6, 0)
    assert f"#{wang.pk}" in client.get(room(incident, show="decided")).text
    undone = client.post(page(incident, handed), {"act": f"part:{person}"}, follow=True)
    assert "恢复为未核实" in undone.text
    assert presence(incident).people == 1
    assert Merge.objects.get().undone_by == "officer"


def test_not_the_same_verified_and_taken_back(as_user, officer, incident, report, people):
    handed = report(name="王晓明", phone="5550101")
    client, person = as_user(officer), leader(handed)
    client.post(page(incident, handed), {"act": f"apart:{person}-{people['wang'].pk}"})
    assert "没有相似的人" in client.get(page(incident, handed)).text
    client.post(page(incident, handed), {"act": f"verify:{person}"})
    assert not Person.objects.get(pk=person).provisional
    client.post(page(incident, handed), {"act": f"unverify:{person}"})
    assert Person.objects.get(pk=person).provisional


def test_set_aside_with_a_reason_and_brought_back(as_user, officer, incident, report):
    handed = report(name="张三", phone="5550170", note="测试测试")
    client = as_user(officer)
    refused = client.post(page(incident, handed), {"act": "aside", "reason": ""}, follow=True)
    assert "请选择搁置原因" in refused.text
    client.post(page(incident, handed), {"act": "aside", "reason": "spam"})
    assert presence(incident).people == 0
    assert "测试测试" in client.get(room(incident, show="set_aside")).text
    client.post(page(incident, handed), {"act": "back"})
    assert presence(incident).people == 1


def test_shelter_behind_one_line_is_let_in_at_once(as_user, officer, incident, report):
    for n in range(AT_ONCE + 2):
        held = report(name=f"甲{n}", phone="")
    client = as_user(officer)
    assert f"甲{AT_ONCE + 1}" in client.get(room(incident, show="held")).text
    assert "计入同一来源的全部 2 份" in client.get(page(incident, held)).text
    client.post(page(incident, held), {"act": "admit:source"})
    assert (presence(incident).people, presence(incident).held) == (AT_ONCE + 2, 0)


@pytest.mark.parametrize("act", ["", "x", "match:", "match:x-1", "match:1", "verify:-", "part:9e9"])
def test_malformed_act_changes_nothing(as_user, officer, incident, report, act):
    handed = report(name="张三", phone="5550170")
    assert as_user(officer).post(page(incident, handed), {"act": act}).status_code in (302, 404)
    assert SelfReport.objects.get().state == "open"
    assert not Merge.objects.exists()


def test_elsewhere_it_is_not_there_and_planners_only_look(
    as_user, outsider, planner, incident, report, people
):
    handed = report(name="王小明", phone="5550101")
    for address in (room(incident), page(incident, handed)):
        assert as_user(outsider).get(address).status_code == 404
    client = as_user(planner)
    assert "就是 #" not in client.get(page(incident, handed)).text
    for act in ("verify", "match", "aside", "apart"):
        text = f"{act}:{leader(handed)}-{people['wang'].pk}"
        client.post(page(incident, handed), {"act": text, "reason": "spam"})
    assert (SelfReport.objects.get().state, Merge.objects.count()) == ("open", 0)
    assert Person.objects.get(pk=leader(handed)).provisional


def test_poster_holds_both_languages_a_code_and_no_person(as_user, auditor, incident, report):
    report(name="王小明", phone="5550101")
    text = as_user(auditor).get(reverse("console:selfreport-poster", args=[incident.pk])).text
    for words in ("维拉港地震", "Port Vila: earthquake", "演练 DRILL", "data:image/png", "/r/"):
        assert words in text
    assert "王小明" not in text


def test_programs_read_and_decide(as_user, officer, outsider, planner, incident, report, people):
    handed = report(name="王小明", phone="5550101", with_me="2")
    client, wang, person = as_user(officer), people["wang"], leader(handed)
    base = f"/api/self-reports/{incident.pk}/"
    figures = client.get(f"{base}presence/").json()
    assert (figures["registered"], figures["reported"], figures["estimated"]) == (6, 3, None)
    (row,) = client.get(base).json()
    match = row["people"][0]["matches"][0]
    assert (match["person"], match["signs"]) == (wang.pk, ["phone", "name"])

    def ask(method, path, body=None, by=client):
        return by.generic(
            method, f"{base}{handed.pk}/{path}", json.dumps(body or {}),
            content_type="application/json",
        )  # fmt: skip

    pair = {"person": person, "to": wang.pk}
    assert ask("POST", "matches/", pair, as_user(planner)).status_code == 403
    assert ask("POST", "matches/", pair, as_user(outsider)).status_code == 404
    assert ask("POST", "matches/", pair).json()["people"][0]["merged_with"] == wang.pk
    assert ask("PUT", "set-aside/", {"reason": "spam"}).json()["code"] == "decided_first"
    assert ask("DELETE", f"matches/{person}/").json()["people"][0]["merged_with"] is None
    assert ask("PUT", f"verified/{person}/").json()["people"][0]["verified"] is True
    assert ask("DELETE", f"verified/{person}/").json()["people"][0]["verified"] is False
    assert ask("PUT", "set-aside/", {"reason": "spam"}).json()["state"] == "set_aside"
    assert ask("DELETE", "set-aside/").json()["state"] == "open"
    assert ask("POST", "admit/").json() == {"admitted": 0}
    assert ask("GET", "").json()["number"] == f"VLI-{handed.pk}"
    assert client.get(f"{base}?show=decided").json() == []
