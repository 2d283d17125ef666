"""Giving consent and taking it back, with all that hangs on it."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from registry.ages import age_on, is_child
from registry.consent.texts import GUARDIAN_UNDER, current_wording, wording
from registry.drafts import refusal
from registry.models import (
    Channel,
    Consent,
    ConsentPurpose,
    ContactPoint,
    Person,
    Whereabouts,
    WhereaboutsKind,
)
from registry.services.current import settle
from registry.services.people import leave_registry

# Needs that tell of no illness stay when the consent to health information goes.
NOT_HEALTH = ("infant",)
ADULT = 18


@transaction.atomic
def give_consent(
    *, person: Person, purpose: str, given_by: Person | None, text_version: str = ""
) -> Consent:
    """Record that `given_by` agreed, for `person`, to the words of `text_version` (today's).

    The same words again change nothing; newer words take the place of older ones. Raises
    DomainError unknown_purpose, unknown_text_version, or guardian_needed where a child under
    fourteen, or somebody known to be no adult, would consent for a child.
    """
    version = _version(purpose, text_version)
    _check_guardian(person, purpose, given_by, clock.now().date())
    Person.objects.select_for_update().get(pk=person.pk)
    standing = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if (known := standing.first()) and known.text_version == version:
        return known
    now = clock.now()
    standing.update(withdrawn_at=now)
    consent = Consent.objects.create(
        person=person, purpose=purpose, text_version=version, given_by=given_by, given_at=now
    )
    _note("registry.consent", person, given_by, purpose=purpose, text_version=version)
    return consent


@transaction.atomic
def withdraw_consent(*, person: Person, purpose: str, withdrawn_by: Person | None = None) -> bool:
    """Take a consent back and remove what was kept on it; False when there was none.

    Without consent to the registry, or the guardian's, the person leaves it. `withdrawn_by` is
    the person where nobody is named.
    """
    _version(purpose, "")
    standing = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if not standing.update(withdrawn_at=clock.now()):
        return False
    if undo := _UNDO.get(purpose):
        undo(person)
    _note("registry.withdraw_consent", person, withdrawn_by or person, purpose=purpose)
    return True


def _version(purpose: str, text_version: str) -> str:
    if purpose not in ConsentPurpose.values:
        raise refusal("unknown_purpose", "purpose", _("没有这一项同意。"))
    if not text_version:
        return current_wording(purpose).version
    if wording(purpose, text_version) is None:
        sentence = _("同意书的文本已更新，请重新阅读后再确认。")
        raise refusal("unknown_text_version", "text_version", sentence)
    return text_version


def _check_guardian(person: Person, purpose: str, given_by: Person | None, today: date) -> None:
    own_word = given_by is not None and given_by.pk == person.pk
    child = is_child(person.birth_date, today)
    if own_word and (child or purpose == ConsentPurpose.GUARDIAN):
        sentence = _("未满%(age)s周岁者须由父母或其他监护人代为同意。")
        raise refusal("guardian_needed", "guardian", sentence % {"age": GUARDIAN_UNDER})
    if child and given_by is not None and (age_on(given_by.birth_date, today) or ADULT) < ADULT:
        raise refusal("guardian_needed", "guardian", _("代儿童同意的监护人须年满18周岁。"))


def _erase_health(person: Person) -> None:
    person.needs = [need for need in person.needs if need in NOT_HEALTH]
    person.health_note = person.blood_type = person.due_on = ""
    person.save(update_fields=["needs", "health_note", "blood_type", "due_on"])


def _erase_position(person: Person) -> None:
    Whereabouts.objects.filter(person=person, kind=WhereaboutsKind.SHARED).delete()
    settle([person.pk], clock.now())


def _erase_wechat(person: Person) -> None:
    ContactPoint.objects.filter(person=person, channel=Channel.WECHAT).delete()


def _leave(person: Person) -> None:
    leave_registry(person=person)


_UNDO: dict[str, Callable[[Person], None]] = {
    ConsentPurpose.REGISTRY: _leave,
    ConsentPurpose.GUARDIAN: _leave,
    ConsentPurpose.HEALTH: _erase_health,
    ConsentPurpose.POSITION: _erase_position,
    ConsentPurpose.WECHAT: _erase_wechat,
}


def _note(act: str, person: Person, actor: Person | None, **detail: str) -> None:
    named = f"person:{actor.pk}" if actor else "unknown"
    audit.record(actor=named, act=act, subject=f"person:{person.pk}", **detail)
