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
    """What somebody said about going, as the roll call tells it; an officer's word is a line of it.

    UNSAID: they asked once and do not any more (whoever called for help is safe again). OUT: there
    is nobody to bring out any more: arrived, dead, or found to be somebody else of the list.
    """

    GOING = "going", _("要求撤离")
    STAYING = "staying", _("暂时留下")
    GONE = "gone", _("已自行离开")
    UNSAID = "unsaid", _("不再要求撤离")
    OUT = "out", _("无须再安排")


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


_O = OfferState
# What an answer or a timer may make of an offer. A place that was given up or lost is taken back
# only by an answer that was given in time, while there is still room.
TRANSITIONS: dict[OfferState, frozenset[OfferState]] = {
    _O.OFFERED: frozenset({_O.CONFIRMED, _O.DECLINED, _O.LAPSED, _O.WITHDRAWN}),
    _O.CONFIRMED: frozenset({_O.DECLINED, _O.WITHDRAWN}),
    _O.DECLINED: frozenset({_O.CONFIRMED}),
    _O.LAPSED: frozenset({_O.CONFIRMED}),
    _O.WITHDRAWN: frozenset(),
}
LIVE_OFFERS = (OfferState.OFFERED, OfferState.CONFIRMED)


class TravellerAct(models.TextChoices):
    """What the log of one traveller tells."""

    WISH = "wish", _("记录意愿")
    PRIORITY = "priority", _("调整优先级")
    PLACE_CLASS = "place_class", _("改席位类别")
    PAPERS = "papers", _("核对证件")
    VISA = "visa", _("核对签证")
    KEPT_BACK = "kept_back", _("暂留")
    LET_GO = "let_go", _("解除暂留")
    JOINED = "joined", _("并入同行组")
    SPLIT = "split", _("拆出同行组")
    OFFERED = "offered", _("发出席位邀约")
    CONFIRMED = "confirmed", _("确认席位")
    DECLINED = "declined", _("放弃席位")
    LAPSED = "lapsed", _("逾时未确认")
    WITHDRAWN = "withdrawn", _("收回席位")
