"""The words of a manifest, in the language that is active when they are fetched.

Fetched once and kept, because a file is streamed after the request, and its language, are gone.
"""

from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crisis.evacuation.rows import Row
from crisis.rollcall.states import Condition, Movement
from crisis.seats.states import Priority
from crisis.transports.states import PlaceClass
from registry.models import DocumentKind, Sex

HEADINGS = {
    "position": _("序号"),
    "party": _("同行组"),
    "priority": _("优先级"),
    "name": _("姓名"),
    "passport_name": _("证件拼写"),
    "sex": _("性别"),
    "birth_date": _("出生日期"),
    "nationality": _("国籍"),
    "document_kind": _("证件种类"),
    "document_number": _("证件号码"),
    "document_expires_on": _("证件有效期至"),
    "phone": _("联系电话"),
    "needs": _("特殊需要"),
    "condition": _("状况"),
    "movement": _("去向"),
    "place_class": _("席位类别"),
    "legs": pgettext_lazy("evacuation", "行程"),
    "reasons": _("理由"),
}
NEEDS = {
    "wheelchair": _("轮椅"),
    "stretcher": _("担架"),
    "oxygen": _("吸氧"),
    "infant": _("婴儿"),
    "pregnant": _("孕妇"),
    "infirm": _("体弱"),
}
REASONS = {
    "needs_help": _("求助"),
    "injured": _("受伤"),
    "wants_out": _("要求撤离"),
    "with_family": _("儿童随家人同行"),
    "need": "%(value)s",
    "age": _("%(value)s 岁"),
    "alone": _("无成年人同行"),
    "children": _("同行儿童 %(value)s 名"),
    "household_waits": _("同户另有 %(value)s 人在区域内，未要求撤离"),
    "left_area": _("自报已离开"),
    "ordered": _("官员调整了优先级"),
    "stays": _("后表示暂时留下"),
    "unsaid": _("后来不再要求撤离"),
}


class Labels:
    """Every word a file needs, fetched at once."""

    def __init__(self) -> None:
        self.headings = _words(HEADINGS)
        self._chinese = (get_language() or "zh").startswith("zh")
        self._needs = _words(NEEDS)
        self._reasons = _words(REASONS)
        self._choices: dict[str, dict[str, str]] = {
            "priority": _words(dict(Priority.choices)),
            "sex": _words(dict(Sex.choices)),
            "document_kind": _words(dict(DocumentKind.choices)),
            "condition": _words(dict(Condition.choices)),
            "movement": _words(dict(Movement.choices)),
            "place_class": _words(dict(PlaceClass.choices)),
        }

    def cell(self, row: Row, name: str) -> str:
        """One field of a row, as a person reads it."""
        if name in ("position", "party"):
            return str(getattr(row, name))
        if name == "reasons":
            return "；".join(self._reason(*reason) for reason in row.data.get("reasons", []))
        if name == "needs":
            return "、".join(self._needs.get(need, need) for need in row.data.get("needs", []))
        if name == "legs":
            return "；".join(map(self.leg, row.data.get("legs", [])))
        text = row.priority if name == "priority" else row.text(name)
        return self._choices.get(name, {}).get(text, text)

    def leg(self, leg: dict[str, Any]) -> str:
        """«MU9001 维拉港机场→苏瓦安置点 2024-12-17 19:00», in the local time of the departure."""
        departs = leg["departs_at"].replace("T", " ")[: len("2024-12-17 19:00")]
        return f"{leg['number']} {self._place(leg['from'])}→{self._place(leg['to'])} {departs}"

    def _place(self, names: dict[str, str]) -> str:
        return names["zh"] if self._chinese else names["en"] or names["zh"]

    def _reason(self, code: str, value: Any) -> str:
        if code == "need":
            value = self._needs.get(value, value)
        return self._reasons.get(code, code) % {"value": value}


def _words(table: dict[str, Any]) -> dict[str, str]:
    return {code: str(word) for code, word in table.items()}
