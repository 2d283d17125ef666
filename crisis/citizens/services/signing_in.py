"""Whom a proved phone or WeChat account signs in, and what is asked beside it."""

import hmac
from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.citizens.selectors import Holder, holders_of
from crisis.citizens.services.limits import spend
from crisis.selfreports.services import promote
from registry.models import Channel, ContactPoint, Person

PROOFS_AN_HOUR = 5
TAIL = 4


def may_enter(channel: str, index: bytes) -> list[Holder]:
    """Whom this address may sign in, once it is proved. A WeChat account is one human's: it counts
    for those alone who proved it, and where they are several, each shows a document."""
    holders = holders_of(channel, index)
    if channel != Channel.WECHAT:
        return holders
    proved = [holder for holder in holders if not holder.doubted]
    return [replace(holder, shared=len(proved) > 1) for holder in proved]


def person_to_sign_in(
    *, channel: str, index: bytes, person_id: int, proof: str, joined: int | None = None
) -> Person:
    """The chosen holder of an address that was proved by a code a moment ago.

    Where they never proved this address before, a mistyped number may be somebody else's: the last
    four characters of their document have to come with it (`proof`), and the address is verified.
    So they have for a WeChat account that several people share.
    Nothing more is asked of `joined`, whom this browser has just registered.
    Raises DomainError not_yours, wrong_proof, too_many_tries. Call outside a transaction.
    """
    holder = next((h for h in may_enter(channel, index) if h.person.pk == person_id), None)
    if holder is None:
        raise DomainError("not_yours", _("请从列表中选择您本人。"), status=404)
    if holder.asked and holder.person.pk != joined:
        _hold_proof(holder, index, proof)
    if holder.doubted:
        points = ContactPoint.objects.filter(person=holder.person, address_index=index)
        points.filter(channel=channel, verified_at=None).update(verified_at=clock.now())
        subject = f"person:{holder.person.pk}"
        audit.record(actor=subject, act="contact.verified", subject=subject, by="code")
        promote(person=holder.person)
    return holder.person


def _hold_proof(holder: Holder, index: bytes, proof: str) -> None:
    if not spend("proof.address", index, most=PROOFS_AN_HOUR, per=timedelta(hours=1)):
        raise DomainError("too_many_tries", _("尝试次数过多，请一小时后再试。"), status=429)
    number = holder.person.document_number[-TAIL:]
    given = "".join(proof.split()).upper()
    if len(number) < TAIL or not hmac.compare_digest(number.encode(), given.encode()):
        raise DomainError(
            "wrong_proof",
            _("证件号码后四位不符。如登记时未填证件，请联系使领馆核实。"),
            {"field": "proof"},
        )
