"""Who somebody is: name, document, obstacles; the machine-readable zone fills what is empty."""

from datetime import date
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.citizens.forms.fields import DraftForm, Raw, date_field, nationality_field, text_field
from registry.ages import LATEST_WEEK, due_on_of_week, is_child
from registry.consent.texts import GUARDIAN_UNDER, current_wording
from registry.drafts import NEEDS, PersonDraft
from registry.models import BloodType, ConsentPurpose, DocumentKind, Obstacle, Sex
from registry.mrz import Zone, read_zone
from registry.selectors.holdings import need_label
from registry.services.consents import NOT_HEALTH

# Typed by hand and said by the zone: the two must agree.
COMPARED = ("passport_name", "document_number", "birth_date", "document_expires_on")
# Chosen from a list that says something before anybody chose: the zone knows better.
CHOSEN = ("sex", "nationality", "document_kind")


Typed = TypeVar("Typed", bound=DraftForm)


class PersonForm(DraftForm):
    """Basics of one person. `draft()` is what was understood."""

    mrz = forms.CharField(
        label=gettext_lazy("护照底部的机读码"),
        help_text=gettext_lazy("可粘贴两行“P<CHN…”，按“读取”自动填写下面各项。"),
        required=False,
        max_length=400,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "spellcheck": "false",
                "autocapitalize": "characters",
                "autocomplete": "off",
            }
        ),
    )
    name = text_field(80, label=gettext_lazy("姓名"), attrs={"autocomplete": "off"})
    passport_name = text_field(
        80,
        label=gettext_lazy("护照拼写"),
        help_text=gettext_lazy("姓/名，例如 WANG/XIAOMING"),
        required=False,
        attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"},
    )
    sex = forms.ChoiceField(label=gettext_lazy("性别"), choices=Sex, initial=Sex.UNSPECIFIED)
    birth_date = date_field(
        label=gettext_lazy("出生日期"), help_text=gettext_lazy("年-月-日，例如 1990-03-07")
    )
    nationality = nationality_field(label=gettext_lazy("国籍"), initial="CN")
    document_kind = forms.ChoiceField(
        label=gettext_lazy("证件种类"), choices=DocumentKind, initial=DocumentKind.PASSPORT
    )
    document_number = text_field(
        30,
        label=gettext_lazy("证件号码"),
        help_text=gettext_lazy("加密保存。核对身份和登录时需要末四位。"),
        required=False,
        attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"},
    )
    document_expires_on = date_field(label=gettext_lazy("证件有效期至"), required=False)
    obstacles = forms.MultipleChoiceField(
        label=gettext_lazy("离境有困难？请勾选"),
        choices=Obstacle,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.draft().clean(_today())
            except DomainError as refused:
                self.refuse(refused)
        return cleaned

    def draft(self) -> PersonDraft:
        """Of a form that was cleaned."""
        facts = self.cleaned_data
        return PersonDraft(
            name=facts["name"],
            passport_name=facts["passport_name"],
            sex=facts["sex"],
            birth_date=facts["birth_date"],
            nationality=facts["nationality"],
            document_kind=facts["document_kind"],
            document_number=facts["document_number"],
            document_expires_on=facts["document_expires_on"],
            obstacles=tuple(facts["obstacles"]),
        )


class ApplicantForm(PersonForm):
    """The one who registers: for a child somebody else does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field, known in (("name", "name"), ("birth_date", "bday")):
            self.fields[field].widget.attrs["autocomplete"] = known

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if is_child(born, _today()):
            sentence = _("未满%(age)s周岁者由监护人登记：请先登记监护人，再在“家人”中添加儿童。")
            raise forms.ValidationError(sentence % {"age": GUARDIAN_UNDER})
        return born


class HealthForm(DraftForm):
    """Health and needs: kept only where their own consent is ticked."""

    needs = forms.MultipleChoiceField(
        label=gettext_lazy("乘机或转移时的需要"),
        choices=lambda: [(need, need_label(need)) for need in NEEDS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    pregnancy_week = forms.IntegerField(
        label=gettext_lazy("怀孕周数"),
        required=False,
        min_value=1,
        max_value=LATEST_WEEK,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    blood_type = forms.ChoiceField(
        label=gettext_lazy("血型"),
        choices=lambda: [("", _("不填")), *BloodType.choices],
        required=False,
    )
    health_note = forms.CharField(
        label=gettext_lazy("健康说明"),
        help_text=gettext_lazy("例如过敏、常用药、慢性病"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    health_consent = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        said = set(cleaned.get("needs", ())) - set(NOT_HEALTH)
        told = any(cleaned.get(name) for name in ("pregnancy_week", "blood_type", "health_note"))
        if (said or told) and not cleaned.get("health_consent"):
            sentence = _("健康信息须单独同意才能登记：请勾选，或清空以上各项。")
            self.add_error("health_consent", sentence)
        return cleaned

    def health(self) -> dict[str, Any]:
        """The columns of a draft; of a form that was cleaned."""
        facts = self.cleaned_data
        week = facts["pregnancy_week"]
        return {
            "needs": tuple(facts["needs"]),
            "due_on": due_on_of_week(week, _today()) if week else None,
            "blood_type": facts["blood_type"],
            "health_note": facts["health_note"],
        }

    def consent(self) -> dict[str, str]:
        """The consent to health information, where it was ticked: purpose → version."""
        purpose = ConsentPurpose.HEALTH
        ticked = self.cleaned_data["health_consent"]
        return {purpose: current_wording(purpose).version} if ticked else {}


def with_zone(form_class: type[Typed], typed: Raw) -> tuple[Typed, dict[str, str]]:
    """The form with what was typed and what its pasted zone says, and where the two differ."""
    if not str(typed.get("mrz") or "").strip():
        return form_class(typed), {}
    try:
        filled, wrong = fill_from_zone(typed)
    except DomainError as refused:
        return form_class(typed), {"mrz": str(refused)}
    return form_class(filled), wrong


def fill_from_zone(raw: Raw) -> tuple[Raw, dict[str, str]]:
    """What was typed, filled from the pasted zone, and what does not agree with it, by field.

    The zone is emptied once it is read and agrees. Raises DomainError bad_mrz.
    """
    zone = read_zone(raw["mrz"], _today())
    filled, differing = dict(raw), {}
    for field in (*CHOSEN, *COMPARED):
        said = _as_typed(getattr(zone, field))
        if field in COMPARED and said and not _same(field, str(raw.get(field) or ""), said):
            sentence = _("与机读码不一致，机读码为 %(said)s。请对照证件改正，或清空机读码。")
            differing[field] = sentence % {"said": said}
        elif said and not (field == "passport_name" and _keeps_longer(raw, zone)):
            filled[field] = said
    return (raw if differing else filled | {"mrz": ""}), differing


def _as_typed(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _same(field: str, typed: str, said: str) -> bool:
    """Whether what was typed may stand beside what the zone says; blanks and case apart."""
    if not typed.strip():
        return True
    if field in ("birth_date", "document_expires_on"):
        return _day_of(typed) in (said, None)  # what is no date is told so by its own field
    squeezed = ["".join(c for c in text.upper() if c.isalnum()) for text in (typed, said)]
    shorter, longer = sorted(squeezed, key=len)
    return shorter == longer or (field == "passport_name" and longer.startswith(shorter))


def _day_of(typed: str) -> str | None:
    try:
        return date_field(required=False).clean(typed).isoformat()
    except (forms.ValidationError, AttributeError):
        return None


def _keeps_longer(raw: Raw, zone: Zone) -> bool:
    """The line had no room for the whole name, and somebody typed it."""
    return not zone.name_is_whole and len(raw.get("passport_name") or "") > len(zone.passport_name)


def _today() -> date:
    return clock.now().date()
