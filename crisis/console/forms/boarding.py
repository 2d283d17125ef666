"""Gates: a pack for one, what a desk records, and who a walk-in is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crisis.boarding.states import RefusalReason, ScanKind


class PackForm(forms.Form):
    gate = forms.CharField(label=_("登乘口"), max_length=40)


class ScanForm(forms.Form):
    """A refusal needs its reason; nothing else has one."""

    person_ref = forms.IntegerField(min_value=1)
    kind = forms.ChoiceField(choices=ScanKind.choices)
    reason = forms.ChoiceField(choices=[("", ""), *RefusalReason.choices], required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("kind") == ScanKind.REFUSED and not told.get("reason"):
            self.add_error("reason", _("请选择原因。"))
        return told


class RestForm(forms.Form):
    """`of` is how many the page said there were, `number` what was typed."""

    of = forms.IntegerField(min_value=1)
    number = forms.IntegerField(min_value=1)


class MatchForm(forms.Form):
    """Empty takes a match back."""

    person_ref = forms.IntegerField(min_value=1, required=False)
