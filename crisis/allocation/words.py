"""A plan in words, for planners: how good it is, what it breaks, why somebody waits."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crisis.allocation.breaches import Breach, Rule
from crisis.allocation.models import Plan, PlanRun
from crisis.allocation.problem import MASS_KG
from crisis.seats.models import Party
from crisis.transports.models import EvacuationOperation


def gap_words(plan: Plan) -> str:
    """How far a plan may be from the best one there could be."""
    if not plan.unserved:
        return _("可以走的人都有席位。")
    if plan.unserved <= plan.bound:
        return _("已证明：按现有运力，没有任何方案能让更多优先的人成行。")
    gap = 100 * (plan.unserved - plan.bound) / plan.unserved
    return _("与理论最好的方案相比，未满足的优先权重最多还能减少 %(gap)s%%。") % {
        "gap": f"{gap:.1f}" if gap >= 0.1 else "0.1"
    }


class Naming:
    """Transports and parties by what officers call them."""

    def __init__(self, found: Sequence[Breach], operation: EvacuationOperation) -> None:
        self.transports = dict(operation.transports.values_list("pk", "number"))
        wanted = {one.party for one in found if one.party is not None}
        self.parties = dict(Party.objects.filter(pk__in=wanted).values_list("pk", "number"))

    def sentence(self, one: Breach) -> str:
        """A broken rule in words."""
        facts = {
            "rule": one.rule.label,
            "transport": self.transports.get(one.transport or 0, ""),
            "party": self.parties.get(one.party or 0, ""),
            "used": one.used,
            "room": one.room,
            "mass": MASS_KG,
        }
        if one.rule == Rule.TOO_MANY and one.place_class is not None:
            facts["place_class"] = one.place_class.label
            return _("%(transport)s：%(place_class)s只有 %(room)s 个，安排了 %(used)s 人") % facts
        if one.rule == Rule.TOO_HEAVY:
            return (
                _(
                    "%(transport)s：按每人 %(mass)s 公斤另加行李，载重只够 %(room)s 人，"
                    "安排了 %(used)s 人"
                )
                % facts
            )
        if one.transport is not None:
            return _("第 %(party)s 组，%(transport)s：%(rule)s") % facts
        return _("第 %(party)s 组：%(rule)s") % facts


def breach_words(found: Sequence[Breach], operation: EvacuationOperation) -> list[str]:
    """Broken rules as sentences in the same order, each said once."""
    naming = Naming(found, operation)
    return list(dict.fromkeys(naming.sentence(one) for one in found))


def moves_words(moved: int, lost: int, gained: int) -> str:
    """Whom planning anew moves, in one line."""
    parts = []
    if moved or not (lost or gained):
        parts.append(ngettext("%(n)d 人换了行程", "%(n)d 人换了行程", moved) % {"n": moved})
    if lost:
        parts.append(ngettext("%(n)d 人失去席位", "%(n)d 人失去席位", lost) % {"n": lost})
    if gained:
        parts.append(ngettext("%(n)d 人得到席位", "%(n)d 人得到席位", gained) % {"n": gained})
    return "；".join(parts)


def failure_words(run: PlanRun) -> str:
    """Why a plan that was asked for was not made."""
    known = {
        "nobody_to_place": _("目前没有人要求撤离，无须分配座位。"),
        "no_transports": _("还没有可用的运输工具，请先添加。"),
        "operation_ended": _("撤离行动已经结束。"),
    }
    return known.get(run.problem, _("没有算出方案，请重试。"))
