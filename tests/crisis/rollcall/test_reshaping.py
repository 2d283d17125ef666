"""The area is narrowed or moved: who is left out is let go, and forgotten by nobody."""

import pytest

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.events.models import OutboxEvent
from crisis.incidents.audience import outside_ids
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.ground import grounds_now
from crisis.incidents.models import Reshaping
from crisis.incidents.reshapings import preview_reshaping
from crisis.incidents.services import (
    approve_reshaping,
    discard_reshaping,
    expand_incident,
    retract_incident_wave,
    submit_announcement,
    submit_reshaping,
    submit_widening,
)
from crisis.rollcall.models import Standing
from crisis.rollcall.services.timers import work_due_steps
from crisis.rollcall.unresolved import unresolved_counts
from notifications.models import Delivery, Wave
from registry.services.whereabouts import set_residence
from tests.support.scene import BEYOND, PORT_VILA, declare, port_vila, settle

pytestmark = pytest.mark.django_db
MINUTES = 60
WANG, SUN, ZHOU = "+6785550101", "+6785550107", "+6785550108"
NORTH = {"latitude": -17.2, "longitude": 168.3}
# Around those in Port Vila, and around the one in the north (who is inside at first).
VILA = AreaDraft(latitude=-17.7333, longitude=168.3167, radius_m=20_000.0)
NORTHERN = AreaDraft(**NORTH, radius_m=20_000.0)
SOUTH = AreaDraft(latitude=BEYOND.latitude, longitude=BEYOND.longitude, radius_m=20_000.0)
BOTH = AreaDraft(latitude=-17.7333, longitude=168.3167, radius_m=90_000.0)
NEWS = {"news": "北部无震感", "news_en": "no shaking in the north"}


@pytest.fixture
def people(held_clock, db):
    found = port_vila()
    found["zhou"] = settle("周北", phone=ZHOU)
    north = PORT_VILA.__class__(country="VU", **NORTH, accuracy_m=1000)
    set_residence(person=found["zhou"], place=north)
    return found


@pytest.fixture
def incident(post, officer, people):
    return declare(post, officer, people=7)


@pytest.fixture
def reshape(incident, officer):
    def submit(area=VILA, *, count=1, key="key", words=None, by=None):
        return submit_reshaping(
            incident=incident, area=area, words=words or {}, officer=by or officer,
            reshaping_key=key, confirmed_count=count,
        )  # fmt: skip

    return submit


def work():
    while work_due_steps():
        pass


def told(kind):
    found = Delivery.objects.filter(wave__kind=kind).exclude(state="cancelled")
    return sorted(delivery.address for delivery in found)


def test_preview_tells_who_is_left_out_and_changes_nothing(incident, people, officer):
    shown = preview_reshaping(incident=incident, area=VILA, words={}, officer=officer)
    assert (shown.released, shown.added, shown.staying, shown.affected) == (1, 0, 6, 1)
    assert shown.released_ids == [people["zhou"].pk]
    assert not shown.moves
    moved = preview_reshaping(incident=incident, area=SOUTH, words=NEWS, officer=officer)
    assert (moved.released, moved.added, moved.affected) == (7, 1, 8)
    assert moved.texts
    assert "北部无震感" in moved.release_texts[0].text
    assert not Reshaping.objects.exists()


def test_left_out_is_not_reminded_nor_silent_and_keeps_the_standing(
    alerted, reshape, people, standing, held_clock
):
    reshape()
    zhou = standing(people["zhou"])
    assert zhou.outside_since is not None
    assert (zhou.contact, zhou.condition) == ("alerted", "unknown")
    held_clock(15 * MINUTES)
    work()
    assert WANG in told("reminder")
    assert ZHOU not in told("reminder")
    held_clock(60 * MINUTES)
    work()
    assert standing(people["zhou"]).contact == "alerted"
    assert standing(people["wang"]).contact == "no_answer"
    assert unresolved_counts(alerted)["silent"] == 6


def test_who_asked_for_help_is_never_let_go_of(
    alerted, reshape, people, standing, hear, held_clock
):
    hear(ZHOU, "2")
    reshape()
    zhou = standing(people["zhou"])
    assert (zhou.condition, zhou.contact) == ("needs_help", "answered")
    assert unresolved_counts(alerted)["needs_help"] == 1
    held_clock(60)
    hear(ZHOU, "1")
    assert standing(people["zhou"]).condition == "safe"


def test_who_was_not_told_yet_is_not_told_any_more(incident, reshape, officer):
    """An area drawn too wide and narrowed at once alerts nobody whom it does not concern."""
    assert ZHOU in told("initial")
    reshape()
    assert ZHOU not in told("initial")
    assert WANG in told("initial")
    submit_announcement(incident=incident, kind="update", words=NEWS, officer=officer)
    assert WANG in told("update")
    assert ZHOU not in told("update")


