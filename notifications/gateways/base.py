"""What every gateway is: hand over, ask, and understand what the provider pushes.

A gateway is one concrete provider. It keeps no database connection while it calls, never raises
for the provider's trouble, and sorts every answer into four outcomes (states.Outcome):

- ACCEPTED: the provider took the message and named it (`provider_ref`);
- REFUSED: it never will, for this address or this text;
- BUSY: it said plainly that it did not take it; the same call may be made again;
- UNKNOWN: nobody can tell. Never a plain retry.
"""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from notifications.checks import gateway_problem
from notifications.gateways.wire import Answer, Came, NotSentError, Request, Wire, WireError
from notifications.states import Outcome, ReceiptStatus

# No vendor's push comes near this; a reply of 10,000 Chinese characters is 90 kB form-encoded.
MAX_BODY_BYTES = 256 * 1024


class UnreadableBodyError(ValueError):
    """A verified push that does not parse. The text says why and quotes nothing personal."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one address. `key` is ours and stays the same when it is sent again.

    `text` is the full wording for SMS, the template's fields for WeChat. `link` is the check-in
    address or empty; SMS carries it only where the wording itself has it.
    """

    key: str
    address: str
    text: str | dict[str, str]
    link: str = ""


class Pause(NamedTuple):
    """A provider wants to be let alone: `bucket` is a gateway's name, or Gateway.bucket_of()."""

    bucket: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallResult:
    """What one call came to; `provider_code` is the provider's own word, as it came. `pause` is
    set where it said that calls come too fast, and for how long nobody should call it."""

    outcome: Outcome
    provider_ref: str = ""
    provider_code: str = ""
    http_status: int | None = None
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One push, free of any web framework. Header names are matched without case."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class ReceiptSeen:
    """`key` is our own key where the provider gives it back, for a message whose provider_ref
    we never learned (the answer to our call was lost)."""

    provider_ref: str
    status: ReceiptStatus
    provider_code: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ReplySeen:
    """A person wrote, or shared a position (degrees WGS-84, metres)."""

    address: str
    text: str
    event_id: str
    answered_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class EventSeen:
    """Something about an address that is no answer: subscribe, unsubscribe, scan, unknown."""

    address: str
    kind: str
    event_id: str
    happened_at: datetime | None = None
    detail: str = ""


Seen = ReceiptSeen | ReplySeen | EventSeen


class Gateway(ABC):
    """One provider. An instance belongs to one process and one account.

    `senders` are the numbers it sends from. `rate` is how many messages a second it may be given
    by the whole installation, `sender_rate` how many may leave by each number; 0 is no limit.
    `url_setting` names the setting that holds the provider's address; one that does not fit the
    installation's mode is refused here already (DomainError mode_mismatch).
    """

    name: str
    channel: str
    url_setting: str
    senders: tuple[str, ...] = ("",)
    rate: float = 0.0
    sender_rate: float = 0.0
    # How long it took for the last window it was given by this process, in seconds.
    took_s: float = 0.0

    def __init__(self) -> None:
        hold_to_mode(self.url_setting)

    def sender_of(self, address: str) -> str:
        """The number that writes to `address`: always the same, and when a number is added or
        taken away only its own share of the addresses changes (rendezvous hashing)."""
        if len(self.senders) == 1:
            return self.senders[0]
        return max(self.senders, key=lambda sender: digest(sender, address))

    def bucket_of(self, sender: str) -> str:
        """The name under which all hosts count what leaves by one number."""
        return f"{self.name}/{sender}"

    def prepare(self) -> None:  # noqa: B027 - most providers need nothing
        """Called before each window, outside transactions: fetch what calls need (a token)."""

    async def hand_over(self, http: Wire, message: Outgoing) -> CallResult:
        """Give one message to the provider. Never raises for the provider's trouble."""
        try:
            return await self._call(http, message)
        except WireError as error:
            return trouble(error)

    async def hand_over_all(self, http: Wire, messages: Sequence[Outgoing]) -> list[CallResult]:
        """Give a window to the provider, all at once; results in the order of the messages."""
        calls = (self.hand_over(http, message) for message in messages)
        return list(await asyncio.gather(*calls))

    @abstractmethod
    async def _call(self, http: Wire, message: Outgoing) -> CallResult:
        """The call itself, by `http.exchange()`; its WireError may pass through."""

    async def ask(
        self,
        http: Wire,
        *,
        key: str,
        provider_ref: str,
        address: str,
        since: datetime,
        text: str = "",
    ) -> CallResult | None:
        """What became of an in-doubt message: ACCEPTED, BUSY (it surely was not taken), or None
        where the provider cannot be asked or did not answer. `since` is real time."""
        return None

    @abstractmethod
    def verify(self, request: WebhookRequest) -> bool:
        """Whether the push really comes from the provider. Constant time, raises nothing."""

    def body_to_keep(self, request: WebhookRequest) -> str:
        """The push as it is stored, later read by `event_id` and `parse`."""
        return request.body.decode("utf-8", "replace")

    def event_id(self, body: str) -> str:
        """The provider's id of the event, at most 80 characters, no personal data; the digest of
        the body where there is none or the body is unreadable."""
        return digest(body)

    @abstractmethod
    def parse(self, body: str) -> list[Seen]:
        """What a stored push says. Raises UnreadableBodyError."""

    def answer(self, request: WebhookRequest) -> tuple[bytes, str]:
        """Body and content type with which a verified push is answered at once (status 200)."""
        return b"", "text/plain"


