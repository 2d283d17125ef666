"""An enquiry from the first call to the last word, and how it is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from config.kernel import clock, reindexing, retention
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.cases.models import Case
from crisis.cases.services import open_case
from crisis.cases.states import Origin
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from crisis.tracing import selectors
from crisis.tracing.candidates import candidates
from crisis.tracing.models import Answer, Enquiry, Match, SoughtName
from crisis.tracing.saying import Say
from crisis.tracing.services.answering import give_answer
from crisis.tracing.services.matching import link_case, match_enquiry, undo_match, unlink_case
from crisis.tracing.services.recording import (
    close_enquiry,
    record_enquiry,
    reopen_enquiry,
    set_asker,
    set_permission,
)
from crisis.tracing.services.telling import tell_person
from crisis.tracing.states import Checked, Closed, Permission, Publish
from notifications.models import Delivery
from registry.drafts import PersonDraft
from registry.models import ConsentPurpose, Person
from registry.services.consents import give_consent, withdraw_consent
from registry.services.erasing import erase_people
from registry.services.merging import merge_persons, undo_merge
from registry.services.people import register_person
from tests.crisis.tracing.conftest import MOTHER
from tests.support import scene

pytestmark = pytest.mark.django_db


def say(enquiry):
    return selectors.words_for(Enquiry.objects.get(pk=enquiry.pk)).say


def agree(person):
    give_consent(person=person, purpose=ConsentPurpose.TRACING, given_by=person)


def safe(incident, person, officer):
    record_status(
        incident=incident, person_ref=person.pk, kind=EventKind.SAFE, officer=officer, note="来电"
    )


# -- Recording -------------------------------------------------------------------------------


def test_enquiry_is_written_in_one_form_and_sealed(enquiry, officer):
    row = Enquiry.objects.get()
    assert (row.asker_phone, row.passport) == ("+8613800138000", "E12345678")
    assert [name.text for name in row.names.all()] == ["王小明", "WANG/XIAOMING"]
    assert (row.checked_by, row.publish_at) == ("officer", None)
    with connection.cursor() as cursor:
        for table in ("tracing_enquiry", "tracing_soughtname"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - two names of ours
            raw = b"".join(
                bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
                for line in cursor.fetchall()
                for v in line
            )
            for secret in ("王", "xiaoming", "13800138000", "E12345678", "酒店", "妈妈"):
                assert secret.encode() not in raw
    assert "王" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"asker_name": " "}, "asker_needed", "asker_name"),
        ({"asker_phone": ""}, "unreachable_asker", "asker_phone"),
        ({"asker_phone": "12"}, "bad_phone", "asker_phone"),
        ({"phone": "12"}, "bad_phone", "phone"),
        ({"names": ("\u200b",)}, "name_needed", "names"),
        ({"names": tuple("甲乙丙丁戊己庚")}, "too_many_names", "names"),
        ({"birth_year": 19}, "bad_birth_year", "birth_year"),
        ({"passport": "?"}, "bad_document_number", "passport"),
        ({"last_country": "XX"}, "unknown_country", "last_country"),
        ({"kinship": "cousin"}, "unknown_choice", "kinship"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    held_clock, post, officer, changes, code, field
):
    with pytest.raises(DomainError) as refusal:
        record_enquiry(draft=replace(MOTHER, **changes), post=post, officer=officer)
    assert (refusal.value.code, refusal.value.extra["field"]) == (code, field)
    assert not Enquiry.objects.exists()


def test_time_to_come_is_refused(held_clock, post, officer):
    late = replace(MOTHER, last_heard_at=clock.now() + timedelta(minutes=1))
    with pytest.raises(DomainError) as refusal:
        record_enquiry(draft=late, post=post, officer=officer)
    assert refusal.value.code == "in_the_future"


def test_another_post_writes_reads_and_finds_nothing(enquiry, post, outsider, other_post, incident):
    for post_, about in ((post, None), (other_post, incident)):
        with pytest.raises(DomainError) as refusal:
            record_enquiry(draft=MOTHER, post=post_, officer=outsider, incident=about)
        assert refusal.value.status == 404
    assert not selectors.enquiries_for(outsider).exists()
    for act in (
        lambda: give_answer(enquiry=enquiry, shown="noted", officer=outsider),
        lambda: tell_person(enquiry=enquiry, officer=outsider),
        lambda: undo_match(enquiry=enquiry, officer=outsider),
        lambda: close_enquiry(enquiry=enquiry, closed_as=Closed.ANSWERED, officer=outsider),
    ):
        with pytest.raises(DomainError) as refusal:
            act()
        assert refusal.value.status == 404


def test_authority_to_publish_is_kept_with_when_and_by_whom(enquiry, officer):
    set_asker(
        enquiry=enquiry, checked=Checked.CALLED_BACK, publish=Publish.PARTNERS, officer=officer
    )
    row = Enquiry.objects.get()
    assert (row.publish, row.publish_by, row.publish_at) == ("partners", "officer", clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.update(publish_at=None)


# -- Whom --------------------------------------------------------------------------------------


def test_candidates_come_with_points_and_reasons(enquiry, people):
    twin = register_person(draft=PersonDraft(name="汪晓鸣"))
    found = candidates(enquiry, Person.objects.all())
    assert [one.person for one in found] == [people["wang"], twin]
    first, second = found
    assert first.score == 100
    assert "证件号码相同" in [str(reason) for reason in first.reasons]
    assert [str(reason) for reason in second.reasons] == ["姓名读音或拼写相同"]
    assert candidates(enquiry, Person.objects.none()) == []
    again = candidates(enquiry, Person.objects.all(), "李娜")
    assert people["li"] in [one.person for one in again]


def test_birth_year_and_sex_speak_against_somebody(incident, people, post, officer):
    Person.objects.filter(pk=people["li"].pk).update(birth_date="1950-01-01", sex="M")
    draft = replace(MOTHER, names=("李娜",), passport="", birth_year=1951, sex="F")
    one = record_enquiry(draft=draft, post=post, officer=officer)
    near = candidates(one, Person.objects.all())[0]
    assert (near.score, near.person) == (35 + 8 - 15 + 10, people["li"])


def test_match_and_undo_leave_both_on_record(enquiry, people, officer):
    match_enquiry(enquiry=enquiry, person=people["li"], officer=officer, score=12)
    match_enquiry(enquiry=enquiry, person=people["li"], officer=officer)
    assert Match.objects.count() == 1
    with pytest.raises(DomainError) as refusal:
        match_enquiry(enquiry=enquiry, person=people["wang"], officer=officer)
    assert refusal.value.code == "already_matched"
    set_permission(enquiry=enquiry, permission=Permission.PLACE, officer=officer)
    undo_match(enquiry=enquiry, officer=officer)
    row = Enquiry.objects.get()
    assert (row.state, row.permission) == ("open", "not_asked")  # it was somebody else's word
    match_enquiry(enquiry=enquiry, person=people["wang"], officer=officer)
    assert Match.objects.exclude(undone_at=None).get().undone_by == "officer"


def test_others_after_the_same_person_are_shown_together(enquiry, people, post, officer):
    def ask(**changes):
        draft = replace(MOTHER, passport="", phone="", birth_year=None, **changes)
        return record_enquiry(draft=draft, post=post, officer=officer)

    sounds = ask(names=("汪晓鸣",))
    matched = ask(names=("小明明",))
    stranger = ask(names=("李四",))
    older = record_enquiry(
        draft=replace(MOTHER, passport="", birth_year=1950), post=post, officer=officer
    )
    for one in (enquiry, matched):
        match_enquiry(enquiry=one, person=people["wang"], officer=officer)
    among = selectors.enquiries_for(officer)
    assert set(selectors.alike(enquiry, among)) == {sounds, matched}
    assert not {stranger, older} & set(selectors.alike(enquiry, among))
    assert list(selectors.enquiries_after(people["wang"].pk)) == [enquiry, matched]


def test_cases_of_the_person_and_linked_ones_are_there(enquiry, people, post, incident, officer):
    facts = {"post": post, "origin": Origin.CALL, "raised_at": clock.now(), "incident": incident}
    theirs = open_case(origin_key="call:1", person_ref=people["wang"].pk, **facts)
    nobodys = open_case(origin_key="call:2", person_name="小王", **facts)
    among = Case.objects.all()
    assert selectors.cases_about(enquiry, among) == []
    match_enquiry(enquiry=enquiry, person=people["wang"], officer=officer)
    link_case(enquiry=enquiry, case=nobodys, officer=officer)
    link_case(enquiry=enquiry, case=nobodys, officer=officer)
    assert selectors.cases_about(enquiry, among) == [nobodys, theirs]
    unlink_case(enquiry=enquiry, case=nobodys, officer=officer)
    assert selectors.cases_about(enquiry, among) == [theirs]


def test_match_follows_a_merge_of_the_registry_and_its_undoing(enquiry, people, officer):
    double = scene.settle("王晓明")
    match_enquiry(enquiry=enquiry, person=double, officer=officer)
    merge = merge_persons(kept=people["wang"], gone=double, by="officer")
    assert selectors.standing_match(enquiry).person == people["wang"]
    undo_merge(merge=merge, by="officer")
    assert selectors.standing_match(enquiry).person == double


# -- What is said --------------------------------------------------------------------------------


def test_words_follow_consent_roll_call_and_the_persons_own_word(
    enquiry, people, incident, officer
):
    wang = people["wang"]
    safe(incident, wang, officer)
    assert say(enquiry) == Say.NOTED
    match_enquiry(enquiry=enquiry, person=wang, officer=officer)
    assert say(enquiry) == Say.NOTED  # no consent
    agree(wang)
    assert say(enquiry) == Say.SAFE
    withdraw_consent(person=wang, purpose=ConsentPurpose.TRACING)
    assert say(enquiry) == Say.NOTED
    set_permission(enquiry=enquiry, permission=Permission.PLACE, officer=officer)
    words = selectors.words_for(Enquiry.objects.get())
    assert words.say == Say.PLACE
    assert "维拉港" in words.text
    set_permission(enquiry=enquiry, permission=Permission.NOTHING, officer=officer)
    assert say(enquiry) == Say.NOTED


def test_answers_are_kept_and_a_sentence_that_changed_is_not_recorded(
    enquiry, people, incident, officer
):
    give_answer(enquiry=enquiry, shown="noted", officer=officer)
    assert Enquiry.objects.get().state == "open"
    match_enquiry(enquiry=enquiry, person=people["wang"], officer=officer)
    agree(people["wang"])
    with pytest.raises(DomainError) as refusal:
        give_answer(enquiry=enquiry, shown="noted", officer=officer)
    assert refusal.value.code == "words_changed"
    give_answer(enquiry=enquiry, shown="not_reached", officer=officer)
    safe(incident, people["wang"], officer)
    give_answer(enquiry=enquiry, shown="safe", officer=officer)
    assert [row.said for row in Answer.objects.order_by("pk")] == ["noted", "not_reached", "safe"]
    assert Enquiry.objects.get().state == "answered"
    assert "王小明" in Answer.objects.first().text
    entry = AuditEntry.objects.filter(act="tracing.answered").last()
    assert entry.detail["say"] == "safe"
    assert entry.detail["basis"] == "consent"


def test_whoever_is_missing_in_another_incident_is_not_said_to_be_safe(
    enquiry, people, incident, post, officer
):
    wang = people["wang"]
    agree(wang)
    match_enquiry(enquiry=enquiry, person=wang, officer=officer)
    safe(incident, wang, officer)
    other = scene.declare(post, officer, people=6, title="余震", radius_m=90_000.0)
    record_status(
        incident=other, person_ref=wang.pk, kind=EventKind.MISSING, officer=officer, note="失联"
    )
    assert say(enquiry) == Say.NOTED


def test_person_is_told_once_at_an_address_of_their_own(enquiry, people, officer):
    match_enquiry(enquiry=enquiry, person=people["wang"], officer=officer)
    wave = tell_person(enquiry=enquiry, officer=officer)
    [delivery] = Delivery.objects.filter(wave=wave)
    assert delivery.address == "+6785550101"
    assert "王*（关系：父母）" in wave.texts["sms"]["zh-hans"]
    assert "王母" not in str(wave.texts)
    with pytest.raises(DomainError) as refusal:
        tell_person(enquiry=enquiry, officer=officer)
    assert refusal.value.code == "already_told"
    undo_match(enquiry=enquiry, officer=officer)
    match_enquiry(enquiry=enquiry, person=people["silent"], officer=officer)
    with pytest.raises(DomainError) as refusal:
        tell_person(enquiry=enquiry, officer=officer)
    assert refusal.value.code == "unaddressed"


# -- The end ---------------------------------------------------------------------------------


def test_closed_is_closed_until_somebody_asks_again(enquiry, people, officer):
    match_enquiry(enquiry=enquiry, person=people["wang"], officer=officer)
    close_enquiry(enquiry=enquiry, closed_as=Closed.IN_TOUCH, officer=officer)
    with pytest.raises(DomainError) as refusal:
        give_answer(enquiry=enquiry, shown="noted", officer=officer)
    assert refusal.value.code == "already_closed"
    assert not selectors.enquiries_after(people["wang"].pk).exists()
    reopen_enquiry(enquiry=enquiry, officer=officer)
    assert Enquiry.objects.get().state == "matched"
    with pytest.raises(DomainError) as refusal:
        reopen_enquiry(enquiry=enquiry, officer=officer)
    assert refusal.value.code == "not_closed"


def test_erasing_the_person_leaves_nothing_of_them_here(enquiry, people, officer, settings):
    match_enquiry(enquiry=enquiry, person=people["beyond"], officer=officer)
    give_answer(enquiry=enquiry, shown="noted", officer=officer)
    assert erase_people(person_ids=[people["beyond"].pk], by="officer")
    row = Enquiry.objects.get()
    assert (row.passport, row.message, row.last_place) == ("", "", "")
    assert row.asker_name == "王母"  # still waits for an answer
    assert not SoughtName.objects.exists()
    assert not Match.objects.exists()
    assert Answer.objects.get().text == ""


def test_time_takes_what_is_personal_and_leaves_the_number(enquiry, officer, held_clock, settings):
    give_answer(enquiry=enquiry, shown="noted", officer=officer)
    held_clock(settings.KEEP_ENQUIRY_DAYS * 86_400 - 60)
    assert "enquiries" not in retention.run(budget_s=20).ended
    held_clock(120)
    assert retention.run(budget_s=20).ended["enquiries"] == 1
    row = Enquiry.objects.get()
    assert (row.asker_name, row.asker_phone_index, row.passport_index) == ("", None, None)
    assert (row.number, row.state) == (enquiry.number, "closed")
    assert "enquiries" not in retention.run(budget_s=20).ended
    with pytest.raises(DomainError) as refusal:
        reopen_enquiry(enquiry=enquiry, officer=officer)
    assert refusal.value.code == "scrubbed"


def test_new_index_key_finds_the_same_again(enquiry, settings):
    settings.INDEX_KEY = b"another index key of 32 bytes ..."
    assert not Enquiry.objects.filter(selectors.found_by("王小明")).exists()
    for column in reindexing.columns():
        if column.name.startswith("tracing_"):
            list(reindexing.reindex(column))
    for text in ("王小明", "wang xiaoming", "13800138000", enquiry.number.lower()):
        assert Enquiry.objects.filter(selectors.found_by(text)).get() == enquiry
