"""A drill's place: nothing of the installation it was started from can be reached from it."""

import os
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings

from crisis.drills import place

OUTER = {
    "GUIHANG_MODE": "live",
    "GUIHANG_PUBLIC_URL": "https://guihang.example",
    "GUIHANG_STREAM_URL": "https://guihang.example",
    "GUIHANG_ALLOWED_HOSTS": "guihang.example",
    "GUIHANG_TWILIO_URL": "https://api.twilio.com",
    "GUIHANG_WECHAT_URL": "https://api.weixin.qq.com",
    "GUIHANG_TWILIO_TOKEN": "real token",
    "GUIHANG_WECHAT_SECRET": "real secret",
    "GUIHANG_WECHAT_AES_KEY": "real key",
    "GUIHANG_CLOCK": "1,2,3",
    "GUIHANG_QUEUE_PREFIX": "guihang",
    "GUIHANG_BROKER_DIR": "/srv/guihang/broker",
}


@pytest.fixture
def inside(monkeypatch, settings, tmp_path):
    """The environment that a live installation's drill would start with."""
    for name, value in OUTER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(place.INSIDE, raising=False)
    monkeypatch.setattr(place, "_free_ports", lambda: {"web": 1, "stream": 2, "emulator": 3})
    settings.VAR_DIR = tmp_path
    yield place.new_environment()
    if not settings.SQLITE:
        with place._maintenance() as (connection, _):
            place._drop(connection, f"guihang_drill_{os.getpid()}")


def test_nothing_of_the_outer_installation_is_left(inside):
    assert {name for name, value in OUTER.items() if inside[name] == value} == set()
    assert inside["GUIHANG_MODE"] == "drill"


def test_database_and_queues_are_its_own(inside, tmp_path):
    outer = os.environ.get("DATABASE_URL", f"sqlite:///{django_settings.DATABASES['default']}")
    assert inside["DATABASE_URL"] != outer
    assert (
        f"drill_{os.getpid()}" in inside["DATABASE_URL"]
        or str(tmp_path) in (inside["DATABASE_URL"])
    )
    assert inside["GUIHANG_QUEUE_PREFIX"] == f"drill_{os.getpid()}"
    assert inside["GUIHANG_BROKER_DIR"].startswith(inside["GUIHANG_VAR_DIR"])


def test_every_address_is_on_this_machine(inside):
    urls = [value for name, value in inside.items()
            if name.startswith("GUIHANG_") and name.endswith("_URL")]  # fmt: skip
    assert {urlsplit(url).hostname for url in urls} == {"127.0.0.1"}


def test_credentials_are_made_up_each_time(inside):
    again = place.new_environment()
    for name in ("TWILIO_ACCOUNT", "TWILIO_TOKEN", "WECHAT_SECRET", "WECHAT_AES_KEY"):
        assert again[f"GUIHANG_{name}"] != inside[f"GUIHANG_{name}"]
    assert len(inside["GUIHANG_WECHAT_AES_KEY"]) == 43


def test_inside_is_known(monkeypatch):
    monkeypatch.delenv(place.INSIDE, raising=False)
    assert not place.is_inside()
    monkeypatch.setenv(place.INSIDE, "drill_1")
    assert place.is_inside()


def test_folders_of_the_living_and_of_the_newest_stay(tmp_path):
    for age, name in enumerate(["999999991", "999999992", "999999993", str(os.getpid())]):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (age, age))
    place._remove_ended(tmp_path)
    assert {folder.name for folder in tmp_path.iterdir()} == {"999999993", str(os.getpid())}


def test_two_drills_never_share_a_port():
    kept = place._free_ports()
    also = place._free_ports()
    assert len({*kept.values(), *also.values()}) == 6
