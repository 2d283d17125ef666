"""Whose answer is it: for replies that matched nobody, the people it may be from, with the reason.

A candidate is offered by the sender's number (even one that nobody has proved), by a message that
went to it, because it is an emergency contact's, or because a name stands in the words.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from notifications.models import DeliveryPerson, Reply
from registry.models import ContactPoint, EmergencyContact, Person
from registry.pinyin import letters_typed

AT_MOST = 5
READ_AT_MOST = 120
"""Characters of a text in which names are looked for; who writes more says it at the beginning."""
_CHINESE = re.compile(r"[\u4e00-\u9fff·]{2,}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'-]+")


class Why(models.TextChoices):
    """In the order of their weight."""

    NUMBER = "number", _("登记了此号码")
    DELIVERY = "delivery", _("此号码收到过给此人的消息")
    CONTACT = "contact", _("此号码是其紧急联系人的")
    NAME = "name", _("原文中有此姓名")


@dataclass(slots=True)
class Suggestion:
    """One person who may have written, as they stand in one incident."""

    standing: Standing
    why: set[Why] = field(default_factory=set)
    person: Person | None = None

    @property
    def key(self) -> str:
        """`incident:person`, as the button says it."""
        return f"{self.standing.incident_id}:{self.standing.person_ref}"

    @property
    def reasons(self) -> list[str]:
        return [str(why.label) for why in Why if why in self.why]

    @property
    def weight(self) -> tuple[int, int]:
        return (min(list(Why).index(why) for why in self.why), self.standing.pk)


def suggestions(
    replies: Sequence[Reply], incidents: QuerySet[Incident]
) -> dict[int, list[Suggestion]]:
    """{reply: candidates, the likeliest first}, for all of these replies together: the number of
    questions asked of the database does not grow with theirs."""
    whom: dict[int, dict[int, set[Why]]] = defaultdict(lambda: defaultdict(set))
    for reply, person, why in (*_by_address(replies), *_by_name(replies)):
        whom[reply][person].add(why)
    refs = {person for people in whom.values() for person in people}
    standings = Standing.objects.counted().filter(incident__in=incidents, person_ref__in=refs)
    by_person: dict[int, list[Standing]] = defaultdict(list)
    for standing in standings.select_related("incident"):
        by_person[standing.person_ref].append(standing)
    named = Person.objects.in_bulk(list(by_person))
    found: dict[int, list[Suggestion]] = {}
    for reply, people in whom.items():
        rows = [
            Suggestion(standing, why, named.get(ref))
            for ref, why in people.items()
            for standing in by_person[ref]
        ]
        found[reply] = sorted(rows, key=lambda row: row.weight)[:AT_MOST]
    return found


def _by_address(replies: Sequence[Reply]) -> Iterable[tuple[int, int, Why]]:
    of_index: dict[bytes, list[Reply]] = defaultdict(list)
    for reply in replies:
        if reply.address_index is not None:
            of_index[bytes(reply.address_index)].append(reply)
    indexes: Any = list(of_index)
    own = ContactPoint.objects.filter(address_index__in=indexes)
    sent = DeliveryPerson.objects.filter(delivery__address_index__in=indexes)
    told = EmergencyContact.objects.filter(phone_index__in=indexes)
    for why, rows in (
        (Why.NUMBER, own.values_list("address_index", "channel", "person_id")),
        (
            Why.DELIVERY,
            sent.values_list("delivery__address_index", "delivery__channel", "person_ref"),
        ),
        (Why.CONTACT, told.values_list("phone_index", models.Value("sms"), "person_id")),
    ):
        for index, channel, person in rows:
            for reply in of_index[bytes(index)]:
                if reply.via in (channel, Reply.Via.CALL, Reply.Via.LINK):
                    yield reply.pk, person, why


def _by_name(replies: Sequence[Reply]) -> Iterable[tuple[int, int, Why]]:
    chinese: dict[str, list[int]] = defaultdict(list)
    letters: dict[str, list[int]] = defaultdict(list)
    for reply in replies:
        for name in names_in(reply.text):
            chinese[name].append(reply.pk)
        for key in spellings_in(reply.text):
            letters[key].append(reply.pk)
    people = Person.objects.filter(left_at=None).filter(
        Q(name__in=list(chinese)) | Q(pinyin__in=list(letters)) | Q(spelled__in=list(letters))
    )
    for pk, name, pinyin, spelled in people.values_list("pk", "name", "pinyin", "spelled"):
        said = {*chinese.get(name, ()), *letters.get(pinyin, ()), *letters.get(spelled, ())}
        for reply_pk in said:
            yield reply_pk, pk, Why.NAME


def names_in(text: str) -> set[str]:
    """Everything in a text that may be a Chinese name: two to four characters that stand side by
    side. Which of them is one, the registry knows."""
    found: set[str] = set()
    for run in _CHINESE.findall(text[:READ_AT_MOST]):
        for length in (2, 3, 4):
            found |= {run[start : start + length] for start in range(len(run) - length + 1)}
    return found


def spellings_in(text: str) -> set[str]:
    """Two or three Latin words side by side, as registry.pinyin keys a name."""
    words = _LATIN.findall(text[:READ_AT_MOST])
    joined: Collection[str] = {
        letters_typed("".join(words[start : start + length]))
        for length in (2, 3)
        for start in range(len(words) - length + 1)
    }
    return {key for key in joined if key}
