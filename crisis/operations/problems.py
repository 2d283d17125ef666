"""What can be wrong with the running system, each by one name in every place that tells it."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Problem(models.TextChoices):
    """Labels fit a WeChat field (20 characters) in both languages."""

    PROCESS_STUCK = "process_stuck", _("进程停滞已重启")
    PROCESS_DYING = "process_dying", _("进程反复退出")
    DATABASE_AWAY = "database_away", _("数据库无应答")
    BROKER_AWAY = "broker_away", _("消息代理无应答")
    NOT_SWEPT = "not_swept", _("清扫进程无进展")
    STEP_FAILING = "step_failing", _("清扫步骤反复失败")
    UNTAKEN = "untaken", _("到期批次无人处理")
    HELD_TOO_LONG = "held_too_long", _("批次占用超时")
    DOUBT_UNRESOLVED = "doubt_unresolved", _("存疑送达未核实")
    NOT_WHOLE = "not_whole", _("批次人数不符")
    UNEXPANDED = "unexpanded", _("受众尚未展开")
    INBOX_UNREAD = "inbox_unread", _("来信未处理")
    STEPS_OVERDUE = "steps_overdue", _("到期步骤未执行")
    OUTBOX_UNSENT = "outbox_unsent", _("对外事件未送出")
    NOT_WATCHED = "not_watched", _("无值守进程")
    RED_CASE = "red_case", _("红色求助无人接手")
    CASE_OVERDUE = "case_overdue", _("红色求助超时未联系")
    CALLED = "called", _("请值班人员应答")
    TEST_PAGE = "test_page", _("传呼测试，无须处置")
    COVER_BEGUN = "cover_begun", _("使馆代管已开始")
    NOBODY_ON_DUTY = "nobody_on_duty", _("无人值班")


# Shown, and no reason to wake anybody by itself: a partner's broker may be away for hours, and
# nobody can be paged about there being nobody.
NOT_PAGED = frozenset({Problem.OUTBOX_UNSENT, Problem.NOBODY_ON_DUTY, Problem.NOT_WATCHED})
# By their grade these are 馆领导's business at once; `where` is the number of the case.
ABOUT_CASES = frozenset({Problem.RED_CASE, Problem.CASE_OVERDUE})
# Goes to those on duty and no further: a test wakes no neighbour.
NO_FURTHER = frozenset({Problem.COVER_BEGUN, Problem.TEST_PAGE})


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong. `where` names the process, wave or lane, `count` how many, `age_s`
    for how many seconds; `post_id` the post whose incident it is, if any."""

    problem: Problem
    where: str = ""
    count: int = 0
    age_s: float = 0.0
    post_id: int | None = None

    @property
    def is_paged(self) -> bool:
        return self.problem not in NOT_PAGED
