"""A page that nobody answers goes on: to who comes next and 馆领导, to the neighbours, to all.

Only what is one post's business goes on; a page about the machine is said again while it lasts
(crisis.operations.paging). Looked at by the sweep, in a lane of its own, and by every watcher, so
that neither has to live: a step is taken by whoever changes the row first.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from config.kernel import clock
from crisis.operations.models import Page, PageCall, Step
from crisis.operations.paging import call, hand_over
from crisis.operations.problems import ABOUT_CASES, NO_FURTHER
from crisis.staff.duty import on_duty
from crisis.staff.models import DutyTurn, Neighbour, User
from crisis.staff.roles import Role
from notifications.models import Wave

# What was not answered in this time is somebody else's history: it is not woken up again.
GOES_ON_FOR = timedelta(hours=2)
# Whoever comes next is woken when their turn is this near.
NEXT_WITHIN = timedelta(hours=24)


def escalate_pages() -> int:
    """Take the next step of every page that is due for one; returns how many steps were taken."""
    return sum(_go_on(page) for page in list(_due()))


def _due() -> list[Page]:
    """Those that wait for their first call, and those that nobody answered in time. Where a step
    reached nobody the next one is due at once."""
    now = clock.real_now()
    waited = now - timedelta(minutes=settings.PAGE_ESCALATE_MINUTES)
    pages = Page.objects.filter(answered_at=None, at__gt=now - GOES_ON_FOR)
    unanswered = Q(post__isnull=False, step__gte=Step.ON_DUTY, step__lt=Step.EVERYBODY)
    unanswered &= ~Q(problem__in=NO_FURTHER) & (Q(step_at=None) | Q(step_at__lte=waited))
    return list(pages.filter(Q(step=Step.WAITING) | unanswered).order_by("pk"))


def _go_on(page: Page) -> int:
    """One step, unless somebody else takes it at this moment or answers."""
    step = Step(page.step + 1)
    with transaction.atomic():
        taken = Page.objects.filter(pk=page.pk, step=page.step, answered_at=None)
        if not taken.update(step=step):
            return 0
        turns = _besides_called(page, _whom(page, step))
        wave = call(page, step, turns)
        _note(page, wave, len(turns))
    hand_over(wave)
    return 1


def _note(page: Page, wave: Wave | None, people: int) -> None:
    row = Page.objects.select_for_update().get(pk=page.pk)
    row.people += people
    row.wave = row.wave or wave
    row.step_at = clock.real_now() if wave else None
    row.save(update_fields=["people", "wave", "step_at"])


def _whom(page: Page, step: Step) -> Sequence[DutyTurn]:
    if page.post_id is None:
        return on_duty()
    if step == Step.ON_DUTY:
        # Of a red request 馆领导 hear at once (the rule of its grade).
        at_once = _heads(page.post_id) if page.problem in ABOUT_CASES else []
        return [*on_duty(page.post_id), *at_once]
    if step == Step.HEADS:
        return [*_next_turn(page.post_id), *_heads(page.post_id)]
    now = clock.now()
    turns = DutyTurn.objects.filter(begins_at__lte=now, ends_at__gt=now, user__is_active=True)
    if step == Step.NEIGHBOURS:
        neighbours = Neighbour.objects.filter(post=page.post_id).values("neighbour")
        turns = turns.filter(post__in=neighbours)
    return list(turns.select_related("user", "post").order_by("pk"))


def _next_turn(post_id: int) -> list[DutyTurn]:
    now = clock.now()
    soon = DutyTurn.objects.filter(
        post=post_id, begins_at__gt=now, begins_at__lte=now + NEXT_WITHIN, user__is_active=True
    )
    return list(soon.select_related("user", "post").order_by("begins_at", "pk")[:1])


def _heads(post_id: int) -> list[DutyTurn]:
    """馆领导, each by the newest turn that holds their number: accounts hold none."""
    heads = User.objects.filter(posts=post_id, role=Role.DUTY_HEAD, is_active=True).order_by("pk")
    newest = (
        DutyTurn.objects.filter(user=head)
        .select_related("user", "post")
        .order_by("-ends_at", "-pk")
        for head in heads
    )
    return [turn for turns in newest if (turn := turns.first()) is not None]


def _besides_called(page: Page, turns: Sequence[DutyTurn]) -> list[DutyTurn]:
    """Without those whose number was called for this page already."""
    called = {pk for ids in page.calls.values_list("turns", flat=True) for pk in ids}
    known = {turn.phone or turn.wechat for turn in DutyTurn.objects.filter(pk__in=called)}
    found: dict[str, DutyTurn] = {}
    for turn in turns:
        address = turn.phone or turn.wechat
        if address not in known:
            found.setdefault(address, turn)
    return list(found.values())


def called_of(page: Page) -> list[PageCall]:
    """The steps that were taken, the first one first."""
    return list(page.calls.order_by("step"))
