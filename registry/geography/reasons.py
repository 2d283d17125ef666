"""Why a person is inside, or why somebody near is not. The numbers are stored: never renumber."""

from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(IntEnum):
    """Tens: how the place touched the area. Units: which whereabouts it was.

    10 the point is inside the circle · 20 the point's country is listed · 30 only the country is
    known, and it is listed · 40 not searched for: they said so themselves · 100 and above: out,
    with the reason.
    """

    SHARED_IN_CIRCLE = 10
    TRIP_IN_CIRCLE = 11
    TRIP_GRACE_IN_CIRCLE = 12
    RESIDENCE_IN_CIRCLE = 13
    RESIDENCE_GRACE_IN_CIRCLE = 14

    SHARED_IN_COUNTRY = 20
    TRIP_IN_COUNTRY = 21
    TRIP_GRACE_IN_COUNTRY = 22
    RESIDENCE_IN_COUNTRY = 23
    RESIDENCE_GRACE_IN_COUNTRY = 24

    SHARED_COUNTRY_ONLY = 30
    TRIP_COUNTRY_ONLY = 31
    TRIP_GRACE_COUNTRY_ONLY = 32
    RESIDENCE_COUNTRY_ONLY = 33
    RESIDENCE_GRACE_COUNTRY_ONLY = 34

    SELF_REPORTED = 40

    OUT_TOO_FAR = 100
    OUT_ELSEWHERE_SHARED = 101
    OUT_ELSEWHERE_TRIP = 102
    OUT_POSITION_STALE = 103
    OUT_TRIP_NOT_BEGUN = 104
    OUT_TRIP_OVER = 105
    OUT_COUNTRY_NOT_LISTED = 106
    OUT_LEFT_REGISTRY = 107
    OUT_PAUSED = 108

    @property
    def is_inside(self) -> bool:
        return self < Reason.OUT_TOO_FAR

    @property
    def label(self) -> Promise:
        return LABELS[self]


LABELS: dict[Reason, Promise] = {
    Reason.SHARED_IN_CIRCLE: _("72 小时内分享的位置在区域内"),
    Reason.TRIP_IN_CIRCLE: _("行程所在地在区域内"),
    Reason.TRIP_GRACE_IN_CIRCLE: _("行程前后 48 小时内，行程所在地在区域内"),
    Reason.RESIDENCE_IN_CIRCLE: _("常住地在区域内"),
    Reason.RESIDENCE_GRACE_IN_CIRCLE: _("行程前后 48 小时内，可能仍在区域内的常住地"),
    Reason.SHARED_IN_COUNTRY: _("72 小时内分享的位置在所列国家"),
    Reason.TRIP_IN_COUNTRY: _("行程所在地在所列国家"),
    Reason.TRIP_GRACE_IN_COUNTRY: _("行程前后 48 小时内，行程所在地在所列国家"),
    Reason.RESIDENCE_IN_COUNTRY: _("常住地在所列国家"),
    Reason.RESIDENCE_GRACE_IN_COUNTRY: _("行程前后 48 小时内，可能仍在所列国家的常住地"),
    Reason.SHARED_COUNTRY_ONLY: _("分享的位置只到国家，该国已列入"),
    Reason.TRIP_COUNTRY_ONLY: _("行程只知国家，该国已列入"),
    Reason.TRIP_GRACE_COUNTRY_ONLY: _("行程前后 48 小时内，行程只知国家，该国已列入"),
    Reason.RESIDENCE_COUNTRY_ONLY: _("常住地只知国家，该国已列入"),
    Reason.RESIDENCE_GRACE_COUNTRY_ONLY: _("行程前后 48 小时内，常住地只知国家，该国已列入"),
    Reason.SELF_REPORTED: _("本人自助报备在区域内"),
    Reason.OUT_TOO_FAR: _("距离区域太远"),
    Reason.OUT_ELSEWHERE_SHARED: _("72 小时内分享的位置在别处"),
    Reason.OUT_ELSEWHERE_TRIP: _("按行程在别处"),
    Reason.OUT_POSITION_STALE: _("在此分享的位置已超过 72 小时"),
    Reason.OUT_TRIP_NOT_BEGUN: _("来此的行程尚未开始"),
    Reason.OUT_TRIP_OVER: _("来此的行程已经结束"),
    Reason.OUT_COUNTRY_NOT_LISTED: _("只知所在国家，该国未列入区域"),
    Reason.OUT_LEFT_REGISTRY: _("已退出登记"),
    Reason.OUT_PAUSED: _("已暂停登记：本人称不在当地"),
}
