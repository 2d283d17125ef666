"""What citizens look up, as officers write it. What is refused is the services' rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.knowledge.models import Listing
from crisis.knowledge.services import NewFacts, NewListing, NewPage

AS_DIALLED = _("当地直拨的号码，只用数字；不清楚请留空，不要猜")


def _day() -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("核对日期"), widget=widget)


def _source() -> forms.CharField:
    return forms.CharField(
        label=_("来源"), max_length=200, help_text=_("例如：馆员致电核实；当地政府网站")
    )


def _long(label: Any, most: int, rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, required=False)


class KnowledgeForm(forms.Form):
    """Every save names its source and the day on which somebody checked."""

    source = _source()
    checked_on = _day()

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field; everything typed stays."""
        field = error.extra.get("field")
        self.add_error(field if field in self.fields else None, str(error))


class FactsForm(KnowledgeForm):
    police = forms.CharField(label=_("报警"), max_length=40, required=False, help_text=AS_DIALLED)
    ambulance = forms.CharField(
        label=_("急救"), max_length=40, required=False, help_text=AS_DIALLED
    )
    fire = forms.CharField(label=_("火警"), max_length=40, required=False, help_text=AS_DIALLED)
    without_relations = forms.BooleanField(
        label=_("该国与我国未建交，由本馆从邻近地区协助"), required=False
    )
    note_zh = _long(_("说明"), 1000, 3)
    note_en = _long(_("说明（英文）"), 1000, 3)

    field_order = ("police", "ambulance", "fire", "without_relations", "note_zh", "note_en")

    def facts(self) -> NewFacts:
        return NewFacts(**self.cleaned_data)


class ListingForm(KnowledgeForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Listing.Kind.choices)
    name = forms.CharField(label=_("名称"), max_length=120)
    city = forms.CharField(label=_("城市"), max_length=80, required=False)
    phone = forms.CharField(label=_("电话"), max_length=40)
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    languages = forms.CharField(label=_("语言"), max_length=80, required=False)

    field_order = ("kind", "name", "city", "phone", "address", "languages")

    def listing(self) -> NewListing:
        return NewListing(**self.cleaned_data)


class PageForm(KnowledgeForm):
    title = forms.CharField(label=_("标题"), max_length=80)
    body = forms.CharField(
        label=_("正文"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("空一行分段；以“- ”开头的行是列表，以“# ”开头的行是小标题"),
    )

    field_order = ("title", "body")

    def page(self) -> NewPage:
        return NewPage(**self.cleaned_data)
