"""A person's standing has three facets, so that no fact hides another."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Condition(models.TextChoices):
    UNKNOWN = "unknown", _("未确认")
    SAFE = "safe", _("平安")
    NEEDS_HELP = "needs_help", _("需要协助")
    INJURED = "injured", _("受伤")
    IDENTITY_PENDING = "identity_pending", _("身份待核")
    DECEASED = "deceased", _("死亡")


class Movement(models.TextChoices):
    IN_AREA = "in_area", _("在区域内")
    LEFT_AREA = "left_area", _("已离开")
    EVACUATING = "evacuating", _("撤离中")
    EVACUATED = "evacuated", _("已撤离")


class Contact(models.TextChoices):
    NOT_CONTACTED = "not_contacted", _("未联系")
    ALERTED = "alerted", _("已告警")
    NO_ANSWER = "no_answer", _("暂未联系上")
    ANSWERED = "answered", _("已联系")
    MISSING = "missing", _("失联")


class EventKind(models.TextChoices):
    """What may stand in the log. Officers' entries name their facet values; the rest imply them."""

    ALERTED = "alerted", _("已告警")
    UNREACHED = "unreached", _("告警未送达")
    REPORTED_SAFE = "reported_safe", _("联络员代报平安")
    SAFE = "safe", _("报平安")
    NEEDS_HELP = "needs_help", _("求助")
    POSSIBLE_HELP = "possible_help", _("可能求助")
    LEFT_AREA = "left_area", _("报已离开")
    WANTS_OUT = "wants_out", _("要求撤离")
    PLANS_OUT = "plans_out", _("希望撤离")
    PLANS_STAY = "plans_stay", _("暂时留下")
    ADDED = "added", _("补充情况")
    NO_ANSWER = "no_answer", _("到时未答")
    CONTACT_WORD = "contact_word", _("紧急联系人来信")
    WRONG_NUMBER = "wrong_number", _("致电：号码有误")
    CALL_AGAIN = "call_again", _("致电：约定再打")
    WITHDRAWN = "withdrawn", _("撤销一行误记")
    INJURED = "injured", _("受伤")
    IDENTITY_PENDING = "identity_pending", _("身份待核")
    DECEASED = "deceased", _("死亡")
    MISSING = "missing", _("失联")
    HELP_CLOSED = "help_closed", _("协助完成")
    BOARDED = "boarded", _("登乘")
    DISEMBARKED = "disembarked", _("离乘")
    ARRIVED = "arrived", _("抵达")


class Source(models.TextChoices):
    DELIVERY = "delivery", _("送达记录")
    REPLY = "reply", _("回复")
    TIMER = "timer", _("计时")
    OFFICER = "officer", _("官员")
    LIAISON = "liaison", _("联络员")
    GATE = "gate", _("登乘口")
    SELF = "self", _("自助报备")


class StepKind(models.TextChoices):
    REMINDER = "reminder", _("提醒")
    SILENCE = "silence", _("标记暂未联系上")
    AGAIN = "again", _("重发")
    RELEASE = "release", _("告知移出区域")


class EstimateSource(models.TextChoices):
    """Where the number of people believed to be present comes from."""

    AUTHORITIES = "authorities", _("驻在国当局（出入境、警方）")
    POST = "post", _("使领馆掌握的情况")
    EMPLOYERS = "employers", _("中资企业、学校")
    TRAVEL = "travel", _("旅行社、航空公司")
    COMMUNITY = "community", _("侨团、商会")
    UNKNOWN = "unknown", _("其他")
