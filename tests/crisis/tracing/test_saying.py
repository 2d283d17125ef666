"""What a relative hears: no more than was allowed, and nothing that betrays anything."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crisis.rollcall.states import Condition, Contact
from crisis.tracing.saying import Ground, Known, Say, what_may_be_said
from crisis.tracing.states import RELATIVES, Checked, Kinship, Permission

AT = datetime(2024, 12, 17, 3, 5, tzinfo=UTC)
SAFE = Known(
    number="XK7M4Q2", name="王小明", kinship=Kinship.PARENT, checked=Checked.DOCUMENT, matched=True,
    consent=True, in_incident=True, condition=Condition.SAFE, contact=Contact.ANSWERED,
    answered_at=AT, city="维拉港",
)  # fmt: skip
knowns = st.builds(
    Known,
    number=st.just("XK7M4Q2"),
    name=st.just("王小明"),
    kinship=st.sampled_from(Kinship),
    checked=st.sampled_from(Checked),
    matched=st.booleans(),
    consent=st.booleans(),
    permission=st.sampled_from(Permission),
    is_child=st.booleans(),
    in_incident=st.booleans(),
    condition=st.sampled_from(Condition),
    contact=st.sampled_from(Contact),
    spoken_for=st.booleans(),
    answered_at=st.sampled_from([None, AT]),
    city=st.sampled_from(["", "维拉港"]),
)
NOTED = what_may_be_said(Known(number="XK7M4Q2", name="王小明")).text


@given(knowns)
def test_nothing_is_said_that_nobody_allowed(known):
    words = what_may_be_said(known)
    allowed = known.permission in (Permission.SAFE, Permission.PLACE)
    agreed = known.consent and known.kinship in RELATIVES and not known.is_child
    may = known.matched and known.checked != Checked.NO and (allowed or agreed)
    if known.permission == Permission.NOTHING or not may:
        assert words.say == Say.NOTED
    if known.permission != Permission.PLACE:
        assert "维拉港" not in words.text


@given(knowns)
def test_whatever_may_not_be_said_sounds_the_same(known):
    """Registered or not, refused, missing or dead: not a character differs."""
    words = what_may_be_said(known)
    assert (words.text == NOTED) == (words.say == Say.NOTED)


@given(knowns, st.sampled_from([Condition.DECEASED, Condition.IDENTITY_PENDING]))
def test_death_is_never_told_from_here(known, condition):
    words = what_may_be_said(replace(known, condition=condition))
    assert words.text == NOTED
    assert not known.matched or words.ground == Ground.NOT_BY_THIS_PAGE


@given(knowns)
def test_illness_and_need_are_never_told(known):
    for condition in (Condition.INJURED, Condition.NEEDS_HELP):
        words = what_may_be_said(replace(known, condition=condition))
        assert words.say in (Say.NOTED, Say.REACHED, Say.NOT_REACHED)


@pytest.mark.parametrize(
    ("changes", "say", "ground"),
    [
        ({}, Say.SAFE, Ground.CONSENT),
        ({"permission": Permission.PLACE}, Say.PLACE, Ground.PERMISSION),
        ({"permission": Permission.PLACE, "city": ""}, Say.SAFE, Ground.PERMISSION),
        ({"spoken_for": True}, Say.REPORTED, Ground.CONSENT),
        ({"condition": Condition.INJURED}, Say.REACHED, Ground.CONSENT),
        (
            {"condition": Condition.UNKNOWN, "contact": Contact.NO_ANSWER},
            Say.NOT_REACHED,
            Ground.CONSENT,
        ),
        ({"in_incident": False}, Say.NOTED, Ground.NO_NEWS),
        ({"matched": False}, Say.NOTED, Ground.UNMATCHED),
        ({"consent": False}, Say.NOTED, Ground.NO_CONSENT),
        ({"permission": Permission.NOTHING}, Say.NOTED, Ground.REFUSED),
        ({"checked": Checked.NO}, Say.NOTED, Ground.NOT_CHECKED),
        ({"kinship": Kinship.EMPLOYER}, Say.NOTED, Ground.NO_RELATIVE),
        (
            {"kinship": Kinship.EMPLOYER, "permission": Permission.SAFE},
            Say.SAFE,
            Ground.PERMISSION,
        ),
        ({"is_child": True}, Say.NOTED, Ground.CHILD),
        ({"contact": Contact.MISSING}, Say.NOTED, Ground.NOT_BY_THIS_PAGE),
    ],
)
def test_each_rule_by_itself(changes, say, ground):
    words = what_may_be_said(replace(SAFE, **changes))
    assert (words.say, words.ground) == (say, ground)


def test_sentences_stand_in_both_languages_and_name_the_time():
    assert "2024-12-17 03:05" in what_may_be_said(SAFE).text
    with translation.override("en"):
        said = {what_may_be_said(replace(SAFE, permission=p)).text for p in Permission}
    assert all("王小明" in text or "XK7M4Q2" in text for text in said)
    assert not any("报了平安" in text or "登记" in text for text in said)
