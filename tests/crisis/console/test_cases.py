"""Cases on the officers' pages: who sees them, what is refused, what is audited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.cases.models import Case, HelpRequest
from crisis.cases.services import grade_case, make_hand_over, open_case, take_case
from crisis.cases.services.requests import Asked, keep_request
from crisis.cases.states import CaseState, Grade, Origin
from crisis.console.views.case import ACTS
from tests.support.scene import settle

pytestmark = pytest.mark.django_db
AsUser = Callable[[Any], Client]


@pytest.fixture
def case(post: Any, held_clock: Any) -> Case:
    return open_case(
        post=post, origin=Origin.FORM, origin_key="form:1", raised_at=clock.now(),
        person_name="张求助", contact="家 +6785550199", event="被困二楼",
    )  # fmt: skip


def act(client: Client, case: Case, name: str, **data: Any) -> Any:
    return client.post(reverse("console:case-act", args=[case.pk, name]), data)


def test_list_shows_the_worst_first_with_word_shape_and_clock(
    case: Case, post: Any, officer: Any, as_user: AsUser
) -> None:
    late = open_case(
        post=post, origin=Origin.CALL, origin_key="call:1", grade=Grade.ORANGE,
        raised_at=clock.now() - timedelta(minutes=31),
    )  # fmt: skip
    nobodys = open_case(post=None, origin=Origin.FORM, origin_key="form:2", raised_at=clock.now())
    client = as_user(officer)
    text = client.get("/cases/").content.decode()
    assert nobodys.number in text
    assert client.get(f"/cases/{nobodys.pk}/").status_code == 200
    assert text.index(late.number) < text.index(case.number)
    assert "超时 1:00" in text
    assert "剩余 15:00" in text
    assert "△</span> 未定级" in text
    assert case.number not in client.get("/cases/?grade=orange").content.decode()
    assert late.number not in client.get("/cases/?grade=red").content.decode()
    assert case.number not in client.get("/cases/?show=mine").content.decode()
    listed = AuditEntry.objects.filter(act="case.listed").count()
    client.get("/cases/", headers={"HX-Request": "true"})
    assert AuditEntry.objects.filter(act="case.listed").count() == listed == 4


def test_list_names_whoever_is_registered(post: Any, officer: Any, as_user: AsUser) -> None:
    person = settle("周登记", phone="+6785550171")
    open_case(
        post=post, origin=Origin.REPLY, origin_key="reply:7", raised_at=clock.now(),
        person_ref=person.pk, event="2",
    )  # fmt: skip
    for path in ("/cases/", reverse("console:hand-overs")):
        assert "周登记" in as_user(officer).get(path).content.decode()


def test_strangers_find_nothing(
    case: Case, outsider: Any, auditor: Any, liaison: Any, as_user: AsUser
) -> None:
    client = as_user(outsider)
    assert case.number not in client.get("/cases/").content.decode()
    paths = [reverse("console:case", args=[case.pk])]
    paths += [reverse("console:case-act", args=[case.pk, name]) for name in ACTS]
    for path in paths:
        answer = client.get(path) if path.endswith(f"/{case.pk}/") else client.post(path)
        assert answer.status_code == 404, path
    for user in (auditor, liaison):
        assert as_user(user).get(paths[0]).status_code == 403


def test_whole_case_by_the_page_with_every_look_audited(
    case: Case, officer: Any, second_officer: Any, as_user: AsUser, held_clock: Any
) -> None:
    client = as_user(officer)
    page = client.get(reverse("console:case", args=[case.pk])).content.decode()
    assert "被困二楼" in page
    assert AuditEntry.objects.get(act="case.viewed").subject == f"case:{case.number}"
    assert act(client, case, "grade", grade="red", reason="").status_code == 400
    assert act(client, case, "grade", grade="red", reason="被困").status_code == 302
    assert act(client, case, "pause", reason="信号中断", minutes=15).status_code == 302
    assert act(client, case, "resume").status_code == 302
    assert act(client, case, "tried", note="").status_code == 302
    refused = act(client, case, "close", outcome="helped", note="已完成")
    assert refused.status_code == 400
    assert "还没有与本人或现场人员通话" in refused.content.decode()
    assert "已完成" in refused.content.decode()  # what was typed stays
    held_clock(60)
    for name, data in {
        "contact": {"note": "已通话"},
        "help": {},
        "partner": {"kind": "police", "organisation": "维拉港警局", "phone": "111"},
        "intake": {"person_name": "张求助", "place": "港口仓库"},
        "assign": {"to": second_officer.pk},
        "close": {"outcome": "helped", "note": "已救出"},
        "reopen": {"reason": "又来电"},
    }.items():
        assert act(client, case, name, **data).status_code == 302, name
    case.refresh_from_db()
    assert (case.state, case.place) == (CaseState.OPEN, "港口仓库")
    assert act(client, case, "no-such-act").status_code == 404


def test_two_who_press_at_once_and_what_the_second_reads(
    case: Case, officer: Any, second_officer: Any, as_user: AsUser
) -> None:
    take_case(case=case, officer=officer)
    answer = act(as_user(second_officer), case, "take")
    assert answer.status_code == 400
    assert "已经接手此个案" in answer.content.decode()


def test_merge_and_link_by_number_within_the_jurisdiction(
    case: Case, post: Any, other_post: Any, officer: Any, as_user: AsUser
) -> None:
    client = as_user(officer)
    common = {"origin": Origin.CALL, "raised_at": clock.now()}
    other = open_case(post=post, origin_key="call:2", **common)
    foreign = open_case(post=other_post, origin_key="call:3", **common)
    assert act(client, case, "link", number=other.number.lower()).status_code == 302
    assert act(client, case, "link", number=foreign.number).status_code == 400
    assert other.number in client.get(reverse("console:case", args=[case.pk])).content.decode()
    assert act(client, case, "unlink", number=other.number).status_code == 302
    assert act(client, case, "merge", number=other.number, reason="同一人").status_code == 302
    merge = case.merges.get()
    undo = reverse("console:case-merge-undo", args=[case.pk, merge.pk])
    assert client.post(undo).status_code == 302
    assert client.post(undo).status_code == 404


def test_number_in_the_contact_suggests_who_it_may_be(
    case: Case, officer: Any, as_user: AsUser
) -> None:
    person = settle("张求助", phone="+6785550199")
    client = as_user(officer)
    assert f"#{person.pk}（登记了此号码）" in client.get(f"/cases/{case.pk}/").content.decode()
    assert act(client, case, "person", person_ref=person.pk).status_code == 302
    assert list(case.persons.values_list("person_ref", flat=True)) == [person.pk]
    assert act(client, case, "person", person_ref=999_999).status_code == 400


def test_officers_own_intake_is_one_case_however_often_it_is_pressed(
    incident: Any, officer: Any, as_user: AsUser
) -> None:
    client = as_user(officer)
    form = client.get(f"/cases/new/?incident={incident.pk}").context["form"]
    data = {
        "key": form["key"].value(), "post": incident.post.pk, "incident": incident.pk,
        "person_name": "李求助", "speaking": "on", "grade": "orange",
    }  # fmt: skip
    for _again in range(2):
        assert client.post("/cases/new/", data).status_code == 302
    case = Case.objects.get()
    assert (case.incident, case.state, case.grade) == (incident, "in_contact", "orange")
    room = client.get(f"/incidents/{incident.pk}/cases/").content.decode()
    assert case.number in room
    assert client.post("/cases/new/", data | {"person_name": ""}).status_code == 400


def test_hand_over_page(
    case: Case, post: Any, officer: Any, second_officer: Any, outsider: Any, as_user: AsUser
) -> None:
    take_case(case=case, officer=officer)
    client = as_user(officer)
    data = {"post": post.pk, "summary": "夜班一件", f"words-{case.pk}": "等医院回电"}
    assert client.post("/cases/hand-over/", data | {"summary": ""}).status_code == 400
    made = client.post("/cases/hand-over/", data)
    assert made.status_code == 302
    there = as_user(second_officer)
    assert made["Location"] in there.get("/cases/").content.decode()
    assert "等医院回电" in there.get(made["Location"]).content.decode()
    assert as_user(outsider).get(made["Location"]).status_code == 404
    assert there.post(made["Location"] + "accept/").status_code == 302
    assert there.get("/cases/?show=mine").content.decode().count(case.number) == 1
    waiting = make_hand_over(post=post, officer=second_officer, summary="白班")
    assert there.post(f"/cases/hand-over/{waiting.pk}/withdraw/").status_code == 302


def test_home_counts_what_waits(case: Case, officer: Any, as_user: AsUser) -> None:
    grade_case(case=case, officer=officer, grade=Grade.RED, reason="x")
    text = as_user(officer).get("/").content.decode()
    assert "红色待联系" in text


def test_held_request_is_opened_by_an_officer(officer: Any, as_user: AsUser, post: Any) -> None:
    kept = keep_request(key="k", asked=Asked(contact="1", country="VU"), client=bytes(16))
    HelpRequest.objects.update(held=True)
    client = as_user(officer)
    path = f"/cases/requests/{kept.pk}/open/"
    assert path in client.get("/cases/").content.decode()
    assert client.post(path).status_code == 302
    assert Case.objects.get().post == post
    assert client.post(path).status_code == 404
