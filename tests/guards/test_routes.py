"""Default deny, seen from outside: every address is walked, as everybody."""

import pytest
from django.contrib.admin.sites import site as admin_site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from crisis.staff.roles import CAPABILITIES, Capability, Role
from tests.support.routes import Route, every_route

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# Reviewed one by one: who may ask for these without a log-in, and why.
PUBLIC = {
    "admin:login": "the log-in itself",
    "console:login": "the log-in itself",
    "console:language": "sets a cookie on the log-in page too",
    "notifications:twilio-status": "a provider, verified by its signature",
    "notifications:twilio-inbound": "a provider, verified by its signature",
    "notifications:wechat": "a provider, verified by its signature",
    "public:check-in": "citizens have no account; the token in the link is the key",
    "public:worker": "the service worker of the check-in page: a script, the same for everybody",
    "public:verify": "anybody may check whether a message is ours",
    "public:notices": "what was sent to everybody in an incident; names nobody",
    "public:notices-json": "the same for programs",
    "public:front": "from here a citizen reaches everything",
    "public:guide": "what an officer can and cannot do, the same for everybody",
    "public:advisories": "advisories are public; who issued them is not shown",
    "public:advisories-json": "the same for programs",
    "public:advisory-country": "advisories of one country",
    "public:countries": "a list of countries",
    "public:country": "emergency numbers, posts and services of a country",
    "public:help": "anybody may call for help; nothing is looked up, many from one address wait",
    "public:ways-out": "published places and crossings of evacuations; nothing of who goes",
    "citizens:leaving-link": "the token in the link is the key, as for check-in; shows no name",
    "public:gate": "the gate page: the same for everybody, without a word of any pack",
    "public:gate-worker": "its service worker: a script, the same for everybody",
    "public:gate-manifest": "its name and icon, the same for everybody",
    "public:gate-pack": "a gate's list, for a link of 192 bits and a word; ten wrong words lock it",
    "public:gate-scans": "what a gate recorded, by the same two secrets",
    "public:health": "a load balancer; says ok and the mode",
    "citizens:join": "anybody may register; tells nothing of who is registered; limits by address",
    "citizens:self-report": "anybody in an incident says so; never refused, held by address",
    "citizens:code": "a citizen signs in here: a phone, and the code it brings; limits by address",
    "citizens:code-wechat": "a citizen signs in here: a code to the account that scans; limits",
    "citizens:code-wechat-qr": "the QR code of one's own session; 404 without one",
    "citizens:sign-out": "ends a citizen's own session, and does nothing without one",
    "citizens:roster-template": "an empty form to fill in, the same for everybody",
    "operations:metrics": "Prometheus, by its token; 403 for everybody while none is set",
}
# Reviewed: open to everybody who is logged in, whatever their role.
ANY_STAFF = {"console:logout"}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "TRUNCATE")
# Reading may note who read (audit) and keep a session alive; nothing else.
NOTES = ("django_session", "kernel_auditentry", "axes_")

ROUTES = every_route()
# Behind crisis.citizens.identity.signed_in, which marks them: a citizen is no Django user.
CITIZENS = [r for r in ROUTES if getattr(r.view, "citizen", False)]
CLOSED = [r for r in ROUTES if r.name not in PUBLIC and r not in CITIZENS]
ADMIN = [r for r in CLOSED if r.name.startswith("admin:") or r.path.startswith("/admin/")]
STAFF = [r for r in CLOSED if r not in ADMIN and r.name not in ANY_STAFF]


def is_api(route: Route) -> bool:
    return route.view_class is not None and issubclass(route.view_class, APIView)


def asked_of(route: Route) -> dict[str, Capability] | None:
    """What a route asks for, by method; None where it names nothing."""
    named = getattr(route.view_class if is_api(route) else route.view, "capability", None)
    if isinstance(named, Capability):
        return dict.fromkeys(METHODS, named)
    if isinstance(named, dict):
        return {"HEAD": named.get("GET"), **named}
    return None


