"""Groups and duplicates through the API."""

from typing import Any

import pytest
from django.urls import reverse

from config.kernel import clock
from config.kernel.models import AuditEntry
from registry.models import Group, Membership, Merge, NotTheSame, Whereabouts
from registry.services.groups import GroupDraft, citizen, open_group
from tests.support import scene

CAMP = {"kind": "project", "name": "港口项目营地", "country": "VU", "city": "维拉港"}


@pytest.fixture
def call(as_user, officer, people):
    return caller(as_user(officer))


def caller(client):
    def call(method: str, route: str, *rest: Any, data: Any = None) -> Any:
        address = reverse(f"registry-api:{route}", args=rest)
        return getattr(client, method)(address, data, content_type="application/json")

    return call


@pytest.fixture
def group(people):
    """王小明's, which waits for an officer."""
    draft = GroupDraft(kind="vessel", name="远洋 7 号", country="VU")
    return open_group(draft=draft, by=citizen(people["wang"]))


def test_officers_group_is_open_and_confirmed_at_once(call):
    made = call("post", "groups", data=CAMP)
    assert made.status_code == 201, made.json()
    assert (made.json()["name"], made.json()["members"]) == ("港口项目营地", 0)
    assert made.json()["confirmed_at"] is not None
    assert AuditEntry.objects.get(act="group.opened").actor == "officer"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"country": "NZ"}, 404, "not_found"),
        ({"country": "QQ"}, 400, "unknown_country"),
        ({"kind": "army"}, 400, "invalid"),
        ({"name": "\u200b"}, 400, "bad_name"),
    ],
)
def test_group_that_cannot_be_is_refused(call, changes, status, code):
    answer = call("post", "groups", data=CAMP | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Group.objects.exists()


def test_group_is_confirmed_once_and_closed_once(call, group):
    assert call("post", "group-confirm", group.pk).json()["confirmed_at"] is not None
    again = call("post", "group-confirm", group.pk)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    closed = call("post", "group-close", group.pk).json()
    assert (closed["closed_at"] is None, closed["members"]) == (False, 0)
    assert call("post", "group-close", group.pk).status_code == 409


def test_members_and_liaisons_come_and_go(call, group, people):
    li = people["li"].pk
    assert call("post", "members", group.pk, data={"person": li}).json()["members"] == 2
    assert call("put", "liaison", group.pk, li).json()["liaisons"] == 2
    assert call("delete", "liaison", group.pk, li).json()["liaisons"] == 1
    assert call("delete", "member", group.pk, li).json()["members"] == 1
    assert call("delete", "member", group.pk, li).status_code == 404
    assert call("put", "liaison", group.pk, li).status_code == 404
    assert Membership.objects.filter(ended_at=None).count() == 1


def test_strangers_are_not_taken_in(call, group, other_post):
    place = scene.Place(country="NZ")
    stranger = scene.settle("周远", place=place)
    assert call("post", "members", group.pk, data={"person": stranger.pk}).status_code == 404
    assert call("post", "members", group.pk, data={"person": 10**30}).status_code == 400


def test_vessel_takes_its_members_along(call, group, people):
    at = clock.now().isoformat()
    where = {"latitude": -16.0, "longitude": 167.0, "accuracy_m": 500, "at": at}
    early = call("post", "position", group.pk, data=where)
    assert (early.status_code, early.json()["code"]) == (409, "unconfirmed")
    call("post", "group-confirm", group.pk)
    assert call("post", "position", group.pk, data=where).json() == {"moved": 1}
    there = Whereabouts.objects.get(person=people["wang"], kind="shared")
    assert (there.latitude, there.source) == (-16.0, "vessel")
    wrong = call("post", "position", group.pk, data=where | {"latitude": 99})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_latitude")


def test_groups_elsewhere_are_not_there(as_user, outsider, planner, group, people):
    acts = [
        ("post", "group-confirm", [], None),
        ("post", "group-close", [], None),
        ("post", "members", [], {"person": people["li"].pk}),
        ("delete", "member", [people["wang"].pk], None),
        ("put", "liaison", [people["wang"].pk], None),
        ("delete", "liaison", [people["wang"].pk], None),
        ("post", "position", [], {"latitude": 1, "longitude": 1, "at": "2024-12-17T00:00:00Z"}),
    ]
    for user, status in ((outsider, 404), (planner, 403)):
        call = caller(as_user(user))
        for method, route, rest, data in acts:
            assert call(method, route, group.pk, *rest, data=data).status_code == status, route


# -- duplicates --------------------------------------------------------------------------------


@pytest.fixture
def twice(people):
    """王小明, registered again by the same passport."""
    return people["wang"], scene.settle("王晓明", document_number="E12345678")


def test_duplicates_are_listed_merged_and_parted(call, twice):
    wang, again = twice
    listed = call("get", "duplicates").json()
    assert (listed["found"], listed["page"], listed["pages"]) == (1, 1, 1)
    (pair,) = listed["pairs"]
    assert (pair["low"]["id"], pair["high"]["id"]) == (wang.pk, again.pk)
    assert pair["reasons"] == ["document"]
    made = call("post", "merges", data={"kept": wang.pk, "gone": again.pk})
    assert (made.status_code, made.json()["merged_by"]) == (201, "officer")
    assert call("get", "duplicates").json()["pairs"] == []
    parted = call("post", "merge-undo", made.json()["id"]).json()
    assert parted["undone_by"] == "officer"
    assert call("post", "merge-undo", parted["id"]).json()["code"] == "already_undone"
    acts = set(AuditEntry.objects.filter(actor="officer").values_list("act", flat=True))
    assert {"person.duplicates_listed", "person.merged", "person.parted"} <= acts


def test_two_found_to_be_two_are_listed_no_more(call, twice):
    wang, again = twice
    told = call("post", "not-the-same", data={"one": again.pk, "other": wang.pk})
    assert told.status_code == 204
    assert call("get", "duplicates").json()["found"] == 0
    alone = call("post", "not-the-same", data={"one": wang.pk, "other": wang.pk})
    assert (alone.status_code, alone.json()["code"]) == (400, "same_person")
    assert call("post", "merges", data={"kept": wang.pk, "gone": wang.pk}).status_code == 400


def test_duplicates_elsewhere_are_not_there(as_user, outsider, planner, call, twice):
    wang, again = twice
    merge = call("post", "merges", data={"kept": wang.pk, "gone": again.pk}).json()["id"]
    pairs = {"one": wang.pk, "other": again.pk}
    merging = {"kept": wang.pk, "gone": again.pk}
    for user, status in ((outsider, 404), (planner, 403)):
        there = caller(as_user(user))
        assert there("post", "merges", data=merging).status_code == status
        assert there("post", "merge-undo", merge).status_code == status
        assert there("post", "not-the-same", data=pairs).status_code == status
    assert caller(as_user(outsider))("get", "duplicates").json()["pairs"] == []
    assert Merge.objects.get().undone_at is None
    assert not NotTheSame.objects.exists()
