"""Rendering an approved template into the exact words that leave."""

import string
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from config.kernel.models import Mode
from notifications.catalogue import EN, TEMPLATES, ZH, Fields, Template

# Field limits of a WeChat template message (vendor's documentation of template message fields).
WECHAT_LIMITS = {"thing": 20, "character_string": 32, "phone_number": 17, "const": 20}
MAX_SMS_CHARACTERS = 500

Texts = dict[str, dict[str, Any]]


def template_named(code: str) -> Template:
    """The template; DomainError unknown_template."""
    try:
        return TEMPLATES[code]
    except KeyError:
        raise DomainError(
            "unknown_template", _("没有名为“%(code)s”的告警模板。") % {"code": code}
        ) from None


def needed_variables(template: Template) -> set[str]:
    """The names a caller must give, besides the hotline and the code."""
    patterns = [
        *template.sms.values(),
        *(f for fs in template.wechat.values() for f in fs.values()),
    ]
    names = {name for p in patterns for _, name, _, _ in string.Formatter().parse(p) if name}
    return names - {"hotline", "code"}


def render(
    template: Template,
    *,
    variables: Mapping[str, str],
    signature_zh: str,
    signature_en: str,
    mode: str,
) -> Texts:
    """{"sms": {language: text}, "wechat": {language: fields}}, exactly as it will leave.

    Where it asks, "sms_shared" holds the wording for a number that several people share: it says
    how many, at the place marked {covers}, which is filled in as the message leaves. A drill's
    texts begin and end as a drill, whatever the caller gave. Raises DomainError
    missing_variable, bad_character, or text_too_long naming the field and its limit.
    """
    if missing := sorted(needed_variables(template) - {k for k, v in variables.items() if v}):
        raise DomainError(
            "missing_variable",
            _("模板“%(template)s”缺少内容：%(names)s。请填写后再试。")
            % {"template": _(template.label), "names": "、".join(missing)},
            {"missing": missing},
        )
    _check_characters(variables)
    drill = mode == Mode.DRILL
    bodies = {language: body.format(**variables) for language, body in template.sms.items()}
    signed = {ZH: f"【{signature_zh}】", EN: f"{signature_en}: "}
    sms = {lang: signed[lang] + _DRILL[lang](bodies[lang], drill=drill) for lang in bodies}
    shared = {
        lang: signed[lang] + _DRILL[lang](bodies[lang] + _SHARED[lang], drill=drill)
        for lang in bodies
    }
    for text in shared.values():
        _check_length("sms", text, MAX_SMS_CHARACTERS)
    wechat = {
        lang: _drill_fields(_fields(patterns, variables), lang, drill=drill)
        for lang, patterns in template.wechat.items()
    }
    texts: Texts = {"sms": sms, "wechat": wechat}
    return texts | {"sms_shared": shared} if template.asks else texts


def _fields(patterns: Fields, variables: Mapping[str, str]) -> Fields:
    """The fields as a live installation sends them: what is too long there is refused here too."""
    fields = {name: pattern.format(**variables) for name, pattern in patterns.items()}
    for name, text in fields.items():
        _check_length(name, text, WECHAT_LIMITS[name.rstrip(string.digits)])
    return fields


def _check_characters(variables: Mapping[str, str]) -> None:
    """Vendors refuse 【】 outside the signature, a line break would end a field of WeChat's, and a
    mark that turns the direction of writing makes a text read as another."""
    for name, value in variables.items():
        if any(c in "【】" or unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in value):
            sentence = _("“%(name)s”含有不能发送的字符（【】、换行或控制字符）。请改写。")
            raise DomainError("bad_character", sentence % {"name": name}, {"field": name})


def _drill_zh(body: str, *, drill: bool) -> str:
    return f"演练，非真实事件：{body}。演练完毕" if drill else body


def _drill_en(body: str, *, drill: bool) -> str:
    return f"DRILL, not real. {body} END OF DRILL" if drill else body


# Blueprint section 6: on a shared address the text says how many it covers.
_SHARED = {ZH: "。此号码登记有{covers}人", EN: " This number stands for {covers} people."}
_DRILL = {ZH: _drill_zh, EN: _drill_en}


def _drill_fields(fields: Fields, language: str, *, drill: bool) -> Fields:
    """WeChat shows fields one under the other: the first says drill, the third ends it."""
    if not drill:
        return fields
    begin, end = ("演练：", " 演练完毕") if language == ZH else ("DRILL ", " DRILL")
    first, last = fields["thing1"], fields["thing3"]
    limit = WECHAT_LIMITS["thing"]
    # The drill words come first: a place name is shortened before they are.
    return fields | {
        "thing1": begin + first[: limit - len(begin)],
        "thing3": last[: limit - len(end)] + end,
    }


def _check_length(name: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise DomainError(
            "text_too_long",
            _("“%(name)s”的内容有 %(length)d 个字符，最多 %(limit)d 个。请缩短地名或事件名。")
            % {"name": name, "length": len(text), "limit": limit},
            {"field": name, "length": len(text), "limit": limit},
        )
