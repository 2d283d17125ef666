"""Filters of the people in an incident, and an officer's word about one of them."""

from typing import Any

from django import forms
from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext_lazy as _

from config.kernel.text import clean
from crisis.console.selectors import names_like
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Contact, EventKind, Movement
from registry.models import Person

ANY = [("", _("全部"))]
FLAGS = [
    ("wants_out", _("要求撤离")),
    ("possible_help", _("可能求助")),
    ("spoken_for", _("由联络员代报")),
    ("unaddressed", _("没有可用联系方式")),
    ("uncertain", _("位置不确定")),
]
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


URGENCY = Case(
    When(condition__in=(Condition.NEEDS_HELP, Condition.INJURED), then=0),
    When(possible_help=True, then=1),
    When(contact=Contact.MISSING, then=2),
    When(wants_out=True, then=3),
    When(contact=Contact.NO_ANSWER, then=4),
    default=5,
)


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
        """Those who need somebody first, then by the newest change."""
        self.is_valid()
        for facet in ("condition", "movement", "contact"):
            if value := self.cleaned_data.get(facet):
                standings = standings.filter(**{facet: value})
        standings = self._flagged(standings)
        if self.name:
            people = names_like(Person.objects.all(), self.name)
            standings = standings.filter(person_ref__in=people.values("pk"))
        return standings.order_by(URGENCY, "-updated_at", "pk")

    def _flagged(self, standings: QuerySet[Standing]) -> QuerySet[Standing]:
        match self.cleaned_data.get("flag"):
            case "wants_out" | "possible_help" | "spoken_for" as flag:
                return standings.filter(**{flag: True})
            case "unaddressed":
                return standings.filter(addressed=False)
            case "uncertain":
                return standings.filter(certain=False)
        return standings


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
