"""领区: whatever belongs to another post is not there, on every page and at every method.

Every address with a number is asked for with the number of something that is Port Vila's, by an
officer, a head, a planner and a liaison of Suva, who have every capability that staff of a post
have. It answers as it does for what never was: 404 (405 where the method is none, 403 where the
role lacks the capability). A new kind of thing is listed in tests/support/another_post.py, or
here with its reason.
"""

import re

import pytest
from django.test import Client

from crisis.staff.roles import CAPABILITIES, Role
from tests.conftest import make_post
from tests.guards.test_routes import STAFF, asked_of
from tests.support.another_post import build

pytestmark = pytest.mark.django_db

# Reviewed: numbers that stand for nothing of one post's.
NOBODYS = {
    "requests": "a press of the public help form belongs to no post until a case is opened",
    "listings": "a hospital of a country whose code stands before it in the address",
    "advisories": "an advisory of a country: its service asks for the jurisdiction itself",
    "replies": "matched nobody yet; the incident that the body names is asked for",
    "words": "a reply and a person: the person's incident is asked for",
}
# They read the body before they look for the thing: 400 here, as for what never was. Their own
# tests ask with a whole body.
BODY_FIRST = {
    "evacuation:export", "incidents:widenings", "rollcall:standings", "rollcall:estimates",
    "calls:judge", "calls:call", "after:reshapings", "after:series",
}  # fmt: skip
NUMBER = re.compile(r"(?P<word>[a-z-]+)/987654321")
# HEAD is GET without a body.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = (Role.OFFICER, Role.DUTY_HEAD, Role.PLANNER, Role.LIAISON)


def words_of(route):
    """The words before the numbers in an address, the first one first."""
    return [found["word"] for found in NUMBER.finditer(route.path)]


NUMBERED = [route for route in STAFF if words_of(route)]
# The first number decides whose business the rest is.
HELD = [route for route in NUMBERED if words_of(route)[0] not in NOBODYS]


@pytest.fixture
def objects(held_clock, post, officer, duty_head):
    third = make_post(
        code="HIR", country="SB", name_zh="驻所罗门使馆", name_en="Honiara",
        signature_zh="驻所使馆",
        signature_en="Honiara", duty_phone="+67720000", time_zone="Pacific/Guadalcanal",
    )  # fmt: skip
    return build(post, officer, duty_head, third)


def address(route, objects):
    """The address with Port Vila's numbers; what is below them may be any."""
    return NUMBER.sub(
        lambda found: f"{found['word']}/{objects.get(found['word'], 987654321)}", route.path
    )


def client_of(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_kind_of_thing_is_listed(objects):
    words = {words_of(route)[0] for route in NUMBERED}
    assert words - set(objects) - set(NOBODYS) == set(), (
        "list it in tests/support/another_post.py, or in NOBODYS with a reason"
    )
    assert set(NOBODYS) <= words


@pytest.mark.parametrize("role", ROLES)
def test_what_is_another_posts_is_not_there(objects, make_user, other_post, role):
    stranger = client_of(make_user(f"stranger-{role}", role, other_post))
    wrong = []
    for route in HELD:
        asked = asked_of(route) or {}
        for method in METHODS:
            status = stranger.generic(method, address(route, objects)).status_code
            lacks = asked.get(method) not in CAPABILITIES[role]
            unread = status == 400 and route.name in BODY_FIRST
            if not (status in (404, 405) or (status == 403 and lacks) or unread):
                wrong.append(f"{method} {route}: {status}")
    assert not wrong, wrong


def test_the_same_is_there_for_its_own_post(objects, duty_head):
    """Else the walk above would prove nothing: the numbers are those of things that there are."""
    own = client_of(duty_head)
    missing = []
    for route in HELD:
        # Not what is below a second number, what asks for more in words, nor a neighbour's page.
        asks_more = route.path.count("987654321") > 1 or "/x/" in route.path
        if asks_more or words_of(route)[0] in ("neighbours", "triage", "duplicates"):
            continue
        if route.name == "console:enquiry-case":  # asks for a case's number
            continue
        methods = ("GET", "POST", "PUT")
        found = [own.generic(method, address(route, objects)).status_code for method in methods]
        if set(found) <= {404, 405}:
            missing.append(f"{route}: {found}")
    assert not missing, missing


def test_thing_of_another_post_is_not_reached_through_ones_own(
    objects, make_user, other_post, held_clock
):
    """Suva's own group, incident or person does not open what is below Port Vila's."""
    from registry.drafts import Place
    from registry.services.groups import GroupDraft, officer, open_group
    from tests.support import scene

    head = make_user("head-of-suva", Role.DUTY_HEAD, other_post)
    suva = Place(country="FJ", latitude=-18.14, longitude=178.44, accuracy_m=1000, city="苏瓦")
    scene.settle("孙苏瓦", phone="+6797770001", place=suva)
    person = scene.settle("周苏瓦", place=suva)
    own = {
        "incidents": scene.declare(
            other_post, head, people=2, latitude=-18.14, longitude=178.44, title="苏瓦地震"
        ).pk,
        "people": person.pk,
        "groups": open_group(
            draft=GroupDraft(kind="company", name="苏瓦", country="FJ"),
            by=officer(head.username),
        ).pk,
    }
    client, wrong = client_of(head), []
    for route in HELD:
        first, *below = words_of(route)
        if first not in own or not set(below) & set(objects):
            continue
        path = address(route, objects).replace(
            f"/{first}/{objects[first]}/", f"/{first}/{own[first]}/", 1
        )
        for method in METHODS:
            status = client.generic(method, path).status_code
            if status not in (404, 405):
                wrong.append(f"{method} {path}: {status}")
    assert not wrong, wrong
