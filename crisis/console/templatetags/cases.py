"""The clock of a case as people read it."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from crisis.cases.models import Case
from crisis.cases.states import Grade

register = template.Library()

# A shape beside the colour: who cannot tell the colours apart tells the shapes.
SHAPES = {Grade.RED: "▲", Grade.ORANGE: "◆", Grade.YELLOW: "●", "": "△"}


@register.filter
def shape(case: Case) -> str:
    return SHAPES[case.grade]


@register.filter
def left(case: Case, now: datetime) -> int | None:
    """Seconds until the clock runs over, negative after it; None while it does not run."""
    return None if case.due_at is None else round((case.due_at - now).total_seconds())


@register.filter
def clock_phrase(which: str) -> str:
    """The words around the time, for the page's script."""
    return _("超时 %(time)s") if which == "over" else _("剩余 %(time)s")


@register.filter
def clock(seconds: int) -> str:
    """«剩余 12:05», «超时 1:02:09»."""
    words = clock_phrase("over" if seconds < 0 else "remains")
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    time = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return words % {"time": time}


@register.filter
def event_words(detail: dict[str, object]) -> str:
    """The figures and references of a line in a case's log that say something to a reader."""
    grades = {value: str(label) for value, label in Grade.choices}
    shown = []
    if "grade" in detail:
        shown.append(grades.get(str(detail["grade"]), _("未定级")))
    if "minutes" in detail:
        shown.append(_("%(n)s 分钟") % {"n": detail["minutes"]})
    if "waited_s" in detail:
        waited = divmod(int(str(detail["waited_s"])), 60)
        shown.append(_("等了 %(m)d 分 %(s)d 秒") % {"m": waited[0], "s": waited[1]})
    shown += [str(detail[name]) for name in ("to", "into", "gone", "other") if name in detail]
    return " · ".join(shown)
