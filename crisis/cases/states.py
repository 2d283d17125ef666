"""The life of a case, its grades, and how long each may wait for a human voice."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Grade(models.TextChoices):
    """红 / 橙 / 黄: how urgent a request for help is. It says nothing of an incident's level."""

    RED = "red", _("红")
    ORANGE = "orange", _("橙")
    YELLOW = "yellow", _("黄")


# From the raw receipt to the first human contact (docs/decisions/ungraded-is-red.md).
LIMIT: dict[str, timedelta] = {
    Grade.RED: timedelta(minutes=15),
    Grade.ORANGE: timedelta(minutes=30),
    Grade.YELLOW: timedelta(hours=2),
    # Nobody has looked yet: it may be the worst.
    "": timedelta(minutes=15),
}
# What counts as red.
AS_RED = frozenset({Grade.RED.value, ""})


class CaseState(models.TextChoices):
    OPEN = "open", _("待联系")
    IN_CONTACT = "in_contact", _("已联系上")
    UNDER_WAY = "under_way", _("协助中")
    CLOSED = "closed", _("已结案")
    MERGED = "merged", _("已并入")


_S = CaseState
TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    _S.OPEN: frozenset({_S.IN_CONTACT, _S.CLOSED, _S.MERGED}),
    _S.IN_CONTACT: frozenset({_S.UNDER_WAY, _S.CLOSED, _S.MERGED}),
    _S.UNDER_WAY: frozenset({_S.IN_CONTACT, _S.CLOSED, _S.MERGED}),
    # Opened again it waits for a human contact again; a merge taken back restores what was.
    _S.CLOSED: frozenset({_S.OPEN}),
    _S.MERGED: frozenset({_S.OPEN, _S.IN_CONTACT, _S.UNDER_WAY}),
}
LIVE = (CaseState.OPEN, CaseState.IN_CONTACT, CaseState.UNDER_WAY)


class Origin(models.TextChoices):
    """How a case came to us."""

    REPLY = "reply", _("回复“2”")
    BUTTON = "button", _("报平安页面求助")
    FORM = "form", _("公开求助表")
    OFFICER = "officer", _("官员登记")
    CALL = "call", _("电话")
    SELF_REPORT = "selfreport", _("自助报备")
    TRACING = "tracing", _("寻人询问")
    LIAISON = "liaison", _("联络员")
    OVERDUE = "overdue", _("逾期未归")


class Outcome(models.TextChoices):
    """How a case ended. The first two are the person's word that help is not needed any more."""

    HELPED = "helped", _("协助完成")
    NOT_NEEDED = "not_needed", _("本人表示不再需要")
    REFERRED = "referred", _("已移交其他单位")
    UNFOUNDED = "unfounded", _("误报或无法核实")


# Only these close the call for help in the roll call, and only after a human contact.
SETTLES_HELP = frozenset({Outcome.HELPED, Outcome.NOT_NEEDED})


class EventKind(models.TextChoices):
    """What may stand in a case's log."""

    OPENED = "opened", _("立案")
    CALLED_AGAIN = "called_again", _("再次求助")
    HUMAN_CONTACT = "human_contact", _("已与本人或现场人员通话")
    TRIED = "tried", _("尝试联系未果")
    NOTE = "note", _("备注")
    INTAKE = "intake", _("补充接案信息")
    CONCERNS = "concerns", _("确认登记人")
    GRADED = "graded", _("定级")
    ASSIGNED = "assigned", _("接手")
    PAUSED = "paused", _("暂停计时")
    RESUMED = "resumed", _("恢复计时")
    OVERDUE = "overdue", _("超时未联系")
    UNDER_WAY = "under_way", _("协助开始")
    PARTNER = "partner", _("登记协作方")
    HANDED_OVER = "handed_over", _("交班")
    TAKEN_OVER = "taken_over", _("接班")
    MERGED = "merged", _("并入另一个案")
    ABSORBED = "absorbed", _("并入了另一个案")
    PARTED = "parted", _("撤销合并")
    LINKED = "linked", _("关联")
    UNLINKED = "unlinked", _("取消关联")
    TRANSFERRED = "transferred", _("移交使领馆")
    CLOSED = "closed", _("结案")
    REOPENED = "reopened", _("重新打开")


class PartnerKind(models.TextChoices):
    AMBULANCE = "ambulance", _("急救")
    POLICE = "police", _("警方")
    FIRE = "fire", _("消防、搜救")
    HOSPITAL = "hospital", _("医院")
    LAWYER = "lawyer", _("律师")
    INTERPRETER = "interpreter", _("翻译")
    INSURER = "insurer", _("保险公司")
    EMPLOYER = "employer", _("用人单位、学校、旅行社")
    FAMILY = "family", _("家属")
    OTHER = "other", _("其他")
