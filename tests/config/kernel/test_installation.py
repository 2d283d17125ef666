"""Live or drill, for ever: the database itself holds the line."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.installation import settle_mode
from config.kernel.models import Installation
from notifications.models import Wave

pytestmark = pytest.mark.django_db


def insert_wave(mode: str) -> None:
    """As raw as SQL allows: no service, no form, no validation; the constraint checked at once."""
    now = clock.now()
    Wave.objects.bulk_create(
        [
            Wave(
                mode_id=mode,
                kind="initial",
                source="test",
                code="K7M4Q2",
                template="test",
                texts={},
                signature="驻瓦努阿图使馆",
                created_at=now,
                expires_at=now + timedelta(hours=1),
            )
        ]
    )
    connection.check_constraints()


def become(mode: str) -> None:
    Installation.objects.all().delete()
    Installation.objects.create(mode=mode)


@pytest.mark.parametrize(("here", "wave"), [("live", "drill"), ("drill", "live")])
def test_wave_of_the_other_mode_is_refused_by_the_database(here, wave):
    become(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_wave(wave)


@pytest.mark.parametrize("mode", ["live", "drill"])
def test_wave_of_this_mode_is_kept(mode):
    become(mode)
    insert_wave(mode)
    assert Wave.objects.get().mode_id == mode


@pytest.mark.parametrize("mode", ["live", "drill"])
def test_installation_has_one_row_only(mode):
    become(mode)
    other = {"live": "drill", "drill": "live"}[mode]
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.create(mode=other)


def test_unknown_mode_is_refused_by_the_database():
    Installation.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.create(mode="test")


def test_fresh_database_takes_the_mode_of_its_settings(settings):
    Installation.objects.all().delete()
    settings.MODE = "live"
    settle_mode()
    assert Installation.objects.get().mode == "live"


def test_database_of_the_other_mode_is_refused(settings):
    become("live")
    settings.MODE = "drill"
    with pytest.raises(DomainError, match="live installation") as refusal:
        settle_mode()
    assert refusal.value.code == "mode_mismatch"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_installation_survives_the_flush_between_transactional_tests(turn):
    assert Installation.objects.get().mode == "drill"
