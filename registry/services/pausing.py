"""Pausing: somebody is at home for a while, and not to be looked for abroad."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from registry.drafts import refusal
from registry.models import Person, Whereabouts, WhereaboutsKind
from registry.services.current import settle

LONGEST = timedelta(days=366)
"""Longer than a year is leaving: the yearly confirmation would come before the end."""


@transaction.atomic
def pause_person(*, person: Person, until: date, by: str) -> None:
    """Until the day `until` (UTC) residence and trips do not count: the person is not abroad.

    A position they shared before is forgotten, because this says otherwise; one they share later
    counts. Raises DomainError bad_pause.
    """
    now = clock.now()
    if not now.date() < until <= now.date() + LONGEST:
        raise refusal("bad_pause", "until", _("请选择今天之后、一年以内的日期。"))
    Person.objects.filter(pk=person.pk).update(paused_until=until)
    person.paused_until = until
    Whereabouts.objects.filter(person=person, kind=WhereaboutsKind.SHARED).delete()
    settle([person.pk], now)
    _note("person.paused", person, by, until=until)


@transaction.atomic
def resume_person(*, person: Person, by: str) -> bool:
    """The person is abroad again; False when they had not paused."""
    resumed = Person.objects.filter(pk=person.pk, paused_until__isnull=False)
    if not resumed.update(paused_until=None):
        return False
    person.paused_until = None
    settle([person.pk], clock.now())
    _note("person.resumed", person, by)
    return True


def has_paused(person: Person) -> bool:
    """Whether a pause is in force today."""
    return person.paused_until is not None and person.paused_until > clock.now().date()


def _note(act: str, person: Person, by: str, **detail: object) -> None:
    audit.record(actor=by, act=act, subject=f"person:{person.pk}", **detail)
