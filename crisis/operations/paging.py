"""Telling the duty roster. A page rests on nothing that may be what broke.

It needs no worker, no broker and no sweep: its rows are written, then this process hands it over.
Where the database is what broke, it leaves by the roster last read, straight through the gateway,
and is put on record when the database is back.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation

from config.kernel import audit, bulk, clock
from config.kernel.encryption import blind_index, seal
from crisis.operations import outside
from crisis.operations.models import Page, PageCall, Step
from crisis.operations.problems import Found, Problem
from crisis.staff.duty import on_duty
from crisis.staff.models import DutyTurn
from notifications.gateways import gateway_for
from notifications.gateways.base import Outgoing
from notifications.models import Batch, Wave
from notifications.services import caller
from notifications.services.messages import ADDRESS_PURPOSE
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.sending import send_batch
from notifications.services.waves import create_wave, recipients_done
from notifications.states import Outcome, Priority, WaveKind
from notifications.texts import render, template_named

log = logging.getLogger("guihang.paging")

TEMPLATE = "duty_page"
SIGNATURE = ("归航值班", "Guihang duty")
# A page that comes later than this helps nobody: another has long gone out.
HELPS_FOR = timedelta(minutes=30)
ACTOR = "watch"


@dataclass(frozen=True, slots=True)
class Reached:
    """Where one member of the roster is reached: what `last_roster` keeps for the worst case."""

    phone: str
    language: str


def page(found: Found, *, actor: str = ACTOR) -> Page | None:
    """Page the duty roster about `found`, unless it was paged about this lately. Returns the page.

    Raises DomainError mode_mismatch where the gateway does not fit the installation.
    """
    with transaction.atomic():
        sent = _claim(found)
        if sent is None:
            return None
        turns = on_duty(found.post_id)
        wave = call(sent, Step.ON_DUTY, turns, actor=actor)
        sent.people, sent.wave = len(turns), wave
        sent.step, sent.step_at = Step.ON_DUTY, clock.real_now() if wave else None
        sent.save()
    hand_over(wave)
    outside.tell(found)
    return sent


def ask_for_page(found: Found) -> Page | None:
    """Have the roster paged about `found` by whoever next looks (crisis.operations.escalating):
    for those who are inside a transaction, or must not wait for a gateway."""
    with transaction.atomic():
        return _claim(found)


def call(sent: Page, step: Step, turns: Sequence[DutyTurn], *, actor: str = ACTOR) -> Wave | None:
    """Write the rows of one step of a page, in the caller's transaction; what is returned is to be
    handed over after it. None where nobody can be reached."""
    wave = _wave(found_of(sent), turns)
    ids = [turn.pk for turn in turns]
    PageCall.objects.create(page=sent, step=step, at=clock.real_now(), turns=ids, wave=wave)
    audit.record(
        actor=actor,
        act="duty.paged",
        subject=f"page:{sent.pk}",
        problem=sent.problem,
        where=sent.where,
        step=int(step),
        wave=wave.pk if wave else None,
        turns=ids,
    )
    return wave


def hand_over(wave: Wave | None) -> None:
    """From this process: no worker and no broker is needed."""
    if wave is not None:
        for batch_id in list(Batch.objects.filter(wave=wave).values_list("pk", flat=True)):
            send_batch(batch_id)


def found_of(sent: Page) -> Found:
    """What a page is about."""
    return Found(Problem(sent.problem), sent.where, post_id=sent.post_id)


def _claim(found: Found) -> Page | None:
    """The row that stands for this page; None when there was one lately, here or elsewhere."""
    now, again = clock.real_now(), timedelta(minutes=settings.PAGE_AGAIN_MINUTES)
    about = {"problem": found.problem.value, "where": found.where[:60]}
    if Page.objects.filter(**about, at__gt=now - again).exists():
        return None
    slot = int(now.timestamp() // again.total_seconds())
    columns = ("problem", "where", "slot", "at", "people", "post", "step")
    row = (*about.values(), slot, now, 0, found.post_id, int(Step.WAITING))
    if not bulk.insert(Page, columns, [row]):
        return None
    return Page.objects.get(**about, slot=slot)


def _wave(found: Found, turns: Sequence[DutyTurn]) -> Wave | None:
    recipients = _recipients(turns)
    if not recipients:
        log.error("%s %s: nobody on duty can be reached", found.problem, found.where)
        return None
    wave = create_wave(
        kind=WaveKind.DUTY,
        priority=Priority.RED,
        template=TEMPLATE,
        variables=_words(found),
        signature=_signature(turns),
        source="duty",
        expires_at=clock.now() + HELPS_FOR * clock.speed(),
    )
    add_recipients(wave=wave, recipients=recipients)
    recipients_done(wave=wave)
    return wave


def _recipients(turns: Sequence[DutyTurn]) -> list[Recipient]:
    """Each address once, in the turn's language, by the configured channels."""
    found: dict[tuple[str, str], Recipient] = {}
    for turn in turns:
        for channel, address in (("sms", turn.phone), ("wechat", turn.wechat)):
            if address and channel in settings.PAGE_CHANNELS:
                found.setdefault(
                    (channel, address),
                    Recipient(
                        channel,
                        seal(address, ADDRESS_PURPOSE),
                        blind_index(address, f"address.{channel}"),
                        turn.language,
                        (),
                    ),
                )
    return list(found.values())


