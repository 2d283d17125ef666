"""What an officer decides about a reply that matched nobody."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crisis.calls.states import Dismissal
from crisis.incidents.models import Incident


class FindForm(forms.Form):
    """By POST, so that no name stands in an address."""

    incident = forms.ModelChoiceField(
        Incident.objects.none(), label=_("突发事件"), empty_label=None
    )
    name = forms.CharField(label=_("姓名"), required=False, max_length=80)

    def __init__(self, *args: Any, incidents: QuerySet[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incident"].queryset = incidents  # type: ignore[attr-defined]


class DismissForm(forms.Form):
    reason = forms.ChoiceField(label=_("搁置原因"), choices=[("", "—"), *Dismissal.choices])
