"""自助报备: what people say of themselves, and what becomes of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Word(models.TextChoices):
    """How somebody says they are."""

    SAFE = "safe", _("平安")
    NEEDS_HELP = "needs_help", _("需要帮助")
    HURT = "hurt", _("受伤")
    LEFT = "left", _("已离开")
    WANTS_OUT = "wants_out", _("平安但需撤离")
    UNKNOWN = "unknown", _("未说明")


# These are calls for help, of everybody in the party.
HELP = frozenset({Word.NEEDS_HELP, Word.HURT})


class ReportState(models.TextChoices):
    OPEN = "open", _("已计入")
    HELD = "held", _("来得太密，待计入")
    SET_ASIDE = "set_aside", _("已搁置")


_S = ReportState
TRANSITIONS: dict[ReportState, frozenset[ReportState]] = {
    _S.OPEN: frozenset({_S.SET_ASIDE}),
    _S.HELD: frozenset({_S.OPEN, _S.SET_ASIDE}),
    _S.SET_ASIDE: frozenset({_S.OPEN, _S.HELD}),
}


class SetAsideReason(models.TextChoices):
    """Why a report is not counted. The last is for what fits nowhere."""

    SPAM = "spam", _("垃圾信息")
    FALSE = "false", _("经核实不属实")
    ELSEWHERE = "elsewhere", _("不在事发地")
    TRY = "try", _("试填")
    OTHER = "unknown", _("其他")
