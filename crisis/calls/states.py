"""The closed vocabularies of calling: what a call came to, and why somebody is on the list."""

from enum import IntFlag

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What an officer keys after a call, in the order of the keys 1 to 6. UNDONE is a correction:
    a line of its own that takes an outcome back."""

    SAFE = "safe", _("平安")
    NEEDS_HELP = "needs_help", _("需要帮助")
    WANTS_OUT = "wants_out", _("平安，希望撤离")
    NO_ANSWER = "no_answer", _("无人接听")
    WRONG_NUMBER = "wrong_number", _("号码有误")
    CALL_AGAIN = "call_again", _("约定再打")
    UNDONE = "undone", _("撤销误记")


class End(models.TextChoices):
    """How a call that an officer had taken ended."""

    OUTCOME = "outcome", _("已记录结果")
    RELEASED = "released", _("已放回名单")
    EXPIRED = "expired", _("租约到期")


class Tier(models.IntegerChoices):
    """The list's order, from above. The first two follow from the moment, the others from what is
    known of the person (crisis.calls.ranking)."""

    POSSIBLE_HELP = 0, _("可能求助")
    PROMISED = 1, _("约定时间已到")
    VULNERABLE = 2, _("需要特别关照")
    UNREACHED = 3, _("告警无法送达")
    SILENT = 4, _("多次告警未答")


class Ground(IntFlag):
    """Why somebody is called sooner; several may hold. Stored as one number: never renumbered."""

    HEALTH = 1
    PREGNANT = 2
    MINOR = 4
    ELDERLY = 8
    ALONE = 16
    NO_ADDRESS = 32
    LANDLINE = 64
    UNDELIVERED = 128


GROUND_LABELS: dict[Ground, str | Promise] = {
    Ground.HEALTH: _("健康需要"),
    Ground.PREGNANT: _("怀孕"),
    Ground.MINOR: _("未成年"),
    Ground.ELDERLY: _("高龄"),
    Ground.ALONE: _("独自一人"),
    Ground.NO_ADDRESS: _("没有可用联系方式"),
    Ground.LANDLINE: _("只有座机"),
    Ground.UNDELIVERED: _("告警未送达"),
}


class Verdict(models.TextChoices):
    """What an officer finds in words that no rule could read."""

    SAFE = "safe", _("平安")
    NEEDS_HELP = "needs_help", _("需要帮助")
    LEFT_AREA = "left_area", _("已离开")
    NOT_ABOUT = "not_about", _("与此无关")


class Dismissal(models.TextChoices):
    """Why a reply that matched nobody is set aside. Fixed reasons: free text would carry personal
    data into the audit log."""

    NOT_OURS = "not_ours", _("与本系统无关")
    ADVERTISING = "advertising", _("广告或骚扰")
    DUPLICATE = "duplicate", _("已由其他途径处理")
    UNIDENTIFIABLE = "unidentifiable", _("多次尝试仍无法确认来人")
