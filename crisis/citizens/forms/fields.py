"""Fields that several citizens' pages ask for, small enough for a slow line."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import phonenumbers
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from registry.countries import PARTS_OF_CHINA, country_codes, country_name

# However people write a date; what has no separators is year, month, day.
DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y %m %d", "%Y%m%d"]
Raw = dict[str, Any]
"""What was typed, by field: a text, or a list of texts where several may be chosen."""


class CountrySelect(forms.Select):
    """Every country in as few bytes as HTML allows: a page may hold four of these."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            "<option value={}{}>{}",
            (
                (
                    code or SafeString('""'),
                    SafeString(" selected" if code == (value or "") else ""),
                    label,
                )
                for code, label in self.choices
            ),
        )
        attributes = format_html_join("", ' {}="{}"', _attributes(context["attrs"]))
        return format_html('<select name="{}"{}>{}</select>', name, attributes, options)


def _attributes(attrs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, key if on is True else on) for key, on in attrs.items() if on is not False]


def country_choices() -> list[tuple[str, str]]:
    """(code, name) in the page's language, China first, then by name."""
    return _sorted_countries(lambda code, name: name)


def nationality_choices() -> list[tuple[str, str]]:
    """(code, name): parts of China are no nationality of their own."""
    return [choice for choice in country_choices() if choice[0] not in PARTS_OF_CHINA]


def place_choices() -> list[tuple[str, str]]:
    """The countries behind an empty choice: nobody is to live in the first by oversight."""
    return [("", str(_("请选择"))), *country_choices()]


def dialling_choices() -> list[tuple[str, str]]:
    """(code, «name +678»), after the choice of the country one is in."""
    listed = _sorted_countries(lambda code, name: f"{name} +{dialling_code(code)}")
    return [("", str(_("与所在国相同"))), *(c for c in listed if dialling_code(c[0]))]


def dialling_code(country: str) -> int:
    """678 for VU; 0 where a country has none."""
    return phonenumbers.country_code_for_region(country)


def _sorted_countries(label: Callable[[str, str], str]) -> list[tuple[str, str]]:
    language = get_language() or ""
    named = ((code, country_name(code, language)) for code in country_codes())
    order = sorted(named, key=lambda pair: (pair[0] != "CN", _by_sound(pair[1])))
    return [(code, label(code, name)) for code, name in order]


def _by_sound(name: str) -> bytes:
    """GB 2312 holds common characters by their pinyin, and Latin letters before them."""
    return unicodedata.normalize("NFKD", name).casefold().encode("gb18030")


def country_field(choices: Any = country_choices, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, widget=CountrySelect, **options)


def nationality_field(**options: Any) -> forms.ChoiceField:
    return country_field(nationality_choices, **options)


def date_field(**options: Any) -> forms.DateField:
    """A day, typed in digits; pickers that scroll through ninety years help nobody."""
    widget = forms.DateInput(
        format="%Y-%m-%d", attrs={"inputmode": "numeric", "placeholder": "1990-03-07"}
    )
    options.setdefault("error_messages", {"invalid": _("请写成年-月-日，例如 1990-03-07。")})
    return forms.DateField(input_formats=DATE_FORMATS, widget=widget, **options)


def text_field(limit: int, **options: Any) -> forms.CharField:
    """One line; `attrs` are those of its input."""
    widget = forms.TextInput(attrs={"maxlength": limit, **options.pop("attrs", {})})
    return forms.CharField(max_length=limit, widget=widget, **options)


def phone_field(**options: Any) -> forms.CharField:
    return text_field(40, attrs={"type": "tel", "inputmode": "tel"}, required=False, **options)


class DraftForm(forms.Form):
    """A form whose rules are the registry's: a refused draft is an error beside its field."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = _("请填写此项，它是必填的。")

    def refuse(self, error: DomainError, *, field: str = "", among: Mapping[str, str] = {}) -> None:
        """Put a refusal beside `field`, else beside the one it names (`among` renames)."""
        named = str(error.extra.get("field", ""))
        where = field or among.get(named, named)
        self.add_error(where if where in self.fields else None, str(error))

    def say_only(self, errors: Mapping[str, str]) -> None:
        """Keep what was typed and show these errors alone: the form is not yet handed in."""
        self.full_clean()
        self.errors.clear()
        for field, sentence in errors.items():
            self.add_error(field, sentence)

    @classmethod
    def typed(cls, data: Any, **options: Any) -> Raw:
        """What was typed into this form's fields, as it came."""
        form = cls(**options)
        return {
            name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
            for name, field in form.fields.items()
        }
