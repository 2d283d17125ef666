"""Correcting what is registered: a short form for each part of the page.

The rules are the registry's: a refused draft becomes an error beside its field.
"""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.citizens.forms.fields import country_field, date_field, nationality_field
from crisis.citizens.services.joining import place_of
from registry.drafts import NEEDS, PersonDraft, Place, draft_of
from registry.models import BloodType, DocumentKind, Language, Obstacle, Person, Sex
from registry.selectors.holdings import need_label


def _text(limit: int, label: Any, **options: Any) -> forms.CharField:
    attrs = options.pop("attrs", {})
    options.setdefault("required", False)
    return forms.CharField(
        label=label, max_length=limit, widget=forms.TextInput(attrs=attrs), **options
    )


def _ticks(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class PartForm(forms.Form):
    """A part of a person's registration."""

    def refuse(self, error: DomainError) -> None:
        """Show a refusal beside the field it names, else above the form."""
        named = str(error.extra.get("field", ""))
        self.add_error(named if named in self.fields else None, str(error))

    def draft(self, person: Person) -> PersonDraft:
        """The whole person with this part as it was typed."""
        return replace(draft_of(person), **self.changes())

    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class BasicsForm(PartForm):
    name = _text(80, _("姓名"), required=True, attrs={"autocomplete": "name"})
    passport_name = _text(80, _("证件拼写"), help_text=_("姓/名，例如 WANG/XIAOMING"))
    sex = forms.ChoiceField(label=_("性别"), choices=Sex)
    birth_date = date_field(label=_("出生日期"), required=False)
    nationality = nationality_field(label=_("国籍"))
    language = forms.ChoiceField(label=_("用哪种语言通知您"), choices=Language)


class DocumentForm(PartForm):
    document_kind = forms.ChoiceField(label=_("证件种类"), choices=DocumentKind)
    document_number = _text(
        30, _("证件号码"), attrs={"autocapitalize": "characters", "autocomplete": "off"}
    )
    document_expires_on = date_field(label=_("证件有效期至"), required=False)
    obstacles = _ticks(_("离境障碍"), Obstacle)

    def changes(self) -> dict[str, Any]:
        return self.cleaned_data | {"obstacles": tuple(self.cleaned_data["obstacles"])}


class HealthForm(PartForm):
    needs = _ticks(_("特殊需要"), lambda: [(need, need_label(need)) for need in NEEDS])
    blood_type = forms.ChoiceField(
        label=_("血型"), required=False, choices=[("", "—"), *BloodType.choices]
    )
    due_on = date_field(label=_("预产期"), required=False)
    health_note = forms.CharField(
        label=_("健康说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agree = forms.BooleanField(required=False)

    def changes(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.cleaned_data.items() if name != "agree"}
        return facts | {"needs": tuple(facts["needs"])}


class InsuranceForm(PartForm):
    insurer = _text(60, _("保险公司"))
    insurance_policy = _text(40, _("保单号"), attrs={"autocomplete": "off"})
    insurer_phone = _text(24, _("保险公司24小时电话"), attrs={"type": "tel", "inputmode": "tel"})


class ResidenceForm(PartForm):
    country = country_field(label=_("所在国家或地区"))
    city = _text(80, _("城市"))
    address = _text(300, _("住址"), attrs={"autocomplete": "street-address"})

    def place(self) -> Place:
        return place_of(**self.cleaned_data)


class EmergencyForm(PartForm):
    name = _text(80, _("姓名"), required=True)
    relation = _text(20, _("关系"))
    phone = _text(
        40,
        _("电话"),
        required=True,
        help_text=_("国内号码可直接填写；其他国家请写国际区号。"),
        attrs={"type": "tel", "inputmode": "tel"},
    )


class PauseForm(PartForm):
    until = date_field(
        label=_("回国至哪一天"), help_text=_("例如 2025-03-07；从这一天起重新计入。")
    )


class EmailForm(PartForm):
    email = forms.EmailField(label=_("电子邮件"), max_length=254)


FORMS: dict[str, type[PartForm]] = {
    "basics": BasicsForm,
    "document": DocumentForm,
    "health": HealthForm,
    "insurance": InsuranceForm,
    "residence": ResidenceForm,
}
