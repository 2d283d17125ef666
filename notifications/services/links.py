"""What is said behind a personal link: an answer, or what is added to one.

A press may come twice (a bad network, an impatient thumb, a page that is loaded again) and may
come late: a phone without a network keeps it and sends it when there is one, with the age it has
by then. It counts once, at the moment of the press.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from notifications import tokens
from notifications.models import Delivery, DeliveryPerson, Reply
from notifications.services.replies import as_read, tell
from notifications.states import TO_CONTACTS, Meaning, Plan, ReplyState

# A personal link is good for this long: long past any use, not for ever.
LINK_LIVES = timedelta(days=30)
NOTE_LENGTH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswer:
    """What one press says.

    `meaning` DETAILS adds to an answer; `members` maps the number of a DeliveryPerson to SAFE or
    NEEDS_HELP. Position in WGS-84 degrees and metres. `key` names the press and `age` is how long
    ago it was, in real time; a page without scripts knows only itself (`page_key`).
    """

    meaning: Meaning
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    note: str = ""
    party: int | None = None
    plan: Plan | None = None
    members: Mapping[int, Meaning] = field(default_factory=dict)
    with_help: bool = False
    key: str = ""
    page_key: str = ""
    age: timedelta = timedelta(0)


@transaction.atomic
def record_link_reply(*, delivery: Delivery, answer: LinkAnswer) -> Reply:
    """Keep what was said behind a message's link (`delivery_of_token`) and tell it upward; a press
    that came before changes nothing."""
    key = _client_key(answer)
    links = list(DeliveryPerson.objects.filter(delivery=delivery).order_by("pk"))
    reply, is_new = _keep(delivery, key, answer, links)
    if is_new:
        tell([as_read(reply, tuple((link.person_ref, link.is_owner) for link in links))])
    return reply


def _keep(
    delivery: Delivery, key: str, answer: LinkAnswer, links: list[DeliveryPerson]
) -> tuple[Reply, bool]:
    """The reply that this press made, and whether it made it just now. Of two copies that come at
    once the unique key lets one in."""
    row = _row(delivery, answer, links)
    if not key:
        return Reply.objects.create(delivery=delivery, **row), True
    reply, is_new = Reply.objects.get_or_create(delivery=delivery, client_key=key, defaults=row)
    if is_new or answer.key or not Reply.objects.filter(delivery=delivery, pk__gt=reply.pk):
        return reply, is_new
    # Somebody went back to a page and pressed again after saying something else: help, safe and
    # help again are three answers.
    return Reply.objects.create(delivery=delivery, **row), True


def _row(delivery: Delivery, answer: LinkAnswer, links: list[DeliveryPerson]) -> dict[str, Any]:
    now = clock.now()
    return {
        "via": Reply.Via.LINK,
        "address_index": delivery.address_index,
        "source": delivery.wave.source,
        "text": answer.note[:NOTE_LENGTH],
        "meaning": answer.meaning,
        "latitude": answer.latitude,
        "longitude": answer.longitude,
        "accuracy_m": answer.accuracy_m,
        "details": _details(answer, links),
        "state": ReplyState.MATCHED,
        "answered_at": _answered_at(delivery, answer.age, now),
        "received_at": now,
    }


def delivery_of_token(token: str) -> Delivery:
    """The delivery a check-in token belongs to. Raises DomainError unknown_link (404), the same
    for a token that never was and for one older than LINK_LIVES."""
    found = Delivery.objects.filter(token_hash=tokens.token_hash(token)).select_related("wave")
    delivery = found.first()
    if delivery is None or delivery.wave.created_at + LINK_LIVES <= clock.now():
        raise DomainError("unknown_link", _("此链接无效或已失效。如需帮助请拨打热线。"), status=404)
    return delivery


def spoken_for_by(delivery: Delivery) -> list[DeliveryPerson]:
    """Of whom the owner of this address may speak besides themselves, in a steady order: nobody
    where the message went to somebody else about them."""
    if delivery.covers < 2 or delivery.wave.kind in TO_CONTACTS:
        return []
    links = list(DeliveryPerson.objects.filter(delivery=delivery).order_by("pk"))
    owner = next((link for link in links if link.is_owner), links[0] if links else None)
    return [link for link in links if link is not owner]


def _answered_at(delivery: Delivery, age: timedelta, now: datetime) -> datetime:
    """The moment of the press: after the alert, and not in the future. A phone counts real time."""
    since = max(age, timedelta(0)) * clock.speed()
    return max(now - since, min(delivery.wave.created_at, now))


def _details(answer: LinkAnswer, links: list[DeliveryPerson]) -> dict[str, Any] | None:
    if answer.meaning != Meaning.DETAILS:
        return None
    known = {link.pk: link.person_ref for link in links}
    said = [(known[pk], str(word)) for pk, word in answer.members.items() if pk in known]
    return {
        "party": answer.party,
        "plan": str(answer.plan) if answer.plan else "",
        "members": said,
        "with_help": answer.with_help,
    }


def _client_key(answer: LinkAnswer) -> str:
    """A press with a key of its own is that key; from a page it is the page and what was said."""
    if answer.key or not answer.page_key:
        return answer.key[:64]
    said = json.dumps(
        [
            str(answer.meaning),
            answer.note,
            answer.party,
            str(answer.plan or ""),
            sorted((pk, str(word)) for pk, word in answer.members.items()),
            answer.latitude,
            answer.longitude,
        ]
    )
    return hashlib.sha256(f"{answer.page_key}\n{said}".encode()).hexdigest()
