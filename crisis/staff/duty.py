"""The duty roster: who is reached when the system needs somebody, and by which number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.staff.models import DutyTurn, User
from crisis.staff.selectors import covers_in_force
from registry.addresses import normalise_openid, normalise_phone
from registry.models import Language, Post


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody on duty is reached: E.164, openid; either may be empty, not both."""

    phone: str = ""
    wechat: str = ""
    language: str = Language.CHINESE.value


def normalise_contact(contact: Contact) -> Contact:
    """The addresses in their one written form. Raises DomainError duty_unreachable, bad_phone,
    bad_openid."""
    if not (contact.phone.strip() or contact.wechat.strip()):
        raise DomainError("duty_unreachable", _("请至少填写手机或微信中的一项，否则无法传呼。"))
    return Contact(
        normalise_phone(contact.phone) if contact.phone.strip() else "",
        normalise_openid(contact.wechat) if contact.wechat.strip() else "",
        contact.language,
    )


def check_turn(begins_at: datetime, ends_at: datetime) -> None:
    """Raises DomainError duty_ends_before_it_begins."""
    if ends_at <= begins_at:
        raise DomainError("duty_ends_before_it_begins", _("值班的结束时间必须晚于开始时间。"))


@transaction.atomic
def assign_duty(
    *,
    user: User,
    post: Post | None,
    begins_at: datetime,
    ends_at: datetime,
    contact: Contact,
    actor: str,
) -> DutyTurn:
    """Put `user` on duty for a post, or without one for the whole installation. Times are UTC.
    Raises DomainError as `normalise_contact` and `check_turn` do."""
    check_turn(begins_at, ends_at)
    reached = normalise_contact(contact)
    turn = DutyTurn.objects.create(
        user=user,
        post=post,
        begins_at=begins_at,
        ends_at=ends_at,
        language=reached.language,
        phone=reached.phone,
        wechat=reached.wechat,
    )
    note_turn(turn, actor=actor, act="duty.assigned")
    return turn


def note_turn(turn: DutyTurn, *, actor: str, act: str) -> None:
    audit.record(
        actor=actor,
        act=act,
        subject=f"duty:{turn.pk}",
        user=turn.user_id,
        post=turn.post_id,
        begins_at=turn.begins_at,
        ends_at=turn.ends_at,
    )


def on_duty(post_id: int | None = None, *, at: datetime | None = None) -> Sequence[DutyTurn]:
    """Who is to be told now: those on duty for the post, if one is named, or for a post that covers
    it, and those for the whole installation; where there are none, everybody who is on duty
    anywhere. Inactive accounts are left out."""
    moment = at or clock.now()
    turns = DutyTurn.objects.filter(
        begins_at__lte=moment, ends_at__gt=moment, user__is_active=True
    ).select_related("user", "post")
    concerned = turns.filter(post=None)
    if post_id:
        covering = covers_in_force().filter(post=post_id).order_by().values("covered_by")
        concerned = turns.filter(Q(post=None) | Q(post=post_id) | Q(post__in=covering))
    return list(concerned.order_by("pk")) or list(turns.order_by("pk"))
