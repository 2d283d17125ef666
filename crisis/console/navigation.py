"""The ways through the console: the main navigation, and the tabs of an incident's rooms.

An entry is shown to those who may open its page. `section` is what a page calls itself in its
context, so that its entry is marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crisis.staff.models import User
from crisis.staff.roles import Capability


@dataclass(frozen=True, slots=True)
class Entry:
    section: str
    label: Promise
    route: str
    needs: Capability


@dataclass(frozen=True, slots=True)
class Link:
    section: str
    label: Promise
    address: str


_C = Capability
MAIN = (
    Entry("home", _("概览"), "console:home", _C.ENTER),
    Entry("declare", _("宣布"), "console:declare", _C.DECLARE),
    Entry("cases", _("求助个案"), "console:cases", _C.VIEW_PERSON),
    Entry("people", _("登记人"), "console:people", _C.VIEW_PERSON),
    Entry("groups", pgettext_lazy("navigation", "团组"), "console:groups", _C.VIEW_PERSON),
    Entry("tracing", _("寻人"), "console:enquiries", _C.VIEW_PERSON),
    Entry("triage", _("待处理回复"), "console:triage", _C.RECORD),
)
# What is needed less often stands behind one word.
MORE = (
    Entry("expected", _("即将抵达"), "console:expected", _C.VIEW_PERSON),
    Entry("havens", _("接收与安置"), "console:havens", _C.VIEW_PERSON),
    Entry("duty", _("值班"), "console:duty", _C.KEEP_DUTY),
    Entry("advisories", _("安全提醒"), "console:advisories", _C.ENTER),
    Entry("knowledge", _("领事知识"), "console:knowledge", _C.EDIT_KNOWLEDGE),
    Entry("status", _("系统状态"), "console:status", _C.VIEW_STATUS),
    Entry("audit", _("审计"), "console:audit", _C.VIEW_AUDIT),
    Entry("admin", _("管理"), "admin:index", _C.ADMINISTER),
)
# The rooms of one incident; their routes take its number.
INCIDENT = (
    Entry("board", _("总览"), "console:incident", _C.VIEW_INCIDENT),
    Entry("calls", _("呼叫名单"), "console:calls", _C.RECORD),
    Entry("cases", _("求助个案"), "console:incident-cases", _C.VIEW_PERSON),
    Entry("selfreports", _("自助报备"), "console:selfreports", _C.VIEW_PERSON),
    Entry("tracing", _("寻人"), "console:incident-enquiries", _C.VIEW_PERSON),
    Entry("evacuation", _("撤离"), "console:evacuation", _C.VIEW_INCIDENT),
    Entry("after", _("后续"), "console:incident-after", _C.VIEW_INCIDENT),
)

# The rooms of an incident's evacuation.
EVACUATION = (
    Entry("board", _("看板"), "console:evacuation", _C.VIEW_INCIDENT),
    Entry("places", pgettext_lazy("navigation", "地点"), "console:places", _C.VIEW_INCIDENT),
    Entry("transports", _("运输"), "console:transports", _C.VIEW_INCIDENT),
    Entry("seats", _("意愿与席位"), "console:seats", _C.VIEW_PERSON),
    Entry("plans", pgettext_lazy("navigation", "方案"), "console:plans", _C.VIEW_INCIDENT),
    Entry("manifests", pgettext_lazy("evacuation", "名单"), "console:manifests", _C.VIEW_INCIDENT),
    Entry("boarding", pgettext_lazy("navigation", "登乘"), "console:boarding", _C.VIEW_INCIDENT),
    Entry(
        "reconciliation",
        pgettext_lazy("navigation", "核对"),
        "console:reconciliation",
        _C.VIEW_PERSON,
    ),
    Entry("havens", _("安置"), "console:incident-havens", _C.VIEW_PERSON),
    Entry("corridors", _("撤离通道"), "console:corridors", _C.VIEW_INCIDENT),
    Entry("leavers", _("自行撤离"), "console:leavers", _C.VIEW_PERSON),
)
# Before there is an operation: opening it, and manifests, which can be drawn from the roll call.
BEFORE_OPERATION = tuple(one for one in EVACUATION if one.section in ("board", "manifests"))


def links(entries: Sequence[Entry], user: User, *args: int) -> list[Link]:
    """The entries that this user may open; `args` go into their addresses."""
    return [
        Link(entry.section, entry.label, reverse(entry.route, args=args))
        for entry in entries
        if user.can(entry.needs)
    ]
