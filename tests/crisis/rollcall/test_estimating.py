"""How many the post believes are there: kept beside the standings, never among them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.rollcall.models import PresenceEstimate
from crisis.rollcall.selectors import counts, estimates
from crisis.rollcall.services import estimate_presence
from crisis.rollcall.states import EstimateSource

pytestmark = pytest.mark.django_db


def estimate(incident, officer, people=300, **changes):
    fields = {"source": EstimateSource.AUTHORITIES, "as_of": clock.now(), "basis": "出入境"}
    return estimate_presence(incident=incident, officer=officer, people=people, **fields | changes)


def test_newest_word_counts_and_none_is_lost(incident, officer):
    before = counts(incident)
    estimate(incident, officer)
    estimate(incident, officer, 280, source=EstimateSource.COMMUNITY)
    assert [row.people for row in estimates(incident)] == [280, 300]
    assert counts(incident) == before
    entry = AuditEntry.objects.filter(act="rollcall.presence_estimated").latest("number")
    assert entry.detail["people"] == 280


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"people": -1}, "bad_count"),
        ({"people": 10_000_001}, "bad_count"),
        ({"as_of": timedelta(minutes=1)}, "bad_time"),
    ],
)
def test_refused_numbers_name_their_field(incident, officer, changes, code):
    if "as_of" in changes:
        changes = {"as_of": clock.now() + changes["as_of"]}
    with pytest.raises(DomainError) as refused:
        estimate(incident, officer, **changes)
    assert refused.value.code == code
    assert refused.value.extra["field"] in changes
    assert not PresenceEstimate.objects.exists()


@pytest.mark.parametrize(("who", "code"), [("auditor", "forbidden"), ("outsider", "not_found")])
def test_only_officers_of_the_post(request, incident, who, code):
    with pytest.raises(DomainError) as refused:
        estimate(incident, request.getfixturevalue(who))
    assert refused.value.code == code


def test_programs_read_and_write_it(incident, officer, outsider):
    address = reverse("rollcall:estimates", args=[incident.pk])
    client = Client()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    said = {"people": 250, "source": "post", "as_of": clock.now().isoformat()}
    assert client.post(address, said, content_type="application/json").status_code == 201
    assert [row["people"] for row in client.get(address).json()] == [250]
    stranger = Client()
    stranger.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.get(address).status_code == 404
