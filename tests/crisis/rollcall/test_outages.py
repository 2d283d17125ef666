"""While networks are down nobody is reminded and silence says nothing; then it goes on."""

from datetime import timedelta

import pytest

from config.kernel.errors import DomainError
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.services import (
    end_outage,
    flag_outage,
    reopen_incident,
    stand_down_incident,
)
from crisis.incidents.services.outages import preview_outage
from crisis.rollcall.models import DueStep
from crisis.rollcall.services.timers import work_due_steps
from notifications.models import Delivery
from registry.drafts import Place
from registry.services.whereabouts import set_residence
from tests.support.scene import declare, port_vila

pytestmark = pytest.mark.django_db
MINUTES = 60
WANG, LI = "+6785550101", "oLiNa0123456789abcdefghijklm"
ELSEWHERE = Place(country="VU", latitude=-17.2, longitude=168.3, accuracy_m=1000)
VILA = AreaDraft(latitude=-17.7333, longitude=168.3167, radius_m=20_000.0)


@pytest.fixture
def people(held_clock, db):
    """Li Na lives where the networks hold."""
    found = port_vila()
    set_residence(person=found["li"], place=ELSEWHERE)
    return found


@pytest.fixture
def incident(post, officer, people):
    return declare(post, officer, people=6)


def work():
    while work_due_steps():
        pass


def told(kind):
    found = Delivery.objects.filter(wave__kind=kind).exclude(state="cancelled")
    return sorted(delivery.address for delivery in found)


def due(incident):
    steps = DueStep.objects.filter(incident=incident, done_at=None).order_by("due_at")
    return [(step.kind, int((step.due_at - incident.declared_at) / timedelta(minutes=1)))
            for step in steps]  # fmt: skip


def test_timers_stand_still_and_go_on_by_its_length(alerted, officer, held_clock, standing, people):
    held_clock(10 * MINUTES)
    outage = flag_outage(incident=alerted, area=None, officer=officer)
    held_clock(120 * MINUTES)
    work()
    assert told("reminder") == []
    assert standing(people["wang"]).contact == "alerted"
    end_outage(outage=outage, officer=officer)
    work()
    assert told("reminder") == []
    assert due(alerted) == [("reminder", 135), ("reminder", 160), ("silence", 180)]
    held_clock(5 * MINUTES)
    work()
    assert WANG in told("reminder")


def test_steps_of_one_kind_do_not_meet(alerted, officer, held_clock):
    """Reminders are due after 15 and 40 minutes: an outage of 25 moves one onto the other."""
    outage = flag_outage(incident=alerted, area=None, officer=officer)
    held_clock(25 * MINUTES)
    end_outage(outage=outage, officer=officer)
    work()
    assert due(alerted) == [("reminder", 40), ("reminder", 65), ("silence", 85)]


def test_part_of_the_area_alone_is_held_up(alerted, officer, held_clock, standing, people):
    outage = flag_outage(incident=alerted, area=VILA, officer=officer)
    assert (outage.people, outage.whole) == (5, False)
    held_clock(61 * MINUTES)
    work()
    assert told("reminder") == [LI]  # not at an address where the first still waits
    assert standing(people["li"]).contact == "no_answer"
    assert standing(people["wang"]).contact == "alerted"
    end_outage(outage=outage, officer=officer)
    held_clock(15 * MINUTES)
    work()
    assert WANG in told("reminder")
    assert told("reminder").count(LI) == 1


def test_who_lost_a_message_meanwhile_reads_it_after_all(
    incident, gateway, officer, held_clock, send, hear, people
):
    from notifications.models import Wave
    from notifications.states import Outcome

    gateway.decide = lambda message, times: (
        Outcome.REFUSED if message.address in (WANG, LI) else Outcome.ACCEPTED
    )
    outage = flag_outage(incident=incident, area=None, officer=officer)
    send(Wave.objects.get())
    assert Delivery.objects.filter(state="failed").count() == 2
    held_clock(90 * MINUTES)
    end_outage(outage=outage, officer=officer)
    work()
    assert told("again") == sorted([WANG, LI])
    gateway.decide = lambda message, times: Outcome.ACCEPTED
    send(Wave.objects.get(kind="again"))
    assert gateway.calls[-1].address in (WANG, LI)


def test_who_answered_meanwhile_is_not_told_again(
    incident, gateway, officer, held_clock, send, hear
):
    from notifications.models import Wave
    from notifications.states import Outcome

    gateway.decide = lambda message, times: (
        Outcome.REFUSED if message.address == WANG else Outcome.ACCEPTED
    )
    outage = flag_outage(incident=incident, area=None, officer=officer)
    send(Wave.objects.get())
    hear(WANG, "1")
    end_outage(outage=outage, officer=officer)
    work()
    assert WANG not in told("again")


def test_preview_and_what_is_refused(incident, officer, outsider):
    shown = preview_outage(incident=incident, area=VILA, officer=officer)
    assert (shown.people, shown.in_audience) == (5, 6)
    sea = AreaDraft(latitude=10.0, longitude=10.0, radius_m=5_000.0)
    codes = []
    for area in (sea, None, None):
        try:
            outage = flag_outage(incident=incident, area=area, officer=officer)
        except DomainError as refused:
            codes.append(refused.code)
    assert codes == ["nobody_inside", "already_flagged"]
    with pytest.raises(DomainError):
        end_outage(outage=outage, officer=outsider)
    end_outage(outage=outage, officer=officer)
    with pytest.raises(DomainError) as refused:
        end_outage(outage=outage, officer=officer)
    assert refused.value.code == "wrong_state"


def test_stand_down_ends_it_and_reopening_keeps_what_timers_had_left(alerted, officer, held_clock):
    held_clock(10 * MINUTES)
    flag_outage(incident=alerted, area=None, officer=officer)
    held_clock(50 * MINUTES)
    stand_down_incident(incident=alerted, officer=officer)
    assert not alerted.outages.filter(ended_at=None).exists()
    assert told("again") == []
    reopen_incident(incident=alerted, officer=officer)
    assert due(alerted) == [("reminder", 65), ("reminder", 90), ("silence", 110)]
