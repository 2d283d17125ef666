"""The cast that every test shares, and a clock that can be held."""

import importlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from hypothesis import settings as hypothesis_settings

from config.kernel import clock
from tests.support.processes import Stage, forget_queues

# A loaded machine is no failure of the code under test.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

PASSWORD = "a good long password"
PORT_VILA_ALERT = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
"""Twelve minutes after the Port Vila earthquake."""

audit_triggers = importlib.import_module("config.kernel.migrations.0002_audit_append_only")
manifest_triggers = importlib.import_module("crisis.evacuation.migrations.0006_legs_are_sealed")


class DirectEditor:
    """Enough of a schema editor for the audit triggers' own functions, inside a transaction."""

    connection = connection

    @staticmethod
    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Take the triggers off: the flush after a transactional test would be refused.

    Tests put them back: of the audit log with `audit_guard`, of manifests with `manifest_guard`.
    """
    with django_db_blocker.unblock():
        audit_triggers.drop_triggers(None, DirectEditor)
        manifest_triggers.drop_triggers(None, DirectEditor)


@pytest.fixture(scope="session", autouse=True)
def _quick_flush(django_db_setup: None) -> Iterator[None]:
    """Empty only what is not empty, after a test that commits: PostgreSQL needs more than a second
    to truncate every table, most of which such a test never touched."""
    if connection.vendor != "postgresql":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.ops, "sql_flush", delete_rows)
        yield


MANY = 50_000  # rows of one table: to look after the foreign keys of each takes minutes


def delete_rows(_style: Any, tables: list[str], **_: Any) -> list[str]:
    """Foreign keys are checked at the commit, so the order does not matter."""
    names = [connection.ops.quote_name(table) for table in tables]
    asked = "SELECT {}, (SELECT count(*) FROM (SELECT FROM {} LIMIT {}) AS few)"
    with connection.cursor() as cursor:
        rows = " UNION ALL ".join(asked.format(*pair, MANY) for pair in enumerate(names))
        cursor.execute(rows)
        filled = [(names[number], count) for number, count in cursor.fetchall() if count]
    if any(count == MANY for _, count in filled):
        return [f"TRUNCATE {', '.join(names)}"]
    return [f"DELETE FROM {name}" for name, _ in filled]  # noqa: S608


@pytest.fixture(scope="session", autouse=True)
def _clean_broker() -> Iterator[None]:
    """Leave nothing of this run on a broker that outlives it."""
    yield
    forget_queues()


@pytest.fixture
def audit_guard(db: None) -> Iterator[None]:
    """The audit log's triggers, as every real database has them."""
    audit_triggers.drop_triggers(None, DirectEditor)
    audit_triggers.create_triggers(None, DirectEditor)
    yield
    if not connection.needs_rollback:
        audit_triggers.drop_triggers(None, DirectEditor)


@pytest.fixture
def stage(transactional_db: None, settings: Any) -> Iterator[Stage]:
    """Real processes around the test database, all dead at the end of the test.

    This process speaks to the same emulator and writes links to the same web server.
    """
    processes = Stage()
    settings.PUBLIC_URL = processes.web_url
    settings.TWILIO_URL = settings.WECHAT_URL = processes.emulator_url
    yield processes
    processes.close()


@pytest.fixture
def manifest_guard(db: None) -> Iterator[None]:
    """The triggers that hold a sealed manifest, as every real database has them."""
    manifest_triggers.drop_triggers(None, DirectEditor)
    manifest_triggers.create_triggers(None, DirectEditor)
    yield
    if not connection.needs_rollback:
        manifest_triggers.drop_triggers(None, DirectEditor)


# -- Time -----------------------------------------------------------------------------


@pytest.fixture
def held_clock() -> Iterator[Callable[[float], None]]:
    """The clock stands at 2024-12-17T02:00:00Z; call it with seconds to move on."""

    def advance(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))

    with clock.held_at(PORT_VILA_ALERT):
        yield advance


# -- Posts ----------------------------------------------------------------------------


def make_post(*, code: str, country: str, **names: str) -> Any:
    from registry.models import Jurisdiction, Post

    post = Post.objects.create(code=code, **names)
    Jurisdiction.objects.create(post=post, country=country)
    return post


@pytest.fixture
def post(db: None) -> Any:
    """The embassy in Port Vila, which serves Vanuatu."""
    return make_post(
        code="VLI",
        country="VU",
        name_zh="中国驻瓦努阿图大使馆",
        name_en="Embassy of China in Vanuatu",
        signature_zh="驻瓦努阿图使馆",
        signature_en="Chinese Embassy Vanuatu",
        duty_phone="+6785550100",
        time_zone="Pacific/Efate",
    )


@pytest.fixture
def other_post(db: None) -> Any:
    """The embassy in Suva, which serves Fiji and has no say in Vanuatu."""
    return make_post(
        code="SUV",
        country="FJ",
        name_zh="中国驻斐济大使馆",
        name_en="Embassy of China in Fiji",
        signature_zh="驻斐济使馆",
        signature_en="Chinese Embassy Fiji",
        duty_phone="+6795550100",
        time_zone="Pacific/Fiji",
    )


# -- Citizens -------------------------------------------------------------------------


@pytest.fixture
def citizen(db: None) -> Any:
    """A registered person with a verified phone."""
    from tests.support import scene

    return scene.settle("王小明", phone="+6785550101", document_number="E12345678")


@pytest.fixture
def client_of(db: None) -> Callable[[Any], Any]:
    """`client_of(person)`: a browser in which this person is signed in."""
    from tests.support.citizens import signed_in_client

    return signed_in_client


@pytest.fixture
def signed_in_citizen(citizen: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(citizen)


# -- Staff ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def password_hash() -> str:
    """One hash for the whole cast: Argon2 is slow on purpose."""
    return make_password(PASSWORD)


@pytest.fixture
def make_user(db: None, password_hash: str) -> Callable[..., Any]:
    """`make_user("name", role, post, …)`: a member of staff whose password is PASSWORD."""
    from crisis.staff.models import User

    def make(username: str, role: str, *posts: Any) -> Any:
        user = User.objects.create(
            username=username,
            role=role,
            password=password_hash,
            is_staff=role == "administrator",  # as crisis.staff.services does
        )
        user.posts.set(posts)
        return user

    return make


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def officer(make_user: Callable[..., Any], post: Any) -> Any:
    return make_user("officer", "officer", post)


@pytest.fixture
def second_officer(make_user: Callable[..., Any], post: Any) -> Any:
    return make_user("second_officer", "officer", post)


@pytest.fixture
def duty_head(make_user: Callable[..., Any], post: Any) -> Any:
    return make_user("duty_head", "duty_head", post)


@pytest.fixture
def planner(make_user: Callable[..., Any], post: Any) -> Any:
    return make_user("planner", "planner", post)


@pytest.fixture
def liaison(make_user: Callable[..., Any], post: Any) -> Any:
    return make_user("liaison", "liaison", post)


@pytest.fixture
def auditor(make_user: Callable[..., Any], post: Any) -> Any:
    return make_user("auditor", "auditor", post)


@pytest.fixture
def administrator(make_user: Callable[..., Any]) -> Any:
    return make_user("administrator", "administrator")


@pytest.fixture
def outsider(make_user: Callable[..., Any], other_post: Any) -> Any:
    """An officer of another post, with no business in Vanuatu."""
    return make_user("outsider", "officer", other_post)
