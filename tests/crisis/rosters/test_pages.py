"""The pages of rosters, for liaisons and officers."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config.kernel import uploads
from crisis.rosters.models import RosterUpload
from crisis.rosters.services import loading
from registry.models import Membership
from tests.support import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def liaison_client(group, signed_in_citizen):
    return signed_in_citizen


@pytest.fixture
def staff(client, officer):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(params=["citizens", "console"])
def door(request, group):
    """(client, namespace): the same pages by both doors."""
    name = "liaison_client" if request.param == "citizens" else "staff"
    return request.getfixturevalue(name), request.param


def send(client, namespace, group, content, **fields):
    file = SimpleUploadedFile("名册.csv", content, "text/csv")
    data = {"file": file, "stated": "on", **fields}
    return client.post(reverse(f"{namespace}:roster", args=[group.pk]), data)


def test_roster_is_handed_in_watched_and_corrected(door, group, make_roster):
    client, namespace = door
    answer = send(client, namespace, group, (make_roster(3) + "E-9,,,\n").encode())
    upload = RosterUpload.objects.get()
    address = reverse(f"{namespace}:roster-upload", args=[group.pk, upload.pk])
    assert answer["Location"].startswith(address)
    waiting = client.get(address)
    assert waiting["Refresh"] == "2"
    loading.load_upload(upload.pk)
    done = client.get(address)
    assert "Refresh" not in done
    assert "姓名不能为空" in done.content.decode()
    errors = client.get(reverse(f"{namespace}:roster-errors", args=[group.pk, upload.pk]))
    assert errors["Content-Disposition"].endswith('errors.csv"')
    assert "E-9" in errors.content.decode("utf-8-sig")
    assert errors["Cache-Control"] == "no-store"


def test_why_a_file_is_refused_stands_beside_it(door, group):
    client, namespace = door
    wrong = send(client, namespace, group, b"%PDF-1.7")
    assert wrong.status_code == 400
    assert "PDF" in wrong.content.decode()
    unstated = send(client, namespace, group, "姓名\n王\n".encode(), stated="")
    assert unstated.status_code == 400
    assert not RosterUpload.objects.exists()


def test_file_beyond_the_limit_is_refused_with_a_sentence(door, group):
    client, namespace = door
    answer = send(client, namespace, group, b"x" * (uploads.KEPT_BYTES + 1))
    assert answer.status_code == 400
    assert "10 MB" in answer.content.decode()


def test_request_far_beyond_the_limit_is_not_read(liaison_client, group, monkeypatch):
    monkeypatch.setattr(uploads, "REFUSED_BYTES", 1000)
    liaison_client.raise_request_exception = False
    answer = send(liaison_client, "citizens", group, b"x" * 2000)
    assert answer.status_code in (400, 413)


def test_template_is_there_in_both_kinds_and_languages(client):
    for kind in ("xlsx", "csv"):
        for language in ("zh-hans", "en"):
            address = reverse("citizens:roster-template", args=[kind])
            answer = client.get(f"{address}?lang={language}")
            assert answer.status_code == 200
    assert "护照" not in answer.content.decode()
    assert client.get(reverse("citizens:roster-template", args=["exe"])).status_code == 404


def test_only_its_liaisons_and_officers_see_a_groups_rosters(
    group, take, make_roster, client_of, client, outsider
):
    upload = take(make_roster(1))
    member = scene.settle("成员")
    Membership.objects.create(group=group, person=member, joined_at=upload.uploaded_at)
    for person in (member, scene.settle("路人")):
        stranger = client_of(person)
        for name, args in (("roster", []), ("roster-upload", [upload.pk]),
                           ("roster-errors", [upload.pk])):  # fmt: skip
            address = reverse(f"citizens:{name}", args=[group.pk, *args])
            assert stranger.get(address).status_code == 404
    client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("console:roster", args=[group.pk])).status_code == 404


def test_form_needs_its_token(liaison_client, group):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = liaison_client.cookies
    assert send(strict, "citizens", group, b"x").status_code == 403


def test_page_is_small_and_private(liaison_client, group):
    page = liaison_client.get(reverse("citizens:roster", args=[group.pk]))
    assert len(page.content) < 10_000
    assert page["Cache-Control"] == "no-store"


def test_upload_stays_in_memory(rf):
    file = SimpleUploadedFile("x.csv", b"x" * (3 * 1024**2))
    request = rf.post("/", {"file": file})
    kept = request.FILES["file"]
    assert isinstance(kept.file, io.BytesIO)
    assert kept.size == 3 * 1024**2
