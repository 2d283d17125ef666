"""Ages and weeks that a rule or an airline asks for."""

from datetime import date, timedelta

from registry.consent.texts import GUARDIAN_UNDER

PREGNANCY_WEEKS = 40
"""From the first day of the last period to the day expected (Naegele's rule)."""
LATEST_WEEK = 42


def age_on(born: date | None, day: date) -> int | None:
    """Completed years; None where the birth date is not known."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_child(born: date | None, day: date) -> bool:
    """Whether a guardian has to agree (个人信息保护法 第三十一条); unknown ages count as older."""
    age = age_on(born, day)
    return age is not None and age < GUARDIAN_UNDER


def due_on_of_week(week: int, today: date) -> date:
    """The day a child is expected, of somebody in the `week`th week of pregnancy today."""
    return today + timedelta(weeks=PREGNANCY_WEEKS - week)


def pregnancy_week(due_on: date, day: date) -> int:
    """The week of pregnancy on a day: 40 on the day expected."""
    return PREGNANCY_WEEKS + (day - due_on).days // 7
