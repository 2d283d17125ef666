"""Opening a group, and taking somebody into it."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from registry.countries import country_name
from registry.models import GroupKind
from registry.services.groups import GroupDraft


class GroupForm(forms.Form):
    """A group as its officer or its liaison describes it; rules: registry.services.groups."""

    kind = forms.ChoiceField(label=_("种类"), choices=GroupKind.choices)
    name = forms.CharField(label=_("名称"), max_length=80)
    country = forms.ChoiceField(label=_("所在国家"))
    city = forms.CharField(label=_("城市"), max_length=80, required=False)

    def __init__(self, *args: Any, countries: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            (code, country_name(code, language)) for code in countries
        ]

    def draft(self) -> GroupDraft:
        return GroupDraft(**self.cleaned_data)

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field."""
        field = error.extra.get("field")
        self.add_error(field if field in self.fields else None, str(error))


class MemberForm(forms.Form):
    """Whom to take in: the number that stands beside a name on the people's pages."""

    person = forms.IntegerField(
        label=_("登记编号"),
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("登记人页面上姓名旁 # 后的数字。"),
    )
