"""Durations and problems as people read them, for the page and the command line alike."""

from django.utils.translation import gettext as _

from crisis.operations.problems import Found


def duration(seconds: float | None) -> str:
    """«12 秒», «3 分 20 秒», «2 小时 5 分», «30 小时»; a dash where there is nothing to tell."""
    if seconds is None:
        return "—"
    if seconds < 100:
        return _("%(s)d 秒") % {"s": seconds}
    if seconds < 6000:
        return _("%(m)d 分 %(s)d 秒") % {"m": seconds // 60, "s": seconds % 60}
    if seconds >= 36_000:
        return _("%(h)d 小时") % {"h": seconds // 3600}
    return _("%(h)d 小时 %(m)d 分") % {"h": seconds // 3600, "m": seconds % 3600 // 60}


def sentence(found: Found) -> str:
    """The problem, where, how many and for how long."""
    parts = [str(found.problem.label), found.where]
    if found.count:
        parts.append(_("数量 %(n)d") % {"n": found.count})
    if found.age_s:
        parts.append(duration(found.age_s))
    return " · ".join(part for part in parts if part)
