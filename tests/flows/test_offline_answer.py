"""Safe, pressed where there was no network; then trapped, and called for help; then the network."""

import pytest

from crisis.cases.models import Case
from crisis.rollcall.models import RollCallEvent, Standing
from tests.support import scene

pytestmark = pytest.mark.django_db


def test_answer_that_waited_does_not_hide_a_later_call(client, held_clock, post, officer):
    people = scene.port_vila()
    scene.declare(post, officer, people=6)
    link = scene.link_of(people["chen"])
    held_clock(3600)
    client.post(link, {"choice": "needs_help", "key": "second"})
    client.post(
        link,
        {"part": "details", "after": "needs_help", "note": "红门旁三楼", "key": "third",
         "plan": "wants_out"},
    )  # fmt: skip
    held_clock(120)
    for _ in range(3):  # a bad network: the phone does not know that it arrived
        client.post(link, {"choice": "safe", "who": "all", "key": "first", "age_s": "1800"})
    for who in ("chen", "chen_wife"):
        standing = Standing.objects.get(person_ref=people[who].pk)
        assert standing.condition == "needs_help"
    lines = RollCallEvent.objects.filter(person_ref=people["chen"].pk).order_by("occurred_at", "pk")
    kinds = [line.kind for line in lines if line.source == "reply"]
    assert kinds == ["safe", "needs_help", "plans_out", "needs_help"]
    safe = lines.get(kind="safe")
    assert (safe.learned_at - safe.occurred_at).total_seconds() == 1800
    # Whoever takes the call reads where they are.
    assert Case.objects.filter(person_ref=people["chen"].pk).count() == 1
    assert lines.filter(kind="needs_help")[1].note == "红门旁三楼"
