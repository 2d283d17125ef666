"""登乘 in the console: packs, people by name, walk-ins."""

import re

import pytest

from crisis.boarding.models import GatePack, WalkIn
from crisis.boarding.services import NewWalkIn, open_pack, revoke_pack, take_scans
from tests.support.gates import make_gate, movement, scan, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(held_clock, post, officer, planner):
    return make_gate(post, officer, planner)


@pytest.fixture
def desk(gate, client):
    client.force_login(gate.planner, backend="django.contrib.auth.backends.ModelBackend")

    def ask(path="", body=None, status=200):
        address = f"/incidents/{gate.incident.pk}/boarding/{path}"
        response = client.get(address) if body is None else client.post(address, body, follow=True)
        assert response.status_code == status, response.content.decode()[:2000]
        return response.content.decode()

    return ask


def test_pack_is_issued_with_its_secrets_shown_once(gate, desk):
    path = f"transports/{gate.flight.pk}/"
    text = desk(f"{path}packs/", {"gate": "B口"})
    token = re.search(r"/gate/#([\w-]{32})<", text)[1]
    word = re.search(r'class="pack-word">([A-Z0-9-]{11})<', text)[1]
    assert open_pack(token=token, word=word).gate == "B口"
    assert token not in desk(path) + desk()
    assert "B口" in desk()
    desk(f"{path}packs/", {"gate": ""}, 400)


def test_desk_records_by_name_and_closes_the_gate(gate, desk):
    path = f"transports/{gate.flight.pk}/"
    assert "王小明" in desk(path)
    desk(f"{path}scans/", {"person_ref": gate.wang.pk, "kind": "boarded"})
    assert state(gate, gate.wang) == "boarded"
    assert "未予登乘须选择原因" in desk(
        f"{path}scans/", {"person_ref": gate.li.pk, "kind": "refused"}
    )
    assert state(gate, gate.li) is None
    desk(f"{path}scans/", {"person_ref": gate.outside.pk, "kind": "boarded"}, 409)
    assert "没有改动" in desk(f"{path}rest/", {"of": 2, "number": 3})
    assert "已将 2 人记为未到" in desk(f"{path}rest/", {"of": 2, "number": 2})


def test_pack_is_taken_back_and_what_it_held_accepted(gate, desk):
    desk(f"packs/{gate.pack.pk}/revoke/", {})
    gate.pack.refresh_from_db()
    take_scans(pack=gate.pack, scans=[scan(gate.wang)])
    assert "确认 1 条记录" in desk()
    desk(f"packs/{gate.pack.pk}/accept/", {})
    assert movement(gate.wang) == "evacuating"


def test_walk_in_is_matched_and_parted(gate, desk):
    take_scans(pack=gate.pack, scans=[scan(walk_in=NewWalkIn(key="walk-in-1", name="赵外"))])
    assert "就是 赵外" in desk("walk-ins/")
    path = f"walk-ins/{WalkIn.objects.get().pk}/"
    assert "已核对" in desk(path, {"person_ref": gate.outside.pk})
    assert movement(gate.outside) == "evacuating"
    desk(path, {"person_ref": ""})
    assert movement(gate.outside) == "in_area"


def test_without_an_operation_the_page_says_so(gate, desk, client):
    from tests.support.evacuating import make_incident

    type(gate.incident).objects.filter(pk=gate.incident.pk).update(declaration_key="other")
    other = make_incident(gate.incident.post, gate.planner)
    response = client.get(f"/incidents/{other.pk}/boarding/")
    assert "还没有撤离行动" in response.content.decode()


def test_another_incidents_things_are_not_reached(gate, desk, client, post):
    from tests.support.evacuating import make_incident, make_operation

    type(gate.incident).objects.filter(pk=gate.incident.pk).update(declaration_key="other")
    other = make_incident(post, gate.planner)
    make_operation(other, gate.planner)
    root = f"/incidents/{other.pk}/boarding/"
    assert client.get(f"{root}transports/{gate.flight.pk}/").status_code == 404
    assert client.post(f"{root}packs/{gate.pack.pk}/revoke/").status_code == 404
    assert GatePack.objects.get().revoked_at is None


def test_locked_and_ended_packs_say_so(gate, desk, held_clock):
    GatePack.objects.update(wrong_words=10)
    assert "口令多次输错，已锁定" in desk()
    revoke_pack(pack=gate.pack, planner=gate.planner)
    assert "已收回" in desk()
