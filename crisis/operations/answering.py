"""Somebody answers a page: on the duty page, or by a message from the number that was called."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.operations.models import Page, PageCall, Step
from crisis.staff.models import DutyTurn, Neighbour, User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, posts_of
from notifications.models import Delivery, Reply
from notifications.services.replies import dismiss_reply
from notifications.states import ReplyState
from registry.models import Post

# Whole messages that mean «I have it», without blanks and marks.
MEANS_ANSWERED = frozenset({"收到", "知道了", "已收到", "ok", "roger", "ack", "received"})
MARKS = " \t\r\n。．.!！,，"
# A later word belongs to something else.
ANSWERED_WITHIN = timedelta(hours=2)


def pages_for(user: User) -> QuerySet[Page]:
    """The pages that are this user's business, newest first: those of their posts, of posts whose
    neighbours were called and theirs is one, those that everybody was called for, and those of no
    post."""
    posts = posts_of(user)
    own = Post.objects.filter(staff=user).order_by().values("pk")
    next_to = Neighbour.objects.filter(neighbour__in=own).values("post")
    mine = Q(post=None) | Q(post__in=posts) | Q(step__gte=Step.EVERYBODY)
    mine |= Q(post__in=next_to, step__gte=Step.NEIGHBOURS)
    return Page.objects.filter(mine).select_related("post", "answered_by").order_by("-pk")


def answer_page(*, page: Page, user: User) -> bool:
    """`user` has it: nobody else is called. False where somebody was quicker.

    Raises DomainError: forbidden, not_found.
    """
    demand(user, Capability.KEEP_DUTY)
    if not pages_for(user).filter(pk=page.pk).exists():
        raise DomainError("not_found", _("未找到。"), status=404)
    return settle_page(page=page, user=user, by="button")


@transaction.atomic
def settle_page(*, page: Page, user: User, by: str) -> bool:
    """`user` has it, which `by` tells: a button, a reply, the case that the page is about. False
    where somebody was quicker."""
    waiting = Page.objects.filter(pk=page.pk, answered_at=None)
    if not waiting.update(answered_at=clock.real_now(), answered_by=user):
        return False
    audit.record(actor=user.username, act="duty.answered", subject=f"page:{page.pk}", by=by)
    return True


# -- By text message -------------------------------------------------------------------------


def hear_answers() -> int:
    """Look whether somebody who was called has written that they have it; returns how many pages
    were answered. Such a message answers no alert, so it is in nobody's way."""
    waiting = Page.objects.filter(answered_at=None, at__gt=clock.real_now() - ANSWERED_WITHIN)
    return sum(_hear(page) for page in list(waiting.exclude(wave=None)))


def _hear(page: Page) -> bool:
    """The wave's own clock says what came after it: replies carry scenario time."""
    for one in page.calls.select_related("wave"):
        if one.wave is None:
            continue
        called = Delivery.objects.filter(wave=one.wave).values("address_index")
        after = Reply.objects.filter(
            address_index__in=called, received_at__gte=one.wave.created_at
        ).order_by("pk")
        for reply in after:
            user = _who(one, reply) if means_answered(reply.text) else None
            if user is not None and settle_page(page=page, user=user, by=f"reply:{reply.pk}"):
                _set_aside(reply)
                return True
    return False


def means_answered(text: str) -> bool:
    """«收到», «OK.» and the like, as the whole message."""
    return text.strip(MARKS).casefold() in MEANS_ANSWERED


def _who(one: PageCall, reply: Reply) -> User | None:
    turns = DutyTurn.objects.filter(pk__in=one.turns).select_related("user")
    address = reply.address
    return next((turn.user for turn in turns if address in (turn.phone, turn.wechat)), None)


def _set_aside(reply: Reply) -> None:
    """It is no citizen's reply that an officer has to match to somebody."""
    if reply.state == ReplyState.UNMATCHED:
        dismiss_reply(reply=reply, by="duty", reason="page_answered")
