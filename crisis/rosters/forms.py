"""Handing in a roster, for liaisons and officers alike."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.rosters.models import RosterUpload
from crisis.rosters.services.taking import take_roster
from registry.consent.texts import ROSTER
from registry.models import Group
from registry.rosters.reading import check_size
from registry.services.groups import Acting


class RosterForm(forms.Form):
    """A file, and the statement that those in it agreed."""

    file = forms.FileField(
        label=_("名册文件（XLSX 或 CSV）"),
        allow_empty_file=True,
        max_length=255,
        help_text=_("不超过 10 MB、20000 行。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    stated = forms.BooleanField(label="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stated"].label = ROSTER.words(get_language() or "zh-hans").agree

    def take(self, group: Group, by: Acting) -> RosterUpload | None:
        """The upload; None where the form or the file is refused, and says why."""
        if not self.is_valid():
            return None
        file = self.cleaned_data["file"]
        try:
            check_size(file.size)
            stated = self.cleaned_data["stated"]
            return take_roster(group=group, content=file.read(), stated=stated, by=by)
        except DomainError as refused:
            self.add_error("file", str(refused))
            return None
