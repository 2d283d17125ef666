"""Letting somebody go from a safe haven: onward, home, or to whoever may have them.

A minor without an adult of their own is given to the guardian who was named before, on the
document that was named with them, and to nobody else
(docs/decisions/a-lone-minor-goes-to-a-named-guardian.md).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.arrivals.minors import Present, lone
from crisis.arrivals.models import Guardian, Stay
from crisis.arrivals.selectors import here, places_for, present
from crisis.arrivals.services.staying import (
    WORDS,
    check_onward,
    check_province,
    hold,
    hold_all,
    reopen,
)
from crisis.arrivals.states import OF_LONE_MINORS, TAKEN_OVER, LeftAs
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Transport


@dataclass(frozen=True, slots=True)
class GuardianDraft:
    """Whom a minor may be given to, and how it was checked that they are the guardian."""

    name: str
    relation: str
    document: str
    basis: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """How somebody leaves. `with_whom` is who takes them over, or goes with a minor; `document` is
    what a guardian shows."""

    how: LeftAs
    at: datetime
    with_whom: str = ""
    document: str = ""
    onward: Transport | None = None
    province: str = ""


def name_guardian(*, stay: Stay, draft: GuardianDraft, officer: User) -> Guardian:
    """Name the one person to whom this minor may be given; naming another takes their place.

    Raises DomainError forbidden, not_found, stay_is_over, no_minor, field_needed, too_long.
    """
    words = {name: _needed(name, getattr(draft, name)) for name in _NEEDED}
    words["phone"] = _short("phone", draft.phone)
    with transaction.atomic():
        held = hold(stay, officer, "stay.guardian_named")
        if not held.minor:
            raise DomainError("no_minor", _("此人不是未成年人，无须指定监护人。"), status=409)
        guardian, _new = Guardian.objects.update_or_create(
            stay=held, defaults={**words, "named_by": officer, "named_at": clock.now()}
        )
    return guardian


def release(*, stays: Collection[Stay], draft: Release, officer: User) -> list[Stay]:
    """Let these people go together, from one place. Families are not parted: an adult does not go
    home while a minor of theirs stays behind with nobody.

    Raises DomainError forbidden, not_found, stay_is_over, in_the_future, before_arrival,
    who_needed, province_needed, unknown_province, onward_needed, other_origin,
    transport_cancelled, lone_minor (not in this way), name_guardian (nobody was named),
    other_document (not the guardian's), leaves_minor. A wrong document is on record.
    """
    try:
        with transaction.atomic():
            held = hold_all(stays, officer, "stay.left", how=draft.how.value)
            _check(held, draft)
            _check_minors(held, draft)
            for stay in held:
                _let_go(stay, draft, officer)
    except DomainError as error:
        if error.code == "other_document":
            for stay in stays:
                subject = f"stay:{stay.pk}"
                audit.record(actor=officer.username, act="stay.refused", subject=subject)
        raise
    return held


def readmit(*, stay: Stay, officer: User) -> bool:
    """They did not leave after all, or came back. False where they are at another place by now.

    Raises DomainError forbidden, not_found, still_here.
    """
    with transaction.atomic():
        demand(officer, Capability.RECORD)
        rows = Stay.objects.filter(pk=stay.pk, place__in=places_for(officer).values("pk"))
        if not rows.exists():
            raise DomainError("not_found", _("未找到。"), status=404)
        audit.record(actor=officer.username, act="stay.readmitted", subject=f"stay:{stay.pk}")
        if rows.filter(left_at=None).exists():
            raise DomainError("still_here", _("此人没有登记离开。"), status=409)
        return bool(reopen(rows))


_NEEDED = ("name", "relation", "document", "basis")


def _needed(name: str, text: str) -> str:
    words = _short(name, text)
    if not words:
        sentence = _("请填写监护人的姓名、关系、证件号码和核实方式。")
        raise DomainError("field_needed", sentence, {"field": name})
    return words


def _short(name: str, text: str) -> str:
    words = clean(text)
    if len(words) > WORDS:
        sentence = _("内容过长，最多 %(n)d 个字。") % {"n": WORDS}
        raise DomainError("too_long", sentence, {"field": name})
    return words


def _let_go(stay: Stay, draft: Release, officer: User) -> None:
    stay.left_at, stay.left_as, stay.left_by = draft.at, draft.how.value, officer
    stay.left_with = clean(draft.with_whom)
    stay.onward = draft.onward or stay.onward
    stay.province = draft.province or stay.province
    stay.changed_at = clock.now()
    stay.save()


def _check(stays: Sequence[Stay], draft: Release) -> None:
    if draft.at > clock.now():
        raise DomainError("in_the_future", _("离开时间不能晚于现在。"), {"field": "at"})
    if any(draft.at < stay.since for stay in stays):
        raise DomainError("before_arrival", _("离开时间不能早于入住时间。"), {"field": "at"})
    if draft.how in TAKEN_OVER and not _short("with_whom", draft.with_whom):
        sentence = _("请写明由谁接收（单位和姓名）。")
        raise DomainError("who_needed", sentence, {"field": "with_whom"})
    check_province(draft.province)
    if draft.how == LeftAs.PROVINCE and not all(draft.province or s.province for s in stays):
        raise DomainError("province_needed", _("请选择户籍地。"), {"field": "province"})
    if draft.how == LeftAs.ONWARD:
        _check_onward(stays, draft)


def _check_onward(stays: Sequence[Stay], draft: Release) -> None:
    for stay in stays:
        transport = draft.onward or stay.onward
        if transport is None:
            raise DomainError("onward_needed", _("请选择下一程。"), {"field": "onward"})
        check_onward(stay.place, transport)


# -- Minors ---------------------------------------------------------------------------------------


def _check_minors(leaving: Sequence[Stay], draft: Release) -> None:
    if len({stay.place_id for stay in leaving}) > 1:
        raise DomainError("not_found", _("未找到。"), status=404)
    everybody = present(list(here(leaving[0].place)), draft.at)
    going = {stay.pk for stay in leaving}
    together = [one for one in everybody if one.stay in going]
    alone = lone(together)
    for stay in leaving:
        if stay.pk in alone or draft.how == LeftAs.GUARDIAN:
            _check_lone(stay, draft)
    _check_left_behind(everybody, going, draft)


def _check_lone(stay: Stay, draft: Release) -> None:
    if draft.how not in OF_LONE_MINORS:
        raise DomainError(
            "lone_minor",
            _("此人是身边没有家长的未成年人，只能交给事先指定的监护人。"),
            {"field": "how", "stay": stay.pk},
            status=409,
        )
    if draft.how != LeftAs.GUARDIAN:
        if not clean(draft.with_whom):
            sentence = _("未成年人单独转运或送医，请写明由谁陪同。")
            raise DomainError("who_needed", sentence, {"field": "with_whom"})
        return
    guardian = Guardian.objects.filter(stay=stay).first()
    if guardian is None:
        sentence = _("请先指定监护人并核实其身份。")
        raise DomainError("name_guardian", sentence, {"stay": stay.pk}, status=409)
    if _plain(draft.document) != _plain(guardian.document):
        sentence = _("来人出示的证件号码与指定监护人的不符，不能交接。")
        raise DomainError("other_document", sentence, {"field": "document"}, status=409)


def _check_left_behind(everybody: Sequence[Present], going: set[int], draft: Release) -> None:
    """Nobody's adult goes home or on while their minor stays with nobody; to hospital they may."""
    if draft.how in (LeftAs.HOSPITAL, LeftAs.GUARDIAN):
        return
    before = lone(everybody)
    after = lone([one for one in everybody if one.stay not in going])
    behind = after - before
    named = set(Guardian.objects.filter(stay__in=behind).values_list("stay", flat=True))
    if behind - named:
        raise DomainError(
            "leaves_minor",
            _("其未成年家人还留在这里。请一起办理离开，或先为其指定监护人。"),
            {"stays": sorted(behind - named)},
            status=409,
        )


def _plain(document: str) -> str:
    """A document's number however it is spaced and typed."""
    return "".join(clean(document).upper().split()).replace("-", "")