def test_left_out_before_the_slice_was_written(post, officer, people):
    from crisis.incidents.services import declare_incident
    from tests.support.scene import draft

    incident = declare_incident(
        draft=draft(post), officer=officer, declaration_key="k", confirmed_count=7
    )
    submit_reshaping(
        incident=incident, area=VILA, words={}, officer=officer, reshaping_key="r",
        confirmed_count=1,
    )  # fmt: skip
    expand_incident(incident.pk)
    zhou = Standing.objects.get(person_ref=people["zhou"].pk)
    assert (zhou.outside_since is None, zhou.untold, zhou.addressed) == (False, True, True)
    assert ZHOU not in told("initial")


def test_words_reach_those_left_out_who_had_heard(alerted, reshape, people, send):
    reshape(words=NEWS)
    work()
    assert told("release") == [ZHOU]
    [wave] = Wave.objects.filter(kind="release")
    assert "不在其中" in wave.texts["sms"]["zh-hans"]
    assert wave.recipients_done_at is not None


def test_what_they_read_is_still_taken_back_and_corrected(alerted, reshape, officer):
    reshape()
    submit_announcement(
        incident=alerted, kind="correction", officer=officer,
        words={"subject": "集合点", "subject_en": "meeting point", "value": "体育场",
               "value_en": "stadium"},
    )  # fmt: skip
    assert ZHOU in told("correction")
    retract_incident_wave(
        incident=alerted, wave=Wave.objects.filter(kind="initial").last(), officer=officer
    )
    assert ZHOU in told("retraction")


def test_moving_is_one_act(alerted, reshape, people, standing):
    north_and_south = AreaDraft(
        polygon={"type": "Polygon", "coordinates": [[
            [167.9, -19.2], [168.6, -19.2], [168.6, -18.6], [167.9, -18.6], [167.9, -19.2]]]}
    )  # fmt: skip
    moved = reshape(north_and_south, count=8)
    expand_incident(alerted.pk)
    alerted.refresh_from_db()
    assert (moved.added, moved.released, alerted.audience_count) == (1, 7, 8)
    assert SUN in told("initial")
    assert [ground.pk for ground in grounds_now(alerted)] == [moved.pk]
    event = OutboxEvent.objects.get(type="cn.guihang.incident.reshaped")
    assert event.data["released"] == 7
    acts = list(AuditEntry.objects.filter(subject=alerted.source).values_list("act", flat=True))
    assert acts[-2:] == ["incident.reshape.submit", "incident.reshape"]


def test_in_again_by_widening_reads_the_alert_again(
    alerted, reshape, people, standing, officer, held_clock, send
):
    reshape()
    held_clock(70 * MINUTES)
    work()
    widening = submit_widening(
        incident=alerted, area=NORTHERN, officer=officer, widening_key="w", confirmed_count=1
    )
    work()
    assert (widening.people, widening.returned) == (0, 1)
    assert standing(people["zhou"]).outside_since is None
    assert told("again") == [ZHOU]
    again, first = Wave.objects.get(kind="again"), Wave.objects.get(kind="initial")
    text = again.texts["sms"]["zh-hans"]
    assert text.replace(again.code, first.code) == first.texts["sms"]["zh-hans"]
    send(again)
    held_clock(16 * MINUTES)
    work()
    newest = Wave.objects.filter(kind="reminder").last()
    assert [delivery.address for delivery in newest.deliveries.all()] == [ZHOU]
    assert not len(outside_ids(alerted))


def test_refused(incident, reshape, officer):
    codes = {}
    for name, area, count in (
        ("sea", AreaDraft(latitude=10.0, longitude=10.0, radius_m=5_000.0), 0),
        ("same", BOTH, 0),
        ("number", VILA, 5),
    ):
        with pytest.raises(DomainError) as refused:
            reshape(area, count=count)
        codes[name] = refused.value.code
    assert codes == {"sea": "nobody_left", "same": "nobody_concerned", "number": "count_changed"}
    with pytest.raises(DomainError) as refused:
        reshape(words={"news": "只有中文"})
    assert refused.value.code == "missing_words"
    assert reshape() == reshape()
    with pytest.raises(DomainError) as refused:
        reshape(SOUTH)
    assert refused.value.code == "key_used"


def test_above_the_threshold_a_second_officer_decides(
    incident, reshape, officer, second_officer, settings
):
    settings.TWO_PERSON_THRESHOLD = 6
    waiting = reshape(SOUTH, count=8)
    assert waiting.waits
    assert not len(outside_ids(incident))
    seen = {"content_hash": waiting.content_hash, "confirmed_count": 8}
    with pytest.raises(DomainError) as refused:
        approve_reshaping(reshaping=waiting, officer=officer, **seen)
    assert refused.value.code == "same_officer"
    with pytest.raises(DomainError) as refused:
        approve_reshaping(reshaping=waiting, officer=second_officer, **seen | {"content_hash": "x"})
    assert refused.value.code == "content_changed"
    done = approve_reshaping(reshaping=waiting, officer=second_officer, **seen)
    assert (done.released, done.added) == (7, 1)
    with pytest.raises(DomainError) as refused:
        discard_reshaping(reshaping=waiting, officer=officer)
    assert refused.value.code == "wrong_state"
