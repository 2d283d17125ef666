"""Who may do what: one table, read by pages, API, admin and command line alike."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICER = "officer", _("领事官员")
    DUTY_HEAD = "duty_head", _("值班领导")
    PLANNER = "planner", _("撤离组")
    LIAISON = "liaison", _("联络员")
    AUDITOR = "auditor", _("审计员")
    ADMINISTRATOR = "administrator", _("系统管理员")


class Capability(models.TextChoices):
    ENTER = "enter", _("进入工作台")
    VIEW_INCIDENT = "view_incident", _("查看突发事件")
    VIEW_PERSON = "view_person", _("查看个人信息")
    DECLARE = "declare", _("宣布突发事件")
    APPROVE = "approve", _("复核宣布")
    RECORD = "record", _("记录点名情况")
    REGISTER = "register", _("维护登记册")
    ISSUE_ADVISORY = "issue_advisory", _("发布安全提醒")
    EDIT_KNOWLEDGE = "edit_knowledge", _("编辑国别信息")
    EDIT_GUIDE = "edit_guide", _("编辑领事指南")
    SEAT = "seat", _("安排撤离席位")
    PLAN = "plan", _("编制撤离名单")
    EXPORT = "export", _("导出名单")
    KEEP_DUTY = "keep_duty", _("安排值班与代管")
    VIEW_AUDIT = "view_audit", _("查看审计日志")
    VIEW_STATUS = "view_status", _("查看系统状态")
    ADMINISTER = "administer", _("管理系统")


_C = Capability
_OFFICER = frozenset(
    {
        _C.ENTER,
        _C.VIEW_INCIDENT,
        _C.VIEW_PERSON,
        _C.DECLARE,
        _C.APPROVE,
        _C.RECORD,
        _C.REGISTER,
        _C.SEAT,
        _C.ISSUE_ADVISORY,
        _C.KEEP_DUTY,
        _C.EDIT_KNOWLEDGE,
        _C.VIEW_STATUS,
    }
)
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OFFICER: _OFFICER,
    Role.DUTY_HEAD: _OFFICER | {_C.PLAN, _C.EXPORT, _C.EDIT_GUIDE},
    Role.PLANNER: frozenset(
        {_C.ENTER, _C.VIEW_INCIDENT, _C.VIEW_PERSON, _C.SEAT, _C.PLAN, _C.EXPORT}
    ),
    Role.LIAISON: frozenset({_C.ENTER}),
    Role.AUDITOR: frozenset({_C.ENTER, _C.VIEW_INCIDENT, _C.VIEW_AUDIT, _C.VIEW_STATUS}),
    Role.ADMINISTRATOR: frozenset({_C.ENTER, _C.VIEW_AUDIT, _C.VIEW_STATUS, _C.ADMINISTER}),
}
