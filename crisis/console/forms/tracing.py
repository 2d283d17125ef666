"""Who asks after whom. Rules about names, phones and documents are the services'."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.console.forms.declare import UNCHOSEN, PostField
from crisis.console.forms.duty import LOCAL
from crisis.incidents.models import Incident
from crisis.tracing.drafts import EnquiryDraft
from crisis.tracing.states import (
    CameBy,
    Checked,
    Closed,
    EnquiryState,
    Kinship,
    Permission,
    Publish,
)
from registry.countries import country_codes, country_name
from registry.models import Post, Sex

LINES = forms.Textarea(attrs={"rows": 2})


class Utc(forms.DateTimeField):
    """The relative's clock is at home and the sought person's elsewhere: world time for both."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        super().__init__(widget=widget, required=False, **more)


class SoughtForm(forms.Form):
    """The sought person as far as the asker can tell."""

    names = forms.CharField(
        label=_("被寻人姓名（每行一种写法）"),
        max_length=500,
        widget=LINES,
        help_text=_("先写中文，再写护照拼音、外文名、曾用名。"),
    )
    birth_year = forms.IntegerField(label=_("出生年份"), required=False)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex.choices, initial=Sex.UNSPECIFIED)
    passport = forms.CharField(label=_("证件号码"), required=False, max_length=30)
    phone = forms.CharField(label=_("被寻人电话"), required=False, max_length=30)
    last_country = forms.ChoiceField(label=_("最后所在国家"), required=False)
    last_place = forms.CharField(label=_("最后所在地点"), required=False, max_length=120)
    last_heard_at = Utc(label=_("最后联系时间（UTC）"))
    description = forms.CharField(
        label=_("情况说明"), required=False, max_length=2000, widget=LINES,
        help_text=_("外貌、同行人、单位、行程等有助查找的情况。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        countries = sorted(((c, country_name(c, language)) for c in country_codes()), key=_by_name)
        self.fields["last_country"].choices = [UNCHOSEN, *countries]  # type: ignore[attr-defined]

    def mark_invalid(self) -> None:
        """What was refused is named to those who do not see it."""
        for name, field in self.fields.items():
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field; everything typed stays."""
        field = error.extra.get("field")
        self.add_error(field if field in self.fields else None, str(error))
        if field in self.fields:
            self.fields[field].widget.attrs["aria-invalid"] = "true"


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1]


class EnquiryForm(SoughtForm):
    """What an officer writes down while the relative speaks: the asker first."""

    field_order = [
        "post", "incident", "came_by", "asked_at", "asker_name", "asker_phone", "asker_other",
        "kinship", "checked", "publish", "names",
    ]  # fmt: skip
    ASKER = field_order[:-1]

    post = PostField(Post.objects.none(), label=_("使领馆"), empty_label=None)
    incident = forms.ModelChoiceField(Incident.objects.none(), label=_("突发事件"), required=False)
    came_by = forms.ChoiceField(label=_("来源"), choices=[UNCHOSEN, *CameBy.choices])
    asked_at = Utc(label=_("询问时间（UTC，空为现在）"))
    asker_name = forms.CharField(label=_("询问人姓名"), max_length=80)
    asker_phone = forms.CharField(label=_("询问人电话"), required=False, max_length=30)
    asker_other = forms.CharField(
        label=_("询问人其他联系方式"), required=False, max_length=120,
        help_text=_("电话和其他方式至少填一项。"),
    )  # fmt: skip
    kinship = forms.ChoiceField(label=_("是被寻人的"), choices=[UNCHOSEN, *Kinship.choices])
    checked = forms.ChoiceField(label=_("身份核实"), choices=Checked.choices)
    publish = forms.ChoiceField(
        label=_("可否对外提供"), choices=Publish.choices,
        help_text=_("须当面问过询问人。何时由谁记录会一并保存。"),
    )  # fmt: skip
    message = forms.CharField(label=_("请转达的话"), required=False, max_length=500, widget=LINES)

    def __init__(
        self, *args: Any, posts: QuerySet[Post], incidents: QuerySet[Incident], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["incident"].queryset = incidents  # type: ignore[attr-defined]
        self.mark_invalid()

    @property
    def of_asker(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ASKER]

    @property
    def of_sought(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.ASKER]

    def draft(self) -> EnquiryDraft:
        data = dict(self.cleaned_data)
        names = tuple(data.pop("names").splitlines())
        return EnquiryDraft(
            names=names, **{k: v for k, v in data.items() if k not in ("post", "incident")}
        )


class ListFilter(forms.Form):
    """States stand in the address; a name or number to look for comes by POST."""

    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("未结案")), *EnquiryState.choices]
    )


class FindForm(forms.Form):
    """By POST, so that neither names nor numbers stand in an address."""

    text = forms.CharField(
        label=_("编号、姓名或来电号码"), required=False, max_length=80, strip=True
    )


class AskerForm(forms.Form):
    checked = forms.TypedChoiceField(label=_("身份核实"), coerce=Checked, choices=Checked.choices)
    publish = forms.TypedChoiceField(
        label=_("可否对外提供"), coerce=Publish, choices=Publish.choices
    )


class PermissionForm(forms.Form):
    permission = forms.TypedChoiceField(
        label=_("本人意见"), coerce=Permission, choices=Permission.choices
    )


class CloseForm(forms.Form):
    closed_as = forms.TypedChoiceField(
        label=_("结案原因"), coerce=Closed, choices=[("", "—"), *Closed.choices]
    )
