"""Who goes first, with which papers, and what became of a place that was offered."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Priority(models.TextChoices):
    """Why somebody goes first, in this order; an officer can read it aloud."""

    NEEDS_HELP = "needs_help", _("需要协助")
    MEDICAL = "medical", _("医疗需要")
    PREGNANT = "pregnant", _("孕妇")
    UNACCOMPANIED_MINOR = "unaccompanied_minor", _("无人陪伴未成年人")
    INFIRM = "infirm", _("年老体弱")
    WITH_CHILDREN = "with_children", _("携带儿童")
    ADULT = "adult", _("成年人")


class Wish(models.TextChoices):
    """What somebody said about going. It is read from the roll call, or set by an officer."""

    GOING = "going", _("要求撤离")
    STAYING = "staying", _("暂时留下")
    GONE = "gone", _("已自行离开")


class Papers(models.TextChoices):
    """Whether the document of somebody lets them travel."""

    READY = "ready", _("证件有效")
    UNKNOWN = "unknown", _("未核对")
    EXPIRED = "expired", _("证件过期")
    LOST = "lost", _("证件遗失")
    ISSUING = "issuing", _("旅行证办理中")
    ISSUED = "issued", _("已发旅行证")


class Visa(models.TextChoices):
    """Whether the safe haven lets them in."""

    UNKNOWN = "unknown", _("未核对")
    NOT_NEEDED = "not_needed", _("免签或落地签")
    HELD = "held", _("已有签证")
    MISSING = "missing", _("缺签证")


class KeptBack(models.TextChoices):
    """Why a plan gives somebody no place, in words for the waiting list."""

    NO_PAPERS = "no_papers", _("没有有效旅行证件")
    NO_VISA = "no_visa", _("缺目的地签证")
    OBSTACLE = "obstacle", _("有离境障碍")
    BY_OFFICER = "by_officer", _("官员暂留")
    NO_ROOM = "no_room", _("没有足够座位")
    NO_CLASS = "no_class", _("没有合适的席位类别")
    NO_JOURNEY = "no_journey", _("没有可走的行程")
    OFFER_LAPSED = "offer_lapsed", _("未在时限内确认")
    DECLINED = "declined", _("本人放弃席位")


class OfferState(models.TextChoices):
    OFFERED = "offered", _("等待确认")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("已放弃")
    LAPSED = "lapsed", _("已过时限")
    WITHDRAWN = "withdrawn", _("已收回")
