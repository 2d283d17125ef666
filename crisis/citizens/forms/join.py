"""The steps of a registration, each a short form; no rule of the registry is told twice."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.citizens.forms.fields import (
    CountrySelect,
    DraftForm,
    country_field,
    dialling_choices,
    phone_field,
    place_choices,
    text_field,
)
from crisis.citizens.forms.person import HealthForm, PersonForm
from crisis.citizens.services.joining import EmergencyDraft, FamilyMember
from registry.addresses import normalise_email, normalise_phone
from registry.ages import is_child
from registry.consent.texts import GUARDIAN_UNDER, current_wording
from registry.drafts import insurer_line
from registry.models import ConsentPurpose, Language, Person

MOST_PHONES = 3
EMERGENCY_ROWS = (1, 2)


class ReachForm(DraftForm):
    """Where one is and how to reach one there: up to three phones of any country."""

    country = country_field(place_choices, label=gettext_lazy("所在国家或地区"))
    city = text_field(
        80,
        label=gettext_lazy("城市"),
        help_text=gettext_lazy("填写城市，附近出事时才能准确找到您"),
        required=False,
    )
    address = text_field(
        300,
        label=gettext_lazy("住址"),
        help_text=gettext_lazy("加密保存，救援时使用"),
        required=False,
        attrs={"autocomplete": "street-address"},
    )
    email = text_field(
        254,
        label=gettext_lazy("电子邮件"),
        required=False,
        attrs={"type": "email", "autocomplete": "email"},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("用哪种语言通知您"), choices=Language, initial=get_language
    )

    def __init__(self, data: Any = None, *, rows: int = 1, **options: Any) -> None:
        super().__init__(data, **options)
        self.numbers = range(1, min(rows, MOST_PHONES) + 1)
        for row in self.numbers:
            label = _("手机号码") if row == 1 else _("手机号码 %(row)s") % {"row": row}
            self.fields[f"region_{row}"] = forms.ChoiceField(
                label=_("号码所属国家或地区"),
                choices=dialling_choices,
                required=False,
                widget=CountrySelect,
            )
            self.fields[f"phone_{row}"] = phone_field(label=label)
        self.fields["phone_1"].required = True
        self.fields["phone_1"].widget.attrs["autocomplete"] = "tel"
        self.fields["phone_1"].error_messages["required"] = _("请至少填写一个手机号码。")

    def clean_email(self) -> str:
        written = self.cleaned_data["email"]
        try:
            return normalise_email(written) if written else ""
        except DomainError as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for row in self.numbers:
            written = cleaned.get(f"phone_{row}")
            region = cleaned.get(f"region_{row}") or cleaned.get("country")
            if written and region:
                self._read_phone(f"phone_{row}", written, region)
        return cleaned

    def _read_phone(self, field: str, written: str, region: str) -> None:
        try:
            self.cleaned_data[field] = normalise_phone(written, region=region)
        except DomainError as refused:
            self.refuse(refused, field=field)

    def phone_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each number with the country it belongs to."""
        return [(self[f"phone_{row}"], self[f"region_{row}"]) for row in self.numbers]

    def phones(self) -> list[str]:
        """E.164, each once, in the order in which they are to be tried."""
        numbers = (self.cleaned_data.get(f"phone_{row}") for row in self.numbers)
        return list(dict.fromkeys(number for number in numbers if number))


