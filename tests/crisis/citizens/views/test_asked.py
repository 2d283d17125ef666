"""有人在找我: the sought person sees who asks, and their word decides what is said."""

import pytest

from crisis.tracing.saying import Say
from crisis.tracing.selectors import words_for
from crisis.tracing.services.matching import match_enquiry, undo_match
from crisis.tracing.services.recording import close_enquiry, record_enquiry
from crisis.tracing.services.telling import tell_person
from crisis.tracing.states import Closed
from tests.crisis.tracing.conftest import MOTHER
from tests.support import scene
from tests.support.citizens import signed_in_client

pytestmark = pytest.mark.django_db
PAGE = "/me/asked/"


@pytest.fixture
def people(held_clock):
    return scene.port_vila()


@pytest.fixture
def enquiry(people, post, officer):
    incident = scene.declare(post, officer, people=6)
    found = record_enquiry(draft=MOTHER, post=post, officer=officer, incident=incident)
    match_enquiry(enquiry=found, person=people["wang"], officer=officer)
    return found


def answer(browser, enquiry, word):
    return browser.post(PAGE, {"enquiry": enquiry.pk, "permission": word})


def test_who_was_told_sees_the_asker_masked_and_the_message(enquiry, people, officer):
    browser = signed_in_client(people["wang"])
    assert enquiry.number not in browser.get(PAGE).content.decode()
    tell_person(enquiry=enquiry, officer=officer)
    page = browser.get(PAGE).content.decode()
    for shown in ("王*（关系：父母）", "妈妈等你电话", enquiry.number):
        assert shown in page
    for hidden in ("王母", "13800138000", "138 0013 8000"):
        assert hidden not in page


@pytest.mark.parametrize("word", ["nothing", "safe", "place"])
def test_the_word_is_kept_and_may_be_changed(enquiry, people, officer, word):
    tell_person(enquiry=enquiry, officer=officer)
    browser = signed_in_client(people["wang"])
    assert answer(browser, enquiry, word).status_code == 302
    enquiry.refresh_from_db()
    assert (enquiry.permission, enquiry.permission_by) == (word, f"person:{people['wang'].pk}")
    answer(browser, enquiry, "nothing")
    enquiry.refresh_from_db()
    assert enquiry.permission == "nothing"
    assert words_for(enquiry).say == Say.NOTED


def test_no_word_and_a_closed_enquiry_are_refused(enquiry, people, officer):
    tell_person(enquiry=enquiry, officer=officer)
    browser = signed_in_client(people["wang"])
    assert answer(browser, enquiry, "everything").status_code == 409
    close_enquiry(enquiry=enquiry, closed_as=Closed.IN_TOUCH, officer=officer)
    assert answer(browser, enquiry, "safe").status_code == 404


def test_nobody_else_sees_or_answers_it(enquiry, people, officer):
    tell_person(enquiry=enquiry, officer=officer)
    other = signed_in_client(people["silent"])
    assert enquiry.number not in other.get(PAGE).content.decode()
    assert answer(other, enquiry, "place").status_code == 404
    undo_match(enquiry=enquiry, officer=officer)
    assert answer(signed_in_client(people["wang"]), enquiry, "place").status_code == 404
    enquiry.refresh_from_db()
    assert enquiry.permission == "not_asked"
