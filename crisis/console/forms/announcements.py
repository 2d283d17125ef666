"""The words of an update or a correction. What may be said is the services' rule, not ours."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crisis.console.forms.declare import DeclareForm
from crisis.incidents.announcements import SAYS, Kind, words_of_alert
from crisis.incidents.models import Incident

LABELS = {
    "news": _("最新情况"),
    "news_en": _("最新情况（英文）"),
    "subject": _("更正的事项，例如“集合点”"),
    "subject_en": _("更正的事项（英文）"),
    "value": _("改为"),
    "value_en": _("改为（英文）"),
}
# A phone shows WeChat's fields cut off beyond twenty characters; news stand in the SMS alone.
LENGTHS = {"news": 60, "news_en": 120, "subject": 12, "subject_en": 14, "value": 18, "value_en": 20}


class AnnouncementForm(forms.Form):
    """One field a word. A correction also shows the alert's own words, to put right there."""

    def __init__(self, *args: Any, incident: Incident, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SAYS[kind]:
            widget = forms.Textarea(attrs={"rows": 2}) if name.startswith("news") else None
            self.fields[name] = forms.CharField(
                label=LABELS[name], max_length=LENGTHS[name], widget=widget
            )
        for name, text in words_of_alert(incident).items() if kind == Kind.CORRECTION else ():
            label = DeclareForm.base_fields[name].label
            self.fields[name] = forms.CharField(
                label=label, max_length=60, required=False, initial=text
            )
