"""Who is on duty at a post now and next, and when nobody is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.kernel import clock
from crisis.staff.models import DutyTurn
from registry.models import Post

Span = tuple[datetime, datetime]
# How far ahead the roster is looked at.
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DutyBoard:
    """`later` begins with whoever is next; `gaps` are the spans (UTC, from now to a week ahead)
    in which nobody is on duty for the post itself."""

    post: Post
    now: Sequence[DutyTurn]
    later: Sequence[DutyTurn]
    gaps: Sequence[Span]

    @property
    def nobody_now(self) -> bool:
        return not self.now


def duty_board(post: Post) -> DutyBoard:
    """The roster of one post from this moment on. Inactive accounts are left out: nobody is
    reached by them."""
    moment = clock.now()
    turns = DutyTurn.objects.filter(post=post, ends_at__gt=moment, user__is_active=True)
    rows = list(turns.select_related("user").order_by("begins_at", "pk"))
    return DutyBoard(
        post=post,
        now=[turn for turn in rows if turn.begins_at <= moment],
        later=[turn for turn in rows if turn.begins_at > moment],
        gaps=gaps(((t.begins_at, t.ends_at) for t in rows), since=moment, until=moment + AHEAD),
    )


def gaps(spans: Iterable[Span], *, since: datetime, until: datetime) -> list[Span]:
    """The parts of `since` … `until` that no span covers, in order. A span holds its beginning
    and not its end."""
    found: list[Span] = []
    free_from = since
    for begins_at, ends_at in sorted(spans):
        if begins_at >= until:
            break
        if begins_at > free_from:
            found.append((free_from, begins_at))
        free_from = max(free_from, ends_at)
    if free_from < until:
        found.append((free_from, until))
    return found
