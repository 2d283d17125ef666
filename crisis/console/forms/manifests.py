"""Handing a manifest out: why, and to whom, go on record."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    purpose = forms.CharField(label=_("用途"), max_length=200)
    receiver = forms.CharField(label=_("接收单位"), max_length=200)
