"""A later wave goes to those whom earlier ones reached: taking back, correcting, going on, ending.

Piece by piece, each in one commit with its place in the earlier wave, so that 100,000 people are
no one's long transaction. Every delivery is judged once: by what had become of it when its piece
was written. What was being called then counts as «may have got it».
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from config.kernel import clock
from notifications import bell
from notifications.models import DeliveryPerson, Following, Wave
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.sparing import not_spared
from notifications.services.waves import stands
from notifications.states import HANDED_OVER, DeliveryState, WaveKind

FOLLOW = "notifications.follow"
# The first piece is written with the wave itself: where few are concerned it is also the last,
# and where many are, the first messages leave with the commit.
FIRST_PIECE = 500

_MAY_HAVE_GOT = HANDED_OVER | {DeliveryState.CALLING, DeliveryState.IN_DOUBT}
_NEVER_LEFT = frozenset({DeliveryState.PENDING, DeliveryState.CANCELLED, DeliveryState.EXPIRED})


class _Row(NamedTuple):
    """What is needed of an earlier delivery; its address stays sealed."""

    id: int
    channel: str
    sealed_address: bytes
    address_index: bytes
    language: str
    state: str
    possible_duplicate: bool


def follow_waves(*, wave: Wave, followed: Mapping[Wave, Wave | None]) -> None:
    """Fill `wave` with everyone who got, or may have got, a wave of `followed`; who was still
    waiting for one goes to the wave it is mapped to.

    Call in the transaction that ends the followed waves. The first people are added in it, the
    others by whoever hears the bell, or by the sweep.
    """
    rows = Following.objects.bulk_create(
        Following(wave=wave, followed=earlier, otherwise=otherwise)
        for earlier, otherwise in followed.items()
    )
    if not all([_write_piece(row, FIRST_PIECE) for row in rows]):
        transaction.on_commit(partial(_ring, wave.pk))


def continue_following(wave_id: int) -> int:
    """Write all that is still to come of one wave. Returns the number of pieces written here."""
    written = 0
    while _next_piece(wave_id) is not None:
        written += 1
    return written


def follow_unfinished() -> int:
    """The sweep's step: one piece of whichever wave has one left, retractions first."""
    waiting = Following.objects.filter(done_at=None).order_by("wave__priority", "pk")
    wave_id = waiting.values_list("wave", flat=True).first()
    return 0 if wave_id is None else int(_next_piece(wave_id) is not None)


def _ring(wave_id: int) -> None:
    bell.call(partial(current_app.send_task, FOLLOW, (wave_id,), routing_key="urgent"))


@transaction.atomic
def _next_piece(wave_id: int) -> bool | None:
    """None when nothing is left to take, or another is at it; else whether that one is done.

    One at a time for each wave: two that add the same addresses would wait for each other.
    """
    first = Following.objects.filter(wave=wave_id, done_at=None).order_by("pk").values("pk")[:1]
    following = (
        Following.objects.filter(pk__in=list(first.values_list("pk", flat=True)), done_at=None)
        .select_related("wave", "otherwise")
        .select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",)
        )
        .first()
    )
    return None if following is None else _write_piece(following, settings.SLICE_SIZE)


def _write_piece(following: Following, size: int) -> bool:
    """The next deliveries of the followed wave; True when there are no more."""
    rows = _rows_after(following, size)
    # A target that was itself ended takes nobody: whatever ended it follows the same waves.
    if stands(following.wave_id):
        reached = _as_recipients([row for row in rows if _reached(row)])
        if following.wave.kind == WaveKind.UPDATE:
            reached = not_spared(following.wave.source, reached)
        add_recipients(wave=following.wave, recipients=reached)
    if following.otherwise and stands(following.otherwise.pk):
        waiting = [row for row in rows if row.state in _NEVER_LEFT and not row.possible_duplicate]
        late = not_spared(following.wave.source, _as_recipients(waiting))
        add_recipients(wave=following.otherwise, recipients=late)
    done = len(rows) < size
    Following.objects.filter(pk=following.pk).update(
        after_id=rows[-1].id if rows else following.after_id,
        done_at=clock.now() if done else None,
    )
    return done


def _reached(row: _Row) -> bool:
    return row.state in _MAY_HAVE_GOT or row.possible_duplicate


def _rows_after(following: Following, size: int) -> list[_Row]:
    """By SQL: the model would open each address."""
    return _rows("wave_id = %s AND id > %s", [following.followed_id, following.after_id], size)


def recipients_of(delivery_ids: Sequence[int]) -> list[Recipient]:
    """The addresses of these deliveries, each once with all persons that they spoke for."""
    if not delivery_ids:
        return []
    marks = ", ".join(["%s"] * len(delivery_ids))
    return _as_recipients(_rows(f"id IN ({marks})", delivery_ids, len(delivery_ids)))


def _rows(condition: str, parameters: Sequence[int], size: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, channel, address, address_index, language, state, possible_duplicate"  # noqa: S608 - fixed words and marks
            f" FROM notifications_delivery WHERE {condition} ORDER BY id LIMIT %s",
            [*parameters, size],
        )
        return [_Row(*row) for row in cursor.fetchall()]


def _as_recipients(rows: Sequence[_Row]) -> list[Recipient]:
    persons: dict[int, list[tuple[int, bool]]] = {}
    links = DeliveryPerson.objects.filter(delivery__in=[row.id for row in rows])
    for pk, ref, owner in links.values_list("delivery_id", "person_ref", "is_owner"):
        persons.setdefault(pk, []).append((ref, owner))
    found: dict[tuple[str, bytes], Recipient] = {}
    for row in rows:
        address = (row.channel, bytes(row.address_index))
        known = found[address].persons if address in found else ()
        everybody = tuple(dict.fromkeys([*known, *persons.get(row.id, ())]))
        found[address] = Recipient(
            row.channel, bytes(row.sealed_address), address[1], row.language, everybody
        )
    return list(found.values())
