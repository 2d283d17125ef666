"""Closed vocabularies of notifications, and the only transitions a delivery may make."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WaveKind(models.TextChoices):
    INITIAL = "initial", _("首次告警")
    REMINDER = "reminder", _("提醒")
    UPDATE = "update", _("更新")
    CORRECTION = "correction", _("更正")
    AGAIN = "again", _("重发")
    RELEASE = "release", _("告知移出区域")
    RETRACTION = "retraction", _("撤回")
    ALL_CLEAR = "all_clear", _("解除")
    DUTY = "duty", _("值班传呼")
    WHO_ELSE = "who_else", _("询问同号码家人")
    CONTACT = "contact", _("致紧急联系人")
    CODE = "code", _("一次性验证码")
    CONFIRM = "confirm", _("请确认登记信息")
    NAMED = "named", _("告知被列为紧急联系人")
    SOUGHT = "sought", _("告知有人询问")
    OFFER = "offer", _("席位邀约")
    PASSAGE = "passage", _("登乘须知")
    SEAT_OFF = "seat_off", _("席位取消")
    ARRIVED = "arrived", _("告知家人抵达")


# Sent when nothing is the matter: an answer belongs to an alert first.
QUIET = frozenset({WaveKind.CONFIRM, WaveKind.NAMED, WaveKind.SOUGHT, WaveKind.ARRIVED})
# These go to emergency contacts of the persons whom they name, not to them.
TO_CONTACTS = frozenset({WaveKind.CONTACT, WaveKind.NAMED, WaveKind.ARRIVED})


# Words for those whom a place was given to: nobody else reads them by a code that they were told.
PRIVATE = frozenset({WaveKind.PASSAGE})


class Priority(models.IntegerChoices):
    """Lower leaves first. A retraction overtakes everything; a code, for which somebody waits at a
    page, overtakes all but red alerts."""

    RETRACTION = 0, _("撤回更正")
    RED = 1, _("红色")
    CODE = 2, _("验证码")
    ORDINARY = 5, _("一般")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("待发")
    CALLING = "calling", _("发送中")
    IN_DOUBT = "in_doubt", _("结果存疑")
    ACCEPTED = "accepted", _("网关已受理")
    DELIVERED = "delivered", _("已送达")
    UNDELIVERED = "undelivered", _("未送达")
    FAILED = "failed", _("失败")
    EXPIRED = "expired", _("过期")
    CANCELLED = "cancelled", _("已取消")


_S = DeliveryState
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    # Delivered only after an earlier call: its receipt came before the repeat left.
    _S.PENDING: frozenset({_S.CALLING, _S.EXPIRED, _S.CANCELLED, _S.DELIVERED}),
    # Back to pending only when the provider said plainly that it did not accept.
    _S.CALLING: frozenset(
        {_S.ACCEPTED, _S.FAILED, _S.PENDING, _S.IN_DOUBT, _S.DELIVERED, _S.UNDELIVERED}
    ),
    _S.IN_DOUBT: frozenset({_S.ACCEPTED, _S.FAILED, _S.PENDING, _S.DELIVERED, _S.UNDELIVERED}),
    _S.ACCEPTED: frozenset({_S.DELIVERED, _S.UNDELIVERED}),
    _S.DELIVERED: frozenset(),
    _S.UNDELIVERED: frozenset(),
    _S.FAILED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}
TERMINAL = frozenset(state for state, after in TRANSITIONS.items() if not after)
HANDED_OVER = frozenset({_S.ACCEPTED, _S.DELIVERED, _S.UNDELIVERED})


class BatchState(models.TextChoices):
    WAITING = "waiting", _("等待")
    HELD = "held", _("处理中")
    DONE = "done", _("完成")


class Outcome(models.TextChoices):
    """What one call to a provider came to. UNKNOWN is never a plain retry."""

    ACCEPTED = "accepted", _("受理")
    REFUSED = "refused", _("拒绝")
    BUSY = "busy", _("暂时拒绝")
    UNKNOWN = "unknown", _("不明")


class ReceiptStatus(models.TextChoices):
    DELIVERED = "delivered", _("已送达")
    UNDELIVERED = "undelivered", _("未送达")
    PROGRESS = "progress", _("在途")
    UNKNOWN = "unknown", _("不明")


class Meaning(models.TextChoices):
    """What a reply says (blueprint section 6)."""

    SAFE = "safe", _("平安")
    ALL_SAFE = "all_safe", _("全家平安")
    NEEDS_HELP = "needs_help", _("需要帮助")
    LEFT_AREA = "left_area", _("已离开")
    WANTS_OUT = "wants_out", _("平安但需撤离")
    POSSIBLE_HELP = "possible_help", _("可能需要帮助")
    STOP = "stop", _("退订")
    WRONG_NUMBER = "wrong_number", _("号码有误")
    DETAILS = "details", _("补充情况")
    SEAT_YES = "seat_yes", _("确认席位")
    SEAT_NO = "seat_no", _("放弃席位")
    UNKNOWN = "unknown", _("不明")


class Plan(models.TextChoices):
    """What somebody means to do, said beside how they are."""

    WANTS_OUT = "wants_out", _("希望撤离")
    STAYING = "staying", _("暂时留下")
    LEFT = "left", _("已自行离开")


class ReplyState(models.TextChoices):
    MATCHED = "matched", _("已匹配")
    UNMATCHED = "unmatched", _("未匹配")
    DISMISSED = "dismissed", _("已搁置")
