"""Filters of the people in an incident, and an officer's word about one of them."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel.text import clean
from crisis.console.selectors import names_like
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Contact, EventKind, Movement
from crisis.rollcall.tallies import standings_alike
from registry.models import Person
from registry.selectors.people import find_by_name

ANY = [("", _("全部"))]
FLAGS = [
    ("wants_out", _("要求撤离")),
    ("possible_help", _("可能求助")),
    ("spoken_for", _("由联络员代报")),
    ("self_reported", _("自助报备")),
    ("unaddressed", _("没有可用联系方式")),
    ("uncertain", _("位置不确定")),
]
COLUMNS = {
    "wants_out": ("wants_out", True),
    "possible_help": ("possible_help", True),
    "spoken_for": ("spoken_for", True),
    "self_reported": ("self_reported", True),
    "unaddressed": ("addressed", False),
    "uncertain": ("certain", False),
}
# In the order in which an officer looks for them; record_status says which may be recorded alone.
OFFICER_KINDS = [
    EventKind.SAFE,
    EventKind.NEEDS_HELP,
    EventKind.HELP_CLOSED,
    EventKind.LEFT_AREA,
    EventKind.WANTS_OUT,
    EventKind.INJURED,
    EventKind.IDENTITY_PENDING,
    EventKind.MISSING,
]


class RosterFilter(forms.Form):
    """`name` comes apart from the address (by POST); the facets stand in the query string."""

    condition = forms.ChoiceField(
        label=_("状况"), required=False, choices=[*ANY, *Condition.choices]
    )
    movement = forms.ChoiceField(label=_("去向"), required=False, choices=[*ANY, *Movement.choices])
    contact = forms.ChoiceField(label=_("联系"), required=False, choices=[*ANY, *Contact.choices])
    flag = forms.ChoiceField(label=_("标记"), required=False, choices=[*ANY, *FLAGS])

    def __init__(self, *args: Any, name: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = clean(name)[:80]

    def apply(self, standings: QuerySet[Standing]) -> QuerySet[Standing]:
        """Those whom the filter lets through; an unknown value lets everybody through."""
        standings = standings.filter(**self.wanted())
        return self._named(standings) if self.name else standings

    def wanted(self) -> dict[str, Any]:
        """The facets asked for, by the names of their columns."""
        self.is_valid()
        wanted = {
            facet: value
            for facet in ("condition", "movement", "contact")
            if (value := self.cleaned_data.get(facet))
        }
        if flag := self.cleaned_data.get("flag"):
            column, value = COLUMNS[flag]
            wanted[column] = value
        return wanted

    def asked(self) -> list[str]:
        """The same in words, for paper."""
        self.is_valid()
        shown = (
            dict(self.fields[name].choices).get(self.cleaned_data.get(name))  # type: ignore[attr-defined]
            for name in ("condition", "movement", "contact", "flag")
            if self.cleaned_data.get(name)
        )
        return [str(label) for label in shown]

    def count(self, incident: Incident) -> int:
        """How many that are. Without a name it is read from the kept sums: nobody is counted."""
        if self.name:
            inside = Standing.objects.counted().filter(incident=incident)
            return self.apply(inside).count()
        wanted = self.wanted() | {"merged": False}
        return sum(
            row["n"]
            for row in standings_alike(incident)
            if all(row[name] == value for name, value in wanted.items())
        )

    def _named(self, standings: QuerySet[Standing]) -> QuerySet[Standing]:
        """Whose name begins so or sounds so; only where there is nobody, whose name holds it."""
        beginning = standings.filter(person_ref__in=find_by_name(self.name).order_by().values("pk"))
        if beginning.exists():
            return beginning
        people = names_like(Person.objects.all(), self.name)
        return standings.filter(person_ref__in=people.values("pk"))


class StatusForm(forms.Form):
    kind = forms.TypedChoiceField(
        label=_("情况"),
        coerce=EventKind,
        choices=[("", "—"), *((kind.value, kind.label) for kind in OFFICER_KINDS)],
    )
    note = forms.CharField(
        label=_("说明（依据、来电人、时间）"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
