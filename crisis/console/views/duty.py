"""值班: who is on duty, when nobody is, pages to answer, and acting for a neighbour."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel.errors import DomainError
from crisis.console.forms.duty import HandOverForm, TakeOverForm, TurnForm
from crisis.operations import relieving
from crisis.operations.answering import answer_page, pages_for
from crisis.operations.models import Page
from crisis.staff import turns
from crisis.staff.board import duty_board
from crisis.staff.covering import give_back
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import DutyTurn, Neighbour, User
from crisis.staff.roles import Capability
from crisis.staff.selectors import covers_of, is_own, posts_of, within_jurisdiction
from registry.models import Post

PAGES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class NextDoor:
    """A neighbouring post as seen from here. Of its roster no more than whether anybody is on."""

    neighbour: Neighbour
    nobody_on_duty: bool
    unanswered: Page | None
    covered: bool

    @property
    def may_take(self) -> bool:
        return not self.covered and (self.nobody_on_duty or self.unanswered is not None)


@requires(Capability.KEEP_DUTY)
def overview(request: StaffRequest) -> HttpResponse:
    """Everything that who is on duty has to look at. Its pages fetch themselves again."""
    return render(request, "console/duty.html", context_for(request.user))


def context_for(user: User) -> dict[str, Any]:
    posts = sorted(posts_of(user), key=lambda post: (not is_own(user, post), post.code))
    covers = list(covers_of(user))
    covered = {cover.post_id for cover in covers}
    return {
        "section": "duty",
        "boards": [(duty_board(post), is_own(user, post), post.pk in covered) for post in posts],
        "pages": pages_for(user).prefetch_related("calls")[:PAGES_SHOWN],
        "covers": covers,
        "next_doors": [next_door(neighbour) for neighbour in relieving.neighbours_of(user)],
        "take_over": TakeOverForm(),
    }


def next_door(neighbour: Neighbour) -> NextDoor:
    post = neighbour.post
    return NextDoor(
        neighbour=neighbour,
        nobody_on_duty=relieving.nobody_on_duty(post),
        unanswered=relieving.unanswered_page(post),
        covered=relieving.is_covered(post),
    )


# -- Turns -----------------------------------------------------------------------------------


@requires(Capability.KEEP_DUTY)
def new_turn(request: StaffRequest, post: int) -> HttpResponse:
    place = get_object_or_404(posts_of(request.user), pk=post)
    form = TurnForm(request.POST if request.method == "POST" else None, post=place)
    if request.method == "POST" and form.is_valid():
        try:
            turns.add_turn(post=place, officer=request.user, **form.facts())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已列入值班表。"))
            return redirect("console:duty")
    return show_turn(request, form, None)


@requires(Capability.KEEP_DUTY)
def turn(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one that is not over."""
    row = turn_for(request.user, pk)
    form = TurnForm(request.POST if request.method == "POST" else None, post=row.post, turn=row)
    if request.method == "POST" and form.is_valid():
        try:
            turns.change_turn(turn=row, officer=request.user, **form.facts())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("值班表已更改。"))
            return redirect("console:duty")
    return show_turn(request, form, row)


@require_POST
@requires(Capability.KEEP_DUTY)
def end_turn(request: StaffRequest, pk: int) -> HttpResponse:
    row = turn_for(request.user, pk)
    return done(
        request, lambda: turns.end_turn(turn=row, officer=request.user), _("这一班已结束。")
    )


def turn_for(user: User, pk: int) -> DutyTurn:
    """A turn of one of the user's posts; Http404 for any other."""
    rows = within_jurisdiction(DutyTurn.objects.select_related("post", "user"), user)
    return get_object_or_404(rows, pk=pk)


def show_turn(request: StaffRequest, form: TurnForm, row: DutyTurn | None) -> HttpResponse:
    context = {"section": "duty", "form": form, "turn": row, "post": form.post}
    return render(request, "console/turn.html", context, status=400 if form.errors else 200)


# -- Pages -----------------------------------------------------------------------------------


@require_POST
@requires(Capability.KEEP_DUTY)
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Whoever presses has it; nobody else is called any more."""
    page = get_object_or_404(pages_for(request.user), pk=pk)
    if answer_page(page=page, user=request.user):
        messages.success(request, _("已应答：由您处理，不再逐级传呼。"))
    else:
        messages.warning(request, _("已有人应答。"))
    return redirect("console:duty")


@require_POST
@requires(Capability.KEEP_DUTY)
def test(request: StaffRequest, post: int) -> HttpResponse:
    place = get_object_or_404(posts_of(request.user), pk=post)
    return paged(request, lambda: relieving.try_page(post=place, officer=request.user))


@require_POST
@requires(Capability.KEEP_DUTY)
def call(request: StaffRequest, post: int) -> HttpResponse:
    """Wake a neighbour."""
    place = next_door_post(request.user, post)
    return paged(request, lambda: relieving.call_post(post=place, officer=request.user))


def paged(request: StaffRequest, act: Callable[[], Page | None]) -> HttpResponse:
    """Say how many were called, or that they were called a moment ago."""
    try:
        page = act()
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("console:duty")
    if page is None:
        messages.warning(request, _("几分钟前刚传呼过，暂不重复。"))
    elif page.wave is None:
        messages.error(request, _("没有可以传呼的人：请检查值班表和号码。"))
    else:
        messages.success(request, _("已传呼 %(n)d 人。") % {"n": page.people})
    return redirect("console:duty")


# -- 代管 --------------------------------------------------------------------------------------


@requires(Capability.KEEP_DUTY)
def hand_over(request: StaffRequest, post: int) -> HttpResponse:
    """One's own post, to another, for a while."""
    place = get_object_or_404(Post.objects.filter(staff=request.user), pk=post)
    form = HandOverForm(request.POST if request.method == "POST" else None, post=place)
    if request.method == "POST" and form.is_valid():
        try:
            relieving.hand_over(
                post=place,
                to=form.cleaned_data["to"],
                ends_at=form.moment("ends_at"),
                reason=form.cleaned_data["reason"],
                officer=request.user,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已移交。对方值班人员现在可以处理本馆的事件。"))
            return redirect("console:duty")
    context = {"section": "duty", "form": form, "post": place}
    return render(request, "console/hand_over.html", context, status=400 if form.errors else 200)


@require_POST
@requires(Capability.KEEP_DUTY)
def take_over(request: StaffRequest, post: int) -> HttpResponse:
    """A neighbour that does not answer, by the first of one's own posts that is its neighbour."""
    place, form = next_door_post(request.user, post), TakeOverForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择接管时间。"))
        return redirect("console:duty")
    own = Post.objects.filter(staff=request.user, neighbour_of__post=place)
    by = own.order_by("neighbour_of__order")[0]
    return done(
        request,
        lambda: relieving.take_over(
            post=place, by=by, ends_at=form.ends_at(), officer=request.user
        ),
        _("已接管：该馆的事件现在由您处理，到时自动交还。"),
    )


@require_POST
@requires(Capability.KEEP_DUTY)
def end_cover(request: StaffRequest, pk: int) -> HttpResponse:
    cover = get_object_or_404(covers_of(request.user), pk=pk)
    return done(
        request, lambda: give_back(cover=cover, officer=request.user), _("代管已结束，已交还。")
    )


def next_door_post(user: User, pk: int) -> Post:
    """A post that one of the user's own is a neighbour of; Http404 for any other."""
    theirs = Neighbour.objects.filter(neighbour__staff=user).values("post")
    return get_object_or_404(Post.objects.filter(pk__in=theirs), pk=pk)


def done(request: StaffRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("console:duty")