def hold_to_mode(url_setting: str) -> None:
    """Raises DomainError mode_mismatch where this address does not fit the installation's mode."""
    if problem := gateway_problem(settings.MODE, url_setting, getattr(settings, url_setting)):
        raise DomainError(
            "mode_mismatch",
            _("本安装的模式与网关地址不符，拒绝发送。请检查 GUIHANG_%(setting)s。")
            % {"setting": url_setting},
            {"setting": url_setting, "mode": settings.MODE, "problem": problem},
        )


# How long nobody calls a provider that turned a call away for speed and named no time; and the
# longest that is believed: a provider that is well again must not wait for us for an hour.
PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0


def pause_of(bucket: str, retry_after: str = "", *, otherwise_s: float = PAUSE_S) -> Pause:
    """The pause that a `Retry-After` in seconds asks for. One that is a date (RFC 9110 allows it,
    none of these providers sends it) or nonsense counts as none."""
    seconds = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
    return Pause(bucket, min(seconds or otherwise_s, LONGEST_PAUSE_S))


class PlainGateway(Gateway):
    """A provider that takes each message with one plain request: most of them."""

    @abstractmethod
    def request(self, message: Outgoing) -> Request | CallResult:
        """The request that hands `message` over; a result where it cannot be made."""

    @abstractmethod
    def sort(self, message: Outgoing, request: Request, answer: Answer) -> CallResult:
        """What the provider's answer says."""

    async def hand_over_all(self, http: Wire, messages: Sequence[Outgoing]) -> list[CallResult]:
        asked = [self.request(message) for message in messages]
        requests = [request for request in asked if isinstance(request, Request)]
        answers = iter(await http.exchange_all(requests))
        return [
            one if isinstance(one, CallResult) else self._came(message, one, next(answers))
            for message, one in zip(messages, asked, strict=True)
        ]

    def _came(self, message: Outgoing, request: Request, came: Came) -> CallResult:
        return trouble(came) if isinstance(came, WireError) else self.sort(message, request, came)

    async def _call(self, http: Wire, message: Outgoing) -> CallResult:
        (result,) = await self.hand_over_all(http, [message])
        return result


def trouble(error: WireError) -> CallResult:
    """What went wrong on the wire: BUSY where nothing was sent, else UNKNOWN."""
    outcome = Outcome.BUSY if isinstance(error, NotSentError) else Outcome.UNKNOWN
    return CallResult(outcome, provider_code=f"{type(error).__name__} {error}"[:40])


def by_http_status(status: int, code: str = "") -> CallResult:
    """An answer that says nothing else. 502 and 504 come from something in between, which cannot
    know whether the provider took the message."""
    if 200 <= status < 300 or status in (408, 502, 504):
        outcome = Outcome.UNKNOWN
    elif status >= 500 or status in (401, 403, 429):  # 401, 403: our account, not the address
        outcome = Outcome.BUSY
    else:
        outcome = Outcome.REFUSED
    return CallResult(outcome, provider_code=(code or f"http {status}")[:40], http_status=status)


def digest(*parts: str) -> str:
    """A name for an event that is equal when its parts are, and tells nothing about them."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