class HomeForm(DraftForm):
    """Whom to call at home: called only when a consular officer says so."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for row in EMERGENCY_ROWS:
            self.fields[f"name_{row}"] = text_field(80, label=_("姓名"), required=False)
            self.fields[f"relation_{row}"] = text_field(20, label=_("与您的关系"), required=False)
            self.fields[f"phone_{row}"] = phone_field(
                label=_("电话"), help_text=_("国内号码可直接填写；其他国家请写国际区号")
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for row in EMERGENCY_ROWS:
            name, phone = cleaned.get(f"name_{row}"), cleaned.get(f"phone_{row}")
            if phone and not name:
                self.add_error(f"name_{row}", _("请填写这位联系人的姓名。"))
            if name and not phone:
                self.add_error(f"phone_{row}", _("请填写这位联系人的电话，或清空姓名。"))
            if phone:
                self._read_phone(f"phone_{row}", phone)
        return cleaned

    def _read_phone(self, field: str, written: str) -> None:
        try:
            self.cleaned_data[field] = normalise_phone(written, region="CN")
        except DomainError as refused:
            self.refuse(refused, field=field)

    def rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"{name}_{row}"] for name in ("name", "relation", "phone")]
            for row in EMERGENCY_ROWS
        ]

    def contacts(self) -> list[EmergencyDraft]:
        facts = self.cleaned_data
        return [
            EmergencyDraft(
                name=facts[f"name_{row}"],
                relation=facts[f"relation_{row}"],
                phone=facts[f"phone_{row}"],
            )
            for row in EMERGENCY_ROWS
            if facts[f"phone_{row}"]
        ]


class ExtrasForm(HealthForm):
    """Health, and insurance: all of it may be left empty."""

    insurer = text_field(60, label=gettext_lazy("保险公司"), required=False)
    insurance_policy = text_field(40, label=gettext_lazy("保单号"), required=False)
    insurer_phone = text_field(
        24,
        label=gettext_lazy("保险公司24小时电话"),
        required=False,
        attrs={"type": "tel", "inputmode": "tel"},
    )

    def clean_insurer_phone(self) -> str:
        try:
            return insurer_line(self.cleaned_data["insurer_phone"])
        except DomainError as refused:
            raise forms.ValidationError(str(refused)) from refused

    def insurance(self) -> dict[str, Any]:
        """The columns of a draft; of a form that was cleaned."""
        return {
            name: self.cleaned_data[name]
            for name in ("insurer", "insurance_policy", "insurer_phone")
        }


class MemberForm(PersonForm, HealthForm):
    """A family member, registered by another; a child with the guardian's consent."""

    phone = phone_field(
        label=gettext_lazy("本人手机"),
        help_text=gettext_lazy("没有手机可不填，通过您联系；有则写国际区号"),
    )
    guardian = forms.BooleanField(required=False)
    agreed = forms.BooleanField(
        label=gettext_lazy("我已告知这位家人，本人同意由我代为登记以上信息。"), required=False
    )

    def clean_phone(self) -> str:
        written: str = self.cleaned_data["phone"]
        try:
            return normalise_phone(written) if written else ""
        except DomainError as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        born = cleaned.get("birth_date")
        child = is_child(born, clock.now().date())
        words = {"age": GUARDIAN_UNDER}
        if born and child and not cleaned.get("guardian"):
            sentence = _("未满%(age)s周岁的儿童须由监护人同意：请勾选。") % words
            self.add_error("guardian", sentence)
        if born and not child and not cleaned.get("agreed"):
            sentence = _("年满%(age)s周岁的家人须本人同意：请告知并勾选。") % words
            self.add_error("agreed", sentence)
        return cleaned

    def member(self) -> FamilyMember:
        """Of a form that was cleaned."""
        child = is_child(self.cleaned_data["birth_date"], clock.now().date())
        basis = Person.Basis.GUARDIAN if child else Person.Basis.CONSENT
        purposes = [ConsentPurpose.REGISTRY, *([ConsentPurpose.GUARDIAN] if child else [])]
        given = {purpose: current_wording(purpose).version for purpose in purposes}
        return FamilyMember(
            draft=replace(self.draft(), basis=basis, **self.health()),
            phone=self.cleaned_data["phone"],
            consents=given | self.consent(),
        )


class ConsentForm(DraftForm):
    """The last step. `version` is the wording that was read: one that changed is read again."""

    registry = forms.BooleanField(
        error_messages={"required": gettext_lazy("登记须经您同意：请阅读后勾选。")}
    )
    tracing = forms.BooleanField(required=False)
    family = forms.BooleanField(required=False)
    position = forms.BooleanField(required=False)
    version = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        now = current_wording(ConsentPurpose.REGISTRY).version
        if cleaned.get("registry") and cleaned.get("version") != now:
            self.add_error("registry", _("同意书的文本已更新，请重新阅读后再确认。"))
        return cleaned

    def consents(self) -> dict[str, str]:
        """The purposes agreed to and the version of each."""
        purposes = (
            ConsentPurpose.REGISTRY,
            ConsentPurpose.TRACING,
            ConsentPurpose.FAMILY,
            ConsentPurpose.POSITION,
        )
        return {p: current_wording(p).version for p in purposes if self.cleaned_data[p.value]}
