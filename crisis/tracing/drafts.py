"""An enquiry as it is told, checked before a row is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.tracing.states import CameBy, Checked, Kinship, Publish
from registry.addresses import normalise_phone
from registry.countries import is_country
from registry.drafts import document_number
from registry.models import Sex

MOST_NAMES = 6
OLDEST = 120  # years


@dataclass(frozen=True, slots=True)
class EnquiryDraft:
    """Who asks, and after whom. Times are UTC; phones may be written in any form; `names` are the
    spellings of one name, the asker's own first."""

    asker_name: str
    names: tuple[str, ...]
    kinship: str
    came_by: str
    asker_phone: str = ""
    asker_other: str = ""
    checked: str = Checked.NO.value
    publish: str = Publish.NOT_ASKED.value
    birth_year: int | None = None
    sex: str = Sex.UNSPECIFIED.value
    passport: str = ""
    phone: str = ""
    last_country: str = ""
    last_place: str = ""
    last_heard_at: datetime | None = None
    description: str = ""
    message: str = ""
    asked_at: datetime | None = None


def checked_columns(draft: EnquiryDraft) -> dict[str, object]:
    """The columns of the enquiry, in their one written form.

    Raises DomainError with the field in `extra`: asker_needed, unreachable_asker, unknown_choice,
    bad_birth_year, unknown_country, in_the_future, bad_phone, bad_document_number.
    """
    _check_choices(draft)
    _check_times(draft)
    asker = clean(draft.asker_name)
    if not asker:
        raise _refusal("asker_needed", "asker_name", _("请填写询问人的姓名。"))
    phone, other = _phone(draft.asker_phone, "asker_phone"), clean(draft.asker_other)
    if not (phone or other):
        sentence = _("请填写询问人的电话或其他联系方式，否则无法答复。")
        raise _refusal("unreachable_asker", "asker_phone", sentence)
    return {
        "asker_name": asker,
        "asker_phone": phone,
        "asker_other": other,
        "birth_year": draft.birth_year,
        "sex": draft.sex,
        "passport": document_number_of(draft.passport),
        "phone": _phone(draft.phone, "phone"),
        "last_country": _country(draft.last_country),
        "last_place": clean(draft.last_place),
        "last_heard_at": draft.last_heard_at,
        "description": clean(draft.description),
        "message": clean(draft.message),
        "kinship": draft.kinship,
        "came_by": draft.came_by,
        "checked": draft.checked,
        "publish": draft.publish,
    }


def spellings(names: Iterable[str]) -> list[str]:
    """Each spelling once, the first one first. Raises DomainError name_needed, too_many_names."""
    found = list(dict.fromkeys(written for name in names if (written := clean(name)[:80])))
    if not found:
        raise _refusal("name_needed", "names", _("请填写被寻人的姓名。"))
    if len(found) > MOST_NAMES:
        sentence = _("最多填写 %(most)d 种写法。") % {"most": MOST_NAMES}
        raise _refusal("too_many_names", "names", sentence)
    return found


def document_number_of(text: str) -> str:
    try:
        return document_number(text)
    except DomainError as refused:
        raise _refusal(refused.code, "passport", str(refused)) from None


def _phone(text: str, field: str) -> str:
    """E.164. A mainland number may come without its country code: relatives call from home."""
    if not text.strip():
        return ""
    try:
        return normalise_phone(text, region="CN")
    except DomainError as refused:
        raise _refusal(refused.code, field, str(refused)) from None


def _check_choices(draft: EnquiryDraft) -> None:
    for field, choices in (
        ("kinship", Kinship),
        ("came_by", CameBy),
        ("checked", Checked),
        ("publish", Publish),
        ("sex", Sex),
    ):
        if getattr(draft, field) not in choices.values:
            raise _refusal("unknown_choice", field, _("请从列出的选项中选择。"))


def _check_times(draft: EnquiryDraft) -> None:
    now = clock.now()
    for field in ("asked_at", "last_heard_at"):
        moment = getattr(draft, field)
        if moment is not None and moment > now:
            raise _refusal("in_the_future", field, _("时间不能晚于现在。"))
    year = draft.birth_year
    if year is not None and not now.year - OLDEST <= year <= now.year:
        raise _refusal("bad_birth_year", "birth_year", _("出生年份应为四位数字，请检查。"))


def _country(code: str) -> str:
    if code and not is_country(code):
        raise _refusal("unknown_country", "last_country", _("没有这个国家代码。"))
    return code


def _refusal(code: str, field: str, sentence: str) -> DomainError:
    return DomainError(code, sentence, {"field": field})
