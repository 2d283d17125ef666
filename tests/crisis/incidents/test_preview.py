"""What an officer sees before anything leaves."""

import pytest

from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.preview import preview_incident
from tests.support.scene import NO_CIRCLE, POLYGON, draft

pytestmark = pytest.mark.django_db


def test_preview_counts_people_and_messages(people, post, officer):
    preview = preview_incident(draft=draft(post), officer=officer)
    assert (preview.total, preview.certain + preview.uncertain) == (6, 6)
    assert preview.unaddressed == 1
    assert preview.addresses == 5  # Wang by two channels, the Chens share one
    assert preview.by_channel == {"wechat": 4, "sms": 1}
    assert preview.by_language == {"zh-hans": 4, "en": 1}
    assert preview.by_country == {"VU": 6}
    assert preview.by_city == {"维拉港": 6}
    assert not preview.needs_second_officer
    assert not Incident.objects.exists()


def test_below_red_each_person_is_reached_once(people, post, officer):
    preview = preview_incident(draft=draft(post, response_level="orange"), officer=officer)
    assert preview.addresses == 4


def test_preview_says_who_is_near_but_out_and_why(people, post, officer):
    preview = preview_incident(draft=draft(post), officer=officer)
    [near] = preview.near
    assert near.person_id == people["beyond"].pk
    assert 30_000 < near.distance_m < 50_000 or 130_000 < near.distance_m < 150_000


def test_polygon_is_previewed_with_the_distance_to_its_edge(people, post, officer):
    preview = preview_incident(draft=draft(post, **NO_CIRCLE, polygon=POLYGON), officer=officer)
    assert (preview.total, preview.from_edge) == (6, True)
    for miss in preview.near:
        assert miss.distance_m <= 50_000
    assert not preview_incident(draft=draft(post), officer=officer).from_edge


def test_preview_shows_the_words_as_they_will_leave(people, post, officer):
    texts = {(t.channel, t.language): t for t in
             preview_incident(draft=draft(post), officer=officer).texts}  # fmt: skip
    assert set(texts) == {
        ("sms", "zh-hans"), ("sms", "en"), ("wechat", "zh-hans"), ("wechat", "en"),
    }  # fmt: skip
    chinese = texts["sms", "zh-hans"]
    assert chinese.text.startswith("【驻瓦努阿图使馆】演练")
    assert chinese.segments == 2
    assert chinese.length == len(chinese.text)
    assert texts["wechat", "zh-hans"].fields["thing1"].startswith("演练：")


def test_empty_audience_is_shown_as_such(people, post, officer):
    preview = preview_incident(draft=draft(post, latitude=80.0), officer=officer)
    assert preview.total == preview.addresses == 0
    assert preview.near == []


def test_preview_knows_the_threshold(people, post, officer, settings):
    settings.TWO_PERSON_THRESHOLD = 5
    assert preview_incident(draft=draft(post), officer=officer).needs_second_officer


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"latitude": 91.0}, "bad_latitude"),
        ({"radius_m": 25_000_000.0}, "bad_radius"),
        ({"countries": ("ZZ",)}, "unknown_country"),
        ({"variables": {}}, "missing_variable"),
    ],
)
def test_preview_refuses_what_declaring_would(people, post, officer, changes, code):
    with pytest.raises(DomainError) as refusal:
        preview_incident(draft=draft(post, **changes), officer=officer)
    assert refusal.value.code == code


def test_nobody_previews_for_another_post(people, post, outsider):
    with pytest.raises(DomainError) as refusal:
        preview_incident(draft=draft(post), officer=outsider)
    assert refusal.value.code == "outside_jurisdiction"
