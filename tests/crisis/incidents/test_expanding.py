"""From frozen ids to deliveries: exact, resumable, and deaf to what the registry does later."""

import pytest

from config.kernel import sweep
from crisis.incidents import tasks
from crisis.incidents.models import AudienceSlice
from crisis.incidents.services import declaring, expand_incident, expanding, retract_incident_wave
from crisis.rollcall.models import Standing
from crisis.rollcall.selectors import counts
from notifications.models import Batch, Delivery, DeliveryPerson, Wave
from notifications.states import BatchState
from registry.models import ContactPoint, Person
from registry.services.people import leave_registry
from registry.services.whereabouts import set_residence
from tests.support.scene import BEYOND, PORT_VILA, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_slices(settings):
    settings.SLICE_SIZE = 2


def persons_covered():
    return set(DeliveryPerson.objects.values_list("person_ref", flat=True))


def assert_whole(incident, people):
    inside = {person.pk for name, person in people.items() if name != "beyond"}
    assert set(Standing.objects.values_list("person_ref", flat=True)) == inside
    assert Standing.objects.count() == 6
    assert persons_covered() == inside - {people["silent"].pk}
    assert Delivery.objects.count() == 5
    assert Wave.objects.get().recipients_done_at is not None
    assert not AudienceSlice.objects.filter(expanded_at=None).exists()


def test_everybody_inside_stands_and_is_addressed_once(submit, people):
    incident = submit()
    assert expand_incident(incident.pk) == 3
    assert_whole(incident, people)
    assert expand_incident(incident.pk) == 0
    assert_whole(incident, people)


def test_crash_between_slices_is_finished_by_the_sweep(submit, people, monkeypatch):
    incident = submit()
    members_of, calls = expanding.members_of, []

    def die_at_the_second(piece):
        calls.append(piece)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return members_of(piece)

    monkeypatch.setattr(expanding, "members_of", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        expand_incident(incident.pk)
    assert Standing.objects.count() == 2
    found = counts(incident)
    assert found.in_audience == 6
    assert Wave.objects.get().recipients_done_at is None
    monkeypatch.setattr(expanding, "members_of", members_of)
    sweep.settle()
    assert_whole(incident, people)


def test_crash_after_the_last_slice_still_closes_the_wave(submit, people, monkeypatch):
    incident = submit()
    with monkeypatch.context() as patch:
        patch.setattr(expanding, "recipients_done", lambda **_: None)
        expand_incident(incident.pk)
    assert Wave.objects.get().recipients_done_at is None
    assert expanding.expand_unfinished() == 1
    assert_whole(incident, people)
    assert expanding.expand_unfinished() == 0


def test_sweep_expands_the_red_incident_first(submit, people):
    ordinary = submit(response_level="yellow")
    red = submit(key="key-2")
    assert expanding.expand_unfinished() == 1
    assert not AudienceSlice.objects.filter(incident=ordinary).exclude(expanded_at=None).exists()
    assert AudienceSlice.objects.get(incident=red, number=0).expanded_at is not None


def test_sweep_writes_no_more_than_senders_can_send_soon(submit, people, monkeypatch):
    submit()
    assert expanding.expand_unfinished() == 1
    monkeypatch.setattr(expanding, "ENOUGH_WAITING", 1)
    assert expanding.expand_unfinished() == 0
    Batch.objects.update(state=BatchState.DONE)
    assert expanding.expand_unfinished() == 1


@pytest.mark.parametrize(("level", "queue"), [("red", "urgent"), ("yellow", "ordinary")])
def test_rest_of_a_long_expansion_gets_in_line_again(submit, people, monkeypatch, level, queue):
    monkeypatch.setattr(tasks, "AT_A_TIME_S", 0.0)
    incident = submit(response_level=level)
    rung = []
    monkeypatch.setattr(declaring.bell, "call", lambda ring: ring())
    monkeypatch.setattr(
        declaring.current_app, "send_task", lambda *_, routing_key: rung.append(routing_key)
    )
    for _ in range(3):
        tasks.expand(incident.pk)
    assert rung == [queue, queue]  # three slices, and after the last nobody is called
    assert Wave.objects.get().recipients_done_at is not None


def test_audience_is_deaf_to_later_changes_of_the_registry(submit, people):
    incident = submit()
    set_residence(person=people["wang"], place=BEYOND)
    set_residence(person=people["beyond"], place=PORT_VILA)
    leave_registry(person=people["li"])
    newcomer = settle("新来", phone="+6785550199")
    expand_incident(incident.pk)
    assert_whole(incident, people)
    assert newcomer.pk not in persons_covered()


def test_erased_person_keeps_their_place_and_gets_no_message(submit, people):
    incident = submit()
    gone = people["li"].pk
    Person.objects.filter(pk=gone).delete()
    expand_incident(incident.pk)
    assert Standing.objects.count() == 6
    standing = Standing.objects.get(person_ref=gone)
    assert not standing.addressed
    assert gone not in persons_covered()
    assert counts(incident).unaddressed == 2


def test_deliveries_keep_their_address_when_the_registry_forgets_it(submit, people):
    incident = submit()
    expand_incident(incident.pk)
    ContactPoint.objects.all().delete()
    assert {d.address for d in Delivery.objects.all()} >= {"+6785550101"}


def test_shared_address_is_one_delivery_for_both(submit, people):
    expand_incident(submit().pk)
    both = {people["chen"].pk, people["chen_wife"].pk}
    shared = Delivery.objects.filter(persons__person_ref=people["chen"].pk).get()
    assert set(shared.persons.values_list("person_ref", flat=True)) == both
    assert shared.covers == 2


def test_wave_taken_back_before_it_was_written_gets_no_recipients(submit, people, officer):
    incident = submit()
    retract_incident_wave(incident=incident, wave=Wave.objects.get(), officer=officer)
    expand_incident(incident.pk)
    assert not Delivery.objects.exists()
    assert Standing.objects.count() == 6