def _signature(turns: Sequence[DutyTurn]) -> tuple[str, str]:
    post = next((turn.post for turn in turns if turn.post), None)
    return (post.signature_zh, post.signature_en) if post else SIGNATURE


def _words(found: Found) -> dict[str, str]:
    labels = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            labels[language] = str(Problem(found.problem).label)
    where = found.where or "-"
    return {
        "problem": labels["zh-hans"],
        "problem_en": labels["en"],
        "where": where[:60],
        "where_short": where[:20],
        "when": f"{clock.real_now():%m-%d %H:%M} UTC",
    }


# -- When the database is what broke --------------------------------------------------------


class WithoutRows:
    """Pages while no row can be written: by SMS to the roster last read, each problem once in
    GUIHANG_PAGE_AGAIN_MINUTES by this process's own memory, and owed to the record meanwhile."""

    def __init__(self) -> None:
        self.roster: list[Reached] = []
        self.owed: list[tuple[Found, int]] = []
        self._last: dict[tuple[str, str], float] = {}

    def remember(self, turns: Sequence[DutyTurn]) -> None:
        self.roster = [Reached(turn.phone, turn.language) for turn in turns if turn.phone]

    def page(self, found: Found) -> int:
        """Returns how many messages a gateway took."""
        about, now = (found.problem.value, found.where), time.monotonic()
        if now - self._last.get(about, float("-inf")) < settings.PAGE_AGAIN_MINUTES * 60:
            return 0
        self._last[about] = now
        taken = self._send(found) if "sms" in settings.PAGE_CHANNELS else 0
        log.error("paged %d about %s without rows", taken, found.problem)
        self.owed.append((found, taken))
        outside.tell(found)
        return taken

    def _send(self, found: Found) -> int:
        texts = render(
            template_named(TEMPLATE),
            variables={**_words(found), "hotline": settings.HOTLINE, "code": "-"},
            signature_zh=SIGNATURE[0],
            signature_en=SIGNATURE[1],
            mode=settings.MODE,
        )["sms"]
        gateway = gateway_for("sms")
        messages = [
            Outgoing(f"page-{time.time_ns():x}-{n}"[:24], reached.phone, texts[reached.language])
            for n, reached in enumerate(self.roster)
        ]
        results = caller.hand_over_once(gateway, messages)
        return sum(result.outcome == Outcome.ACCEPTED for result in results)

    def settle(self) -> None:
        """The database is back: put on record what was sent."""
        while self.owed:
            found, taken = self.owed[0]
            audit.record(
                actor=ACTOR,
                act="duty.paged_without_rows",
                subject=f"problem:{found.problem.value}",
                where=found.where,
                taken=taken,
            )
            self.owed.pop(0)
