"""Plans by the API."""

import pytest
from rest_framework.test import APIClient

from crisis.allocation.services import adopt_plan, propose_plan
from crisis.allocation.services.running import make_plan
from tests.crisis.allocation.conftest import placed, travellers

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(table):
    table.flight("MU1", seats=2, hours=2)
    table.flight("MU2", seats=1, hours=5)
    table.couple, table.single = table.family("甲", 2), table.family("乙")
    table.client = APIClient()
    table.client.force_authenticate(table.planner)
    return table


def post(api, path, **body):
    return api.client.post(f"/api/allocation/{path}", body, format="json")


def test_plan_is_asked_for_made_read_and_adopted(api):
    plans = f"incidents/{api.incident.pk}/plans/"
    answer = post(api, plans)
    assert answer.status_code == 202
    run = answer.json()
    assert (run["state"], run["plan"]) == ("waiting", None)
    make_plan(run["id"])
    run = api.client.get(f"/api/allocation/plan-runs/{run['id']}/").json()
    plan = api.client.get(f"/api/allocation/plans/{run['plan']}/").json()
    assert (plan["placed"], plan["waiting"], plan["breaches"]) == (3, {}, [])
    assert [load["people"] for load in plan["loads"]] == [2, 1]
    adopted = post(api, f"plans/{plan['id']}/adopt/").json()
    assert adopted["state"] == "adopted"
    [listed] = api.client.get(f"/api/allocation/{plans}").json()
    assert listed["id"] == plan["id"]


def test_party_is_moved_and_the_answer_says_what_that_breaks(api):
    plan = propose_plan(operation=api.operation, planner=api.planner)
    second = api.operation.transports.get(number="MU2")
    answer = post(api, f"plans/{plan.pk}/move/", party=1, transport=second.pk)
    [breach] = answer.json()["breaches"]
    assert (breach["rule"], breach["used"], breach["room"]) == ("too_many", 3, 1)
    assert "MU2" in breach["words"]
    one = travellers(api.couple)[0]
    refused = post(api, f"plans/{plan.pk}/move/", party=1, people=[one.person_ref])
    assert (refused.status_code, refused.json()["code"]) == (409, "party_together")
    parted = post(api, f"plans/{plan.pk}/move/", party=1, people=[one.person_ref], split=True)
    assert [one["rule"] for one in parted.json()["breaches"]] == ["family_parted"]
    assert post(api, f"plans/{plan.pk}/release/", party=1).json() == {"released": 2}


def test_placements_and_moves_are_references(api):
    plan = propose_plan(operation=api.operation, planner=api.planner)
    page = api.client.get(f"/api/allocation/plans/{plan.pk}/placements/").json()
    assert page["next_after"] is None
    assert {row["party"] for row in page["rows"]} == {1, 2}
    assert {len(row["transports"]) for row in page["rows"]} == {1}
    adopt_plan(plan=plan, planner=api.planner)
    first = api.operation.transports.get(number="MU1")
    answer = post(api, f"incidents/{api.incident.pk}/plans/", based_on=plan.pk, without=[first.pk])
    make_plan(answer.json()["id"])
    again = api.operation.plans.get(number=2)
    rows = api.client.get(f"/api/allocation/plans/{again.pk}/moved/?since=1").json()
    assert [row["after"] for row in rows if row["party"] == 1] == [None, None]
    assert placed(again)[1] is None
    assert post(api, f"plans/{again.pk}/discard/").json()["state"] == "discarded"