def test_reviewed_lists_name_no_route_that_is_gone():
    names = {route.name for route in ROUTES}
    assert set(PUBLIC) | ANY_STAFF <= names


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_anonymous_is_turned_away(client, settings, route):
    for method in METHODS:
        response = client.generic(method, route.path)
        to_log_in = response.status_code == 302 and "login" in response["Location"]
        assert to_log_in or response.status_code in (401, 403, 404, 405), (method, response)


@pytest.mark.parametrize("route", CITIZENS, ids=str)
def test_page_of_a_citizen_asks_everybody_else_for_a_code(client, officer, route):
    """Anonymous visitors and members of staff alike."""
    for visitor in (client, Client()):
        if visitor is not client:
            visitor.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        for method in METHODS:
            response = visitor.generic(method, route.path)
            asked = response.status_code == 302 and "/me/code/" in response["Location"]
            assert asked or response.status_code == 405, (method, response)


@pytest.mark.parametrize("route", STAFF + ADMIN, ids=str)
def test_citizen_is_a_stranger_to_staff_pages(signed_in_citizen, route):
    for method in ("GET", "POST"):
        response = signed_in_citizen.generic(method, route.path)
        to_log_in = response.status_code == 302 and "login" in response["Location"]
        assert to_log_in or response.status_code in (401, 403, 404, 405), (method, response)


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_every_page_and_view_names_a_capability(route):
    if is_api(route) and route.view_class.permission_classes == [IsAuthenticated]:
        assert route.view_class.__module__.startswith("drf_spectacular.")
        return
    asked = asked_of(route)
    assert asked, f"{route} names no capability: use crisis.staff.guards.requires, or `capability`"
    assert set(asked.values()) <= set(Capability)


@pytest.fixture
def logged_in(make_user, post):
    """`logged_in(role)`: a client of that role, at the embassy in Port Vila."""

    def log_in(role: Role) -> Client:
        client = Client(raise_request_exception=False)
        user = make_user(f"walker-{role}", role, post)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.mark.parametrize("role", Role)
def test_role_reaches_only_what_its_capabilities_open(logged_in, role):
    """No address answers 500 to anybody, and what a role may not do is 403, 404 or 405."""
    client = logged_in(role)
    wrong = []
    for route in STAFF:
        for method, capability in (asked_of(route) or {}).items():
            status = client.generic(method, route.path).status_code
            refused = status in (403, 404, 405)
            if status >= 500 or (capability not in CAPABILITIES[role] and not refused):
                wrong.append(f"{method} {route}: {status}")
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_admin_site_is_for_administrators_alone(logged_in, role):
    client = logged_in(role)
    allowed = Capability.ADMINISTER in CAPABILITIES[role]
    for model in admin_site._registry:
        meta = model._meta
        response = client.get(f"/admin/{meta.app_label}/{meta.model_name}/")
        assert (response.status_code == 200) is allowed, (role, meta.label, response.status_code)
    for route in ADMIN:
        status = client.get(route.path).status_code
        assert status < 500, (role, route, status)
        assert allowed or status != 200 or "logout" in route.path, (role, route)


@pytest.mark.parametrize("role", Role)
def test_reading_changes_nothing(logged_in, role):
    client = logged_in(role)
    for route in ROUTES:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(route.path)
        assert [q["sql"] for q in captured if writes(q["sql"])] == [], route


@pytest.mark.parametrize(
    "hostile", ["%00", "%E2%80%AE", "x" * 2000, "..%2F..%2Fetc%2Fpasswd", "%FF"]
)
def test_hostile_text_in_addresses_and_questions_breaks_nothing(logged_in, hostile):
    """PostgreSQL refuses a NUL, file systems have parents, and not every byte is UTF-8."""
    clients = [Client(raise_request_exception=False), logged_in(Role.OFFICER)]
    question = "&".join(
        f"{name}={hostile}" for name in ("q", "code", "page", "lang", "next", "kind")
    )
    broken = [
        route.path
        for client in clients
        for route in every_route(text=hostile)
        if not route.path.startswith("/admin/")
        and client.get(f"{route.path}?{question}").status_code >= 500
    ]
    assert broken == []


def writes(statement: str) -> bool:
    return statement.lstrip().upper().startswith(WRITES) and not any(n in statement for n in NOTES)


def test_unknown_address_is_404_and_shows_nothing(client, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert b"urlpatterns" not in response.content
