"""Inbound: stored raw before anyone tries to understand it, understood later and in bulk."""

import logging

from django.db import InterfaceError, OperationalError, transaction

from config.kernel import bulk, clock, encryption
from notifications.gateways import gateway_named
from notifications.gateways.base import (
    EventSeen,
    ReceiptSeen,
    ReplySeen,
    Seen,
    UnreadableBodyError,
)
from notifications.models import Inbound
from notifications.services import events, receipts, replies
from notifications.services.pushed import Push

log = logging.getLogger("guihang.inbox")
BODY_PURPOSE = "notifications.inbound.body"
COLUMNS = ("gateway", "event_id", "body", "received_at", "problem")


def store_inbound(*, gateway: str, event_id: str, body: str) -> bool:
    """Keep one verified push. False when it is kept already."""
    row = (gateway, event_id, encryption.seal(body, BODY_PURPOSE), clock.now(), "")
    return bulk.insert_one(Inbound, COLUMNS, row)


def work_inbox(limit: int = 1000) -> int:
    """Understand up to `limit` stored pushes. One that cannot be read keeps its problem.

    They are worked in one go; when that breaks, one by one, so that whatever broke it is set
    aside with its problem and holds up nobody's answer. Raises what broke, once all had a turn.
    """
    # A look is free; a transaction would take SQLite's one write lock several times a second.
    if not Inbound.objects.filter(worked_at=None).exists():
        return 0
    try:
        return _work(limit)
    except (OperationalError, InterfaceError):
        raise  # the database is away: no push is to blame
    except Exception as failure:  # raised again below with what it was made of
        log.warning("inbox: one by one, after %s", type(failure).__name__)
    failures = []
    for pk in list(Inbound.objects.filter(worked_at=None).values_list("pk", flat=True)[:limit]):
        try:
            _work(1, pk=pk)
        except Exception as failure:  # collected, and raised below
            failures.append(failure)
            problem = f"failed: {type(failure).__name__}"
            Inbound.objects.filter(pk=pk).update(worked_at=clock.now(), problem=problem)
    if failures:
        raise ExceptionGroup("pushes that could not be worked", failures)
    return 0


@transaction.atomic
def _work(limit: int, **chosen: int) -> int:
    waiting = Inbound.objects.filter(worked_at=None, **chosen).order_by("pk")
    locked = waiting.select_for_update(skip_locked=True)
    pushes = [Push(*row) for row in locked.values_list(*Push._fields)[:limit]]
    seen_receipts: list[tuple[Push, ReceiptSeen]] = []
    seen_replies: list[tuple[Push, ReplySeen]] = []
    seen_events: list[tuple[Push, EventSeen]] = []
    problems: dict[int, str] = {}
    for push in pushes:
        for seen in _parse(push, problems):
            if isinstance(seen, ReceiptSeen):
                seen_receipts.append((push, seen))
            elif isinstance(seen, ReplySeen):
                seen_replies.append((push, seen))
            else:
                seen_events.append((push, seen))
    receipts.store_receipts(seen_receipts)
    replies.store_replies(seen_replies)
    events.tell_events(seen_events)
    now = clock.now()
    worked = [(push.id, now, problems.get(push.id, "")) for push in pushes]
    bulk.update(Inbound, ("id", "worked_at", "problem"), worked)
    return len(pushes)


def _parse(push: Push, problems: dict[int, str]) -> list[Seen]:
    try:
        return gateway_named(push.gateway).parse(push.body)
    except UnreadableBodyError as problem:
        problems[push.id] = str(problem)[:120]
        log.warning("inbound %s of %s cannot be read", push.id, push.gateway)
        return []
