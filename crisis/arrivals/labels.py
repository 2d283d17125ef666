"""What does not agree, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crisis.arrivals.reconciling import Gap, Why

GAPS: dict[Gap, tuple[Promise, Promise]] = {
    # The heading, and what to do about it.
    Gap.NOT_BOARDED: (
        _("列名而未登乘"),
        _("仍在当地：请联系本人，或安排下一班。"),
    ),
    Gap.NOT_LISTED: (
        _("未列名而登乘或抵达"),
        _("请核实身份；现场登记的人请与登记册匹配。"),
    ),
    Gap.NOT_ARRIVED: (
        _("已登乘而未见抵达"),
        _("请向承运人和接收使领馆核实。"),
    ),
    Gap.NOT_SEEN_BOARDING: (
        _("已抵达而没有登乘记录"),
        _("请催登乘口手机上传记录；在此之前点名中记为已离开。"),
    ),
}
WHY: dict[Why, Promise] = {
    Why.NO_RECORD: _("登乘口没有记录"),
    Why.NO_SHOW: _("未到"),
    Why.REFUSED: _("未予登乘"),
    Why.TAKEN_OFF: _("已离乘"),
    Why.ELSEWHERE: _("已乘同一地点的另一班"),
}
