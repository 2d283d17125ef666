"""What follows a declaration: other ground, and what those left out of it are told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crisis.console.forms.declare import AreaForm
from crisis.incidents.models import Incident
from crisis.incidents.series import mainshocks_for
from crisis.rollcall.unresolved import who_may_take_over
from crisis.staff.models import User


class ReshapeForm(AreaForm):
    """The area as it shall be, and the words for those left out: both languages, or none."""

    news = forms.CharField(label=_("告知移出者（中文）"), max_length=60, required=False)
    news_en = forms.CharField(label=_("告知移出者（英文）"), max_length=120, required=False)

    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("news", "news_en")}


class SuccessorForm(forms.Form):
    """Who takes over whoever is unresolved."""

    successor = forms.ModelChoiceField(
        User.objects.none(), label=_("接手的官员"), required=False, empty_label="—"
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [user.pk for user in who_may_take_over(incident.post)]
        found = User.objects.filter(pk__in=able).order_by("username")
        self.fields["successor"].queryset = found  # type: ignore[attr-defined]


class MainshockForm(forms.Form):
    """Which series an incident belongs to."""

    follows = forms.ModelChoiceField(
        Incident.objects.none(), label=_("主震"), required=False, empty_label=_("不属于任何序列")
    )

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = mainshocks_for([incident.post_id]).exclude(pk=incident.pk)
        earlier = found.filter(occurred_at__lt=incident.occurred_at)
        self.fields["follows"].queryset = earlier  # type: ignore[attr-defined]
