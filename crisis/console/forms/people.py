"""Finding a registered person. Searches come by POST: no name or number stands in an address."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.console.selectors import names_like
from registry.addresses import normalise_phone
from registry.models import Person
from registry.selectors.people import find_by_document, find_by_phone


class PersonSearch(forms.Form):
    """One of three: all that are filled in must fit."""

    name = forms.CharField(label=_("姓名、拼音或证件拼写"), required=False, max_length=80)
    phone = forms.CharField(label=_("电话"), required=False, max_length=30)
    document = forms.CharField(label=_("证件号码"), required=False, max_length=30)

    def clean_phone(self) -> str:
        """E.164; a number no network can carry is said so."""
        if not self.cleaned_data["phone"].strip():
            return ""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except DomainError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("请填写姓名、电话或证件号码中的一项。"))
        return data

    def apply(self, people: QuerySet[Person]) -> QuerySet[Person]:
        data = self.cleaned_data
        if data["name"]:
            people = names_like(people, data["name"].strip())
        if data["phone"]:
            people = people.filter(pk__in=find_by_phone(data["phone"]).values("pk"))
        if data["document"]:
            people = people.filter(pk__in=find_by_document(data["document"]).values("pk"))
        return people.order_by("name", "pk")

    def kinds(self) -> list[str]:
        """Which fields were searched by, for the audit log: never what was typed."""
        return [name for name, value in self.cleaned_data.items() if value]
