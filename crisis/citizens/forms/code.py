"""Asking for a code, and typing it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from registry.addresses import normalise_phone


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("手机号码"),
        help_text=_("请写国际区号，例如 +678 5550123 或 +86 13800000000。"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "autofocus": True}
        ),
    )

    def clean_phone(self) -> str:
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except DomainError as error:
            raise forms.ValidationError(str(error), code=error.code) from error


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("短信中的 6 位验证码"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class WeChatCodeForm(CodeForm):
    """The same, from a message of our official account; the QR code above it is looked at first."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        code = self.fields["code"]
        code.label, code.widget.attrs["autofocus"] = _("公众号发来的 6 位验证码"), False
