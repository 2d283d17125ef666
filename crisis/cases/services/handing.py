"""交接班: open cases go to the next officer, with what must be known; who gets them accepts."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case, HandOver, HandOverCase
from crisis.cases.services.log import lock, write
from crisis.cases.states import LIVE, EventKind
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, posts_of
from registry.models import Post

LONGEST = 4_000


@transaction.atomic
def make_hand_over(
    *,
    post: Post,
    officer: User,
    summary: str,
    to: User | None = None,
    whole_post: bool = False,
    words: Mapping[int, str] | None = None,
) -> HandOver:
    """Hand over the officer's own live cases, or with `whole_post` all of the post's; `words` is
    what is to be known of single cases, by their key. Until somebody accepts, nothing changes
    hands.

    Raises DomainError: forbidden, summary_needed, no_cases, bad_receiver, waits_already (an
    earlier hand-over of the officer's is not answered yet).
    """
    demand(officer, Capability.RECORD, post)
    if not summary.strip():
        raise DomainError("summary_needed", _("请写明交班小结。"), {"field": "summary"})
    _check_receiver(post, officer, to)
    if _waiting(post, officer):
        sentence = _("您上一次交班还没有人接。请先撤回，再重新交班。")
        raise DomainError("waits_already", sentence, status=409)
    cases = Case.objects.filter(post=post, state__in=LIVE)
    if not whole_post:
        cases = cases.filter(assigned_to=officer)
    handed = list(cases.order_by("pk"))
    if not handed:
        raise DomainError("no_cases", _("没有可以交接的未结个案。"), status=409)
    return _write(post, officer, to, summary.strip()[:LONGEST], handed, words or {})


def _check_receiver(post: Post, officer: User, to: User | None) -> None:
    if to is None:
        return
    fits = to.can(Capability.RECORD) and posts_of(to).filter(pk=post.pk).exists()
    if to.pk == officer.pk or not fits:
        raise DomainError("bad_receiver", _("请选择本使领馆的另一名官员。"), {"field": "to"})


def _waiting(post: Post, officer: User) -> bool:
    open_ones = HandOver.objects.filter(accepted_at=None, withdrawn_at=None)
    return open_ones.filter(post=post, from_user=officer).exists()


def _write(
    post: Post,
    officer: User,
    to: User | None,
    summary: str,
    cases: list[Case],
    words: Mapping[int, str],
) -> HandOver:
    hand_over = HandOver.objects.create(
        post=post, from_user=officer, to_user=to, summary=summary, made_at=clock.now()
    )
    audit.record(
        actor=officer.username,
        act="case.handed_over",
        subject=f"handover:{hand_over.pk}",
        cases=[case.number for case in cases],
        to=to.username if to else None,
    )
    for case in cases:
        said = words.get(case.pk, "").strip()[:LONGEST]
        HandOverCase.objects.create(hand_over=hand_over, case=case, summary=said)
        write(case, EventKind.HANDED_OVER, by=officer.username, note=said, hand_over=hand_over.pk)
    return hand_over


@transaction.atomic
def accept_hand_over(*, hand_over: HandOver, officer: User) -> int:
    """Take it over: the cases that are still live are the receiver's from now on. Returns how many.

    Raises DomainError: forbidden, not_yours (one's own, or another is named), wrong_state.
    """
    held = _held(hand_over, officer, "case.taken_over")
    if held.from_user_id == officer.pk or held.to_user_id not in (None, officer.pk):
        raise DomainError("not_yours", _("此次交班须由接班人确认。"), status=403)
    held.accepted_at, held.accepted_by = clock.now(), officer
    held.save(update_fields=["accepted_at", "accepted_by"])
    keys = list(held.rows.order_by("case").values_list("case", flat=True))
    taken = [case for case in map(lock, keys) if case.is_live and case.post_id == held.post_id]
    for case in taken:
        case.assigned_to = officer
        case.save(update_fields=["assigned_to"])
        write(case, EventKind.TAKEN_OVER, by=officer.username, hand_over=held.pk)
    return len(taken)


@transaction.atomic
def withdraw_hand_over(*, hand_over: HandOver, officer: User) -> HandOver:
    """Whoever handed over takes it back before anybody accepted. Raises DomainError: forbidden,
    not_yours, wrong_state."""
    held = _held(hand_over, officer, "case.hand_over_withdrawn")
    if held.from_user_id != officer.pk:
        raise DomainError("not_yours", _("只有交班人可以撤回。"), status=403)
    held.withdrawn_at = clock.now()
    held.save(update_fields=["withdrawn_at"])
    return held


def _held(hand_over: HandOver, officer: User, act: str) -> HandOver:
    demand(officer, Capability.RECORD, hand_over.post)
    audit.record(actor=officer.username, act=act, subject=f"handover:{hand_over.pk}")
    held = HandOver.objects.select_for_update(no_key=True).get(pk=hand_over.pk)
    if not held.waits:
        raise DomainError("wrong_state", _("此次交班已经接收或撤回。"), status=409)
    return held
