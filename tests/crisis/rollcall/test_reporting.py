"""A liaison's word: by name it stands as another's, without names it stands beside."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.groups import incidents_of, members_inside, newest_heads, summed
from crisis.rollcall.models import HeadCount, RollCallEvent
from crisis.rollcall.selectors import counts
from crisis.rollcall.services.reporting import Heads, report_heads, report_members
from registry.models import Group
from registry.services.groups import (
    GroupDraft,
    add_member,
    appoint_liaison,
    citizen,
    confirm_group,
    officer,
    open_group,
)
from tests.support.scene import declare

pytestmark = pytest.mark.django_db
HEADS = Heads(safe=40, needs_help=2, unknown=8)


@pytest.fixture
def camp(people):
    """Wang speaks for Li, for one without a phone and for one who is not inside."""
    group = open_group(
        draft=GroupDraft(kind="project", name="港口项目营地", country="VU"),
        by=citizen(people["wang"]),
    )
    confirm_group(group=group, by=officer("officer"))
    for name in ("li", "silent", "beyond"):
        add_member(group=group, person=people[name], by=citizen(people[name]))
    return group


def report(incident, camp, people, **words):
    chosen = {people[name].pk: word for name, word in words.items()}
    return report_members(incident=incident, group=camp, liaison=people["wang"].pk, words=chosen)


def refused(code, act, **given):
    with pytest.raises(DomainError) as refusal:
        act(**given)
    assert refusal.value.code == code


def test_safe_is_anothers_word_and_silence_goes_on(alerted, camp, people, standing):
    report(alerted, camp, people, li="safe")
    row = standing(people["li"])
    assert (row.condition, row.contact, row.spoken_for) == ("safe", "alerted", True)
    assert row.answered_at is None
    assert counts(alerted).spoken_for == 1
    line = RollCallEvent.objects.get(kind="reported_safe")
    assert (line.source, line.recorded_by) == ("liaison", f"person:{people['wang'].pk}")


def test_that_somebody_wants_to_go_says_nothing_of_how_they_are(alerted, camp, people, standing):
    report(alerted, camp, people, li="wants_out")
    row = standing(people["li"])
    assert (row.wants_out, row.condition, row.contact) == (True, "unknown", "answered")
    # That somebody stays is theirs alone to say.
    with pytest.raises(DomainError, match="至少一名成员"):
        report(alerted, camp, people, li="staying")


def test_need_gets_through_and_safe_never_lowers_it(alerted, camp, people, standing):
    report(alerted, camp, people, li="needs_help")
    report(alerted, camp, people, li="safe")
    row = standing(people["li"])
    assert (row.condition, row.spoken_for) == ("needs_help", False)


def test_persons_own_answer_takes_its_place(alerted, camp, people, standing, hear):
    report(alerted, camp, people, wang="safe", li="safe")
    assert not standing(people["wang"]).spoken_for  # of themselves they speak as anybody does
    assert standing(people["wang"]).contact == "answered"
    hear("+6785550101", "2")
    assert standing(people["wang"]).condition == "needs_help"


def test_only_a_liaison_of_a_confirmed_group_in_an_open_incident(alerted, camp, people, officer):
    chosen = {people["li"].pk: "safe"}
    facts = {"incident": alerted, "group": camp, "words": chosen}
    refused("forbidden", report_members, **facts, liaison=people["li"].pk)
    Group.objects.filter(pk=camp.pk).update(confirmed_at=None)
    camp.refresh_from_db()
    refused("unconfirmed", report_members, **facts, liaison=people["wang"].pk)
    Group.objects.filter(pk=camp.pk).update(confirmed_at=clock.now())
    camp.refresh_from_db()
    stand_down_incident(incident=alerted, officer=officer)
    alerted.refresh_from_db()
    refused("wrong_state", report_members, **facts, liaison=people["wang"].pk)
    assert not RollCallEvent.objects.filter(source="liaison").exists()


@pytest.mark.parametrize(
    "words",
    [{}, {"li": "dead"}, {"chen": "safe"}, {"beyond": "safe"}, {"li": "safe", "chen": "safe"}],
)
def test_strangers_and_unknown_words_are_refused_as_a_whole(alerted, camp, people, words):
    refused("bad_report", report, incident=alerted, camp=camp, people=people, **words)
    assert not RollCallEvent.objects.filter(source="liaison").exists()


def test_members_inside_and_open_incidents_are_listed(incident, camp, people, officer):
    names = [row.person.name for row in members_inside(incident, camp)]
    assert names == ["王小明", "李娜", "赵无声"]
    assert list(incidents_of(camp)) == [incident]
    stand_down_incident(incident=incident, officer=officer)
    assert not incidents_of(camp).exists()


def test_incident_of_the_groups_country_concerns_it_without_a_member(incident, people):
    empty = open_group(
        draft=GroupDraft(kind="community", name="华侨总会", country="VU"), by=officer("officer")
    )
    other = open_group(
        draft=GroupDraft(kind="community", name="斐济分会", country="FJ"), by=officer("officer")
    )
    assert list(incidents_of(empty)) == [incident]
    assert not incidents_of(other).exists()


# -- without names ------------------------------------------------------------------------------


def count(incident, camp, people, heads=HEADS, ago=0):
    return report_heads(
        incident=incident, group=camp, liaison=people["wang"].pk, heads=heads,
        counted_at=clock.now() - timedelta(minutes=ago),
    )  # fmt: skip


def test_newest_count_of_each_group_stands_beside_the_standings(alerted, camp, people):
    before = counts(alerted)
    count(alerted, camp, people, ago=5)
    count(alerted, camp, people, heads=Heads(safe=50, needs_help=0, unknown=1))
    count(alerted, camp, people, ago=30)  # told late
    (row,) = newest_heads(alerted)
    assert (row.present, row.safe, row.group) == (51, 50, camp)
    assert summed([row, row])["present"] == 102
    assert counts(alerted) == before
    assert HeadCount.objects.count() == 3


@pytest.mark.parametrize(
    "heads",
    [
        Heads(safe=0, needs_help=0, unknown=0),
        Heads(safe=-1, needs_help=2, unknown=0),
        Heads(safe=100_000, needs_help=1, unknown=0),
    ],
)
def test_counts_that_cannot_be_are_refused(alerted, camp, people, heads):
    refused("bad_count", count, incident=alerted, camp=camp, people=people, heads=heads)
    refused("bad_time", count, incident=alerted, camp=camp, people=people, ago=-1)


def test_audit_names_by_reference(alerted, camp, people):
    report(alerted, camp, people, li="safe")
    count(alerted, camp, people)
    acts = AuditEntry.objects.filter(act__startswith="rollcall.").order_by("number")
    named, heads = (entry.detail for entry in acts)
    assert (named["group"], named["people"]) == (camp.pk, [people["li"].pk])
    assert heads["present"] == 50
    assert "李" not in str((named, heads))


# -- whom a liaison's phone covers ---------------------------------------------------------------


def test_all_safe_from_a_liaisons_phone_is_not_the_members_word(
    people, camp, post, officer, gateway, send, hear
):
    from crisis.rollcall.models import Standing
    from notifications.selectors import waves_of

    incident = declare(post, officer, people=6)
    send(*waves_of(incident.source))
    hear("+6785550101", "全家平安")
    rows = {row.person_ref: row for row in Standing.objects.filter(incident=incident)}
    wang, silent = rows[people["wang"].pk], rows[people["silent"].pk]
    assert (wang.condition, wang.contact, wang.spoken_for) == ("safe", "answered", False)
    assert (silent.condition, silent.contact, silent.spoken_for) == ("safe", "alerted", True)


def test_second_liaison_may_report_too(alerted, camp, people):
    appoint_liaison(group=camp, person=people["li"], by=citizen(people["wang"]))
    assert report_members(
        incident=alerted, group=camp, liaison=people["li"].pk, words={people["silent"].pk: "safe"}
    )
