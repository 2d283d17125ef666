"""Inbound: stored raw before anyone tries to understand it, understood later and in bulk."""

import logging

from django.db import transaction

from config.kernel import bulk, clock, encryption
from notifications.gateways import gateway_named
from notifications.gateways.base import ReceiptSeen, ReplySeen, Seen, UnreadableBodyError
from notifications.models import Inbound
from notifications.services import receipts, replies

log = logging.getLogger("guihang.inbox")
BODY_PURPOSE = "notifications.inbound.body"


def store_inbound(*, gateway: str, event_id: str, body: str) -> bool:
    """Keep one verified push. False when it is kept already."""
    row = (gateway, event_id, encryption.seal(body, BODY_PURPOSE), clock.now(), "")
    return bool(
        bulk.insert(Inbound, ("gateway", "event_id", "body", "received_at", "problem"), [row])
    )


def work_inbox(limit: int = 1000) -> int:
    """Understand up to `limit` stored pushes. One that cannot be read keeps its problem."""
    with transaction.atomic():
        waiting = Inbound.objects.filter(worked_at=None).order_by("pk")
        inbound = list(waiting.select_for_update(skip_locked=True)[:limit])
        seen_receipts: list[tuple[Inbound, ReceiptSeen]] = []
        seen_replies: list[tuple[Inbound, ReplySeen]] = []
        for row in inbound:
            for seen in _parse(row):
                if isinstance(seen, ReceiptSeen):
                    seen_receipts.append((row, seen))
                elif isinstance(seen, ReplySeen):
                    seen_replies.append((row, seen))
        receipts.store_receipts(seen_receipts)
        replies.store_replies(seen_replies)
        now = clock.now()
        bulk.update(
            Inbound,
            ("id", "worked_at", "problem"),
            [(row.pk, now, row.problem) for row in inbound],
        )
    return len(inbound)


def _parse(row: Inbound) -> list[Seen]:
    try:
        return gateway_named(row.gateway).parse(row.body)
    except UnreadableBodyError as problem:
        row.problem = str(problem)[:120]
        log.warning("inbound %s of %s cannot be read", row.pk, row.gateway)
        return []
