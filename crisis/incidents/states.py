"""The life of an incident."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentState(models.TextChoices):
    DRAFT = "draft", _("待复核")
    DECLARED = "declared", _("进行中")
    STOOD_DOWN = "stood_down", _("已解除")
    DISCARDED = "discarded", _("已作废")


TRANSITIONS: dict[IncidentState, frozenset[IncidentState]] = {
    IncidentState.DRAFT: frozenset({IncidentState.DECLARED, IncidentState.DISCARDED}),
    IncidentState.DECLARED: frozenset({IncidentState.STOOD_DOWN}),
    IncidentState.STOOD_DOWN: frozenset({IncidentState.DECLARED}),
    IncidentState.DISCARDED: frozenset(),
}


class ResponseLevel(models.TextChoices):
    """响应级别. At red, every verified address of a person is used at once."""

    RED = "red", _("红色响应")
    ORANGE = "orange", _("橙色响应")
    YELLOW = "yellow", _("黄色响应")
