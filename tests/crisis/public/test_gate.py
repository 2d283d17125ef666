"""What a gate's phone asks the server: two secrets in the body, and nothing without both."""

import json

import pytest

from config.kernel import clock
from crisis.boarding.models import GateScan
from crisis.evacuation.models import ManifestEntry
from tests.support.gates import make_gate, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(held_clock, post, officer, planner):
    return make_gate(post, officer, planner)


@pytest.fixture
def phone(gate, client):
    """`phone("pack")`, `phone("scans", scans=[…])`: as the page's script asks."""

    def ask(what, status=200, **body):
        secrets = {"token": gate.issued.token, "word": gate.issued.word}
        response = client.post(
            f"/gate/{what}/",
            json.dumps(secrets | body),
            content_type="application/json",
            headers={"accept": "application/json"},
        )
        assert response.status_code == status, response.content
        assert status != 200 or response["Cache-Control"] == "no-store"
        return response.json()

    return ask


def place(gate, person):
    return ManifestEntry.objects.get(manifest=gate.manifest, person_ref=person.pk).position


def test_pack_is_given_for_both_secrets(gate, phone):
    assert len(phone("pack")["people"]) == 3
    assert phone("pack", 404, word="AAAAAAAAAA")["code"] == "unknown_pack"
    assert phone("pack", 404, token="x" * 32)["code"] == "unknown_pack"
    assert phone("pack", 404, token=7, word=None)["code"] == "unknown_pack"


def test_scans_are_taken_by_position_and_age(gate, phone, held_clock):
    held_clock(600)
    position = place(gate, gate.wang)
    one = {"key": "0123456789abcdef", "kind": "boarded", "position": position, "age_s": 90.5}
    told = phone("scans", scans=[one, "nonsense", {"key": "short"}])
    assert told["written"] == ["0123456789abcdef"]
    assert told["refused"] == {"short": "bad_key"}
    assert told["states"][str(position)][0] == "boarded"
    assert (clock.now() - GateScan.objects.get().at).total_seconds() == 90.5
    assert phone("scans", scans=[one])["known"] == ["0123456789abcdef"]
    assert state(gate, gate.wang) == "boarded"


@pytest.mark.parametrize(
    "odd",
    [
        {"position": 99}, {"position": "1"}, {"position": True, "kind": "flown"}, {"kind": None},
        {"position": 1, "kind": ["boarded"]}, {"walk_in": "?"}, {"walk_in": {"key": 7}},
        {"position": 1, "kind": "refused", "reason": "x" * 99},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_breaks_nothing(gate, phone, odd):
    one = {"key": "0123456789abcdef", "kind": "boarded"} | odd
    assert list(phone("scans", scans=[one])["refused"]) == ["0123456789abcdef"]
    assert not GateScan.objects.exists()


@pytest.mark.parametrize("age", [-5, "x", None, 1e300, float("inf"), float("nan"), True])
def test_any_age_is_put_right(gate, phone, age):
    one = {"key": "0123456789abcdef", "kind": "boarded", "position": 1, "age_s": age}
    assert phone("scans", scans=[one])["written"]
    assert gate.pack.issued_at <= GateScan.objects.get().at <= clock.now()


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"7", b"{"])
def test_body_that_is_none_is_refused(client, body):
    for what in ("pack", "scans"):
        response = client.post(
            f"/gate/{what}/", body, content_type="application/json",
            headers={"accept": "application/json"},
        )  # fmt: skip
        assert (response.status_code, response.json()["code"]) == (400, "bad_body")


def test_page_its_worker_and_its_manifest_are_the_same_for_everybody(client, db):
    page = client.get("/gate/?lang=en")
    assert "Document number" in page.content.decode()
    assert not page.cookies
    assert "manifest-src 'self'" in page["Content-Security-Policy"]
    told = client.get("/gate/manifest.webmanifest?lang=en").json()
    assert (told["name"], told["scope"], told["display"]) == (
        "Guihang gate",
        "/gate/",
        "standalone",
    )
    worker = client.get("/gate/worker.js").content.decode()
    assert "public/gate/app.js" in worker


def test_worker_keeps_every_file_of_the_page():
    """Whoever adds a script to the folder and forgets it here has a page that breaks offline."""
    from pathlib import Path

    from crisis.public.views.gate import ASSETS

    root = Path(__file__).resolve().parents[3] / "crisis/public/static"
    there = {str(path.relative_to(root)) for path in (root / "public/gate").iterdir()}
    assert there == {name for name in ASSETS if name.startswith("public/gate/")}
