"""Two registrations of one person in an open incident: counted once, folded from both logs."""

import pytest

from crisis.incidents.models import Incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.selectors import counts, standings
from crisis.rollcall.services.recording import record_status
from crisis.rollcall.services.timers import silent_after
from crisis.rollcall.states import EventKind
from registry.models import Person
from registry.services.merging import merge_persons, undo_merge
from tests.support.scene import declare

pytestmark = pytest.mark.django_db
WANG, SECOND = "+6785550101", "+6785550107"


def table(incident):
    rows = Standing.objects.filter(incident=incident).order_by("pk")
    fields = [f.attname for f in Standing._meta.concrete_fields if f.name != "updated_at"]
    return list(rows.values(*fields))


def conditions(incident):
    return {row.person_ref: row.condition for row in standings(incident)}


def test_one_is_counted_and_both_logs_are_read(alerted, people, hear, officer):
    wang, li = people["wang"], people["li"]
    record_status(incident=alerted, person_ref=li.pk, kind=EventKind.NEEDS_HELP, officer=officer)
    before, counted = table(alerted), counts(alerted)
    merge = merge_persons(kept=wang, gone=li, by="officer")
    assert counts(alerted).in_audience == counted.in_audience - 1
    assert conditions(alerted)[wang.pk] == "needs_help"
    assert li.pk not in conditions(alerted)
    undo_merge(merge=merge, by="officer")
    assert table(alerted) == before
    assert counts(alerted) == counted


def test_answer_to_either_reaches_the_one_who_is_kept(alerted, people, hear):
    wang, li = people["wang"], people["li"]
    merge = merge_persons(kept=li, gone=wang, by="officer")
    hear(WANG, "1")
    assert conditions(alerted)[li.pk] == "safe"
    assert RollCallEvent.objects.get(kind="safe").person_ref == wang.pk
    undo_merge(merge=merge, by="officer")
    assert conditions(alerted)[wang.pk] == "safe"
    assert conditions(alerted)[li.pk] == "unknown"


def test_kept_one_who_was_not_inside_stands_for_the_one_who_was(alerted, people, hear):
    beyond, wang = people["beyond"], people["wang"]
    before, counted = table(alerted), counts(alerted)
    merge = merge_persons(kept=beyond, gone=wang, by="officer")
    after = counts(alerted)
    assert after.in_audience == counted.in_audience
    assert after.contact == counted.contact
    hear(WANG, "2")
    assert conditions(alerted)[beyond.pk] == "needs_help"
    undo_merge(merge=merge, by="officer")
    assert conditions(alerted)[wang.pk] == "needs_help"
    assert [row["person_ref"] for row in table(alerted)] == [row["person_ref"] for row in before]


def test_a_chain_of_three_is_one(alerted, people, hear):
    wang, li, smith = people["wang"], people["li"], people["smith"]
    before, counted = table(alerted), counts(alerted).in_audience
    first = merge_persons(kept=li, gone=wang, by="officer")
    second = merge_persons(kept=smith, gone=Person.objects.get(pk=li.pk), by="officer")
    assert counts(alerted).in_audience == counted - 2
    undo_merge(merge=second, by="officer")
    assert counts(alerted).in_audience == counted - 1
    undo_merge(merge=first, by="officer")
    assert table(alerted) == before
    third = merge_persons(kept=li, gone=wang, by="officer")
    merge_persons(kept=smith, gone=Person.objects.get(pk=li.pk), by="officer")
    hear(WANG, "1")
    assert conditions(alerted)[smith.pk] == "safe"
    assert third.pk


def test_who_was_merged_is_neither_reminded_nor_called_silent(alerted, people):
    step = alerted.steps.order_by("due_at").first()
    silent = {person for _, person in silent_after(step, 100)}
    merge_persons(kept=people["wang"], gone=people["li"], by="officer")
    assert {person for _, person in silent_after(step, 100)} == silent - {people["li"].pk}


def test_merged_after_the_audience_was_frozen_and_before_it_was_written(post, officer, people):
    incident = declare_unwritten(post, officer)
    merge_persons(kept=people["wang"], gone=people["li"], by="officer")
    from crisis.incidents.services import expand_incident

    expand_incident(incident.pk)
    assert counts(incident).in_audience == 5
    assert people["li"].pk not in conditions(incident)


def declare_unwritten(post, officer) -> Incident:
    from crisis.incidents.services import declare_incident
    from tests.support.scene import draft

    return declare_incident(
        draft=draft(post), officer=officer, declaration_key="unwritten", confirmed_count=6
    )


def test_next_incident_has_one_of_them(people, post, officer):
    merge_persons(kept=people["wang"], gone=people["li"], by="officer")
    incident = declare(post, officer, people=5)
    assert set(conditions(incident)) & {people["wang"].pk, people["li"].pk} == {people["wang"].pk}
