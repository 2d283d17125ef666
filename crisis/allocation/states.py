"""The life of a plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    PROPOSED = "proposed", _("建议")
    ADOPTED = "adopted", _("采用")
    REPLACED = "replaced", _("已被取代")
    DISCARDED = "discarded", _("已放弃")


_P = PlanState
TRANSITIONS: dict[PlanState, frozenset[PlanState]] = {
    _P.PROPOSED: frozenset({_P.ADOPTED, _P.DISCARDED}),
    _P.ADOPTED: frozenset({_P.REPLACED}),
    _P.REPLACED: frozenset(),
    _P.DISCARDED: frozenset(),
}
# Officers can still move people in these.
OPEN = (PlanState.PROPOSED, PlanState.ADOPTED)


class RunState(models.TextChoices):
    WAITING = "waiting", _("等待计算")
    WORKING = "working", _("正在计算")
    DONE = "done", _("已算好")
    FAILED = "failed", _("未能算出")


UNFINISHED = [RunState.WAITING.value, RunState.WORKING.value]
