"""What WeChat pushes, as XML, and what we make of it."""

import math
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from notifications.gateways.base import (
    EventSeen,
    ReceiptSeen,
    ReplySeen,
    Seen,
    UnreadableBodyError,
    digest,
)
from notifications.states import ReceiptStatus

EVENT_KINDS = {"subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW"}


def read_fields(xml: str) -> dict[str, str]:
    """The flat fields of one push. Raises UnreadableBodyError, also for entities and DTDs."""
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableBodyError(type(error).__name__) from None
    return {child.tag: (child.text or "").strip() for child in root}


def event_id(fields: dict[str, str]) -> str:
    """MsgId for messages; for events WeChat says FromUserName + CreateTime, to which the event
    and its own id are added: two template results may come within one second."""
    if fields.get("MsgId"):
        return f"msg.{fields['MsgId']}"[:80]
    names = ("FromUserName", "CreateTime", "Event", "MsgID", "EventKey")
    return f"event.{digest(*(fields.get(name, '') for name in names))}"


def understand(fields: dict[str, str]) -> list[Seen]:
    kind = fields.get("MsgType")
    if not kind or not fields.get("FromUserName"):
        raise UnreadableBodyError("no MsgType or FromUserName")
    return [_event(fields) if kind == "event" else _message(fields)]


def _message(fields: dict[str, str]) -> ReplySeen:
    """Text, a position, or something we cannot read (a picture, a voice), which still is an
    answer: its kind stands as its text, so a person looks at it."""
    kind = fields["MsgType"]
    if kind == "text":
        text = fields.get("Content", "")
    elif kind == "location":
        text = fields.get("Label", "")
    else:
        text = fields.get("Recognition") or f"[{kind}]"
    return ReplySeen(
        address=fields["FromUserName"],
        text=text,
        event_id=event_id(fields),
        answered_at=_moment(fields),
        **_position(fields, "Location_X", "Location_Y"),
    )


def _event(fields: dict[str, str]) -> Seen:
    event = fields.get("Event", "")
    if event == "TEMPLATESENDJOBFINISH":
        return _receipt(fields)
    if event == "LOCATION":
        return ReplySeen(
            address=fields["FromUserName"],
            text="",
            event_id=event_id(fields),
            answered_at=_moment(fields),
            accuracy_m=_number(fields, "Precision", most=math.inf, least=0),
            **_position(fields, "Latitude", "Longitude"),
        )
    return EventSeen(
        address=fields["FromUserName"],
        kind=event.lower() if event in EVENT_KINDS else "unknown",
        event_id=event_id(fields),
        happened_at=_moment(fields),
        detail=fields.get("EventKey", "") or ("" if event in EVENT_KINDS else event),
    )


def _receipt(fields: dict[str, str]) -> ReceiptSeen:
    status = fields.get("Status", "")
    if status == "success":
        meaning = ReceiptStatus.DELIVERED
    elif status.startswith("failed"):
        meaning = ReceiptStatus.UNDELIVERED
    else:
        meaning = ReceiptStatus.UNKNOWN
    code = "" if meaning == ReceiptStatus.DELIVERED else status[:40]
    return ReceiptSeen(fields.get("MsgID", ""), meaning, code)


def _moment(fields: dict[str, str]) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(fields["CreateTime"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _position(fields: dict[str, str], latitude: str, longitude: str) -> dict[str, float | None]:
    """Both degrees or none: a broken position must not cost the words that came with it."""
    at = _number(fields, latitude, least=-90, most=90), _number(fields, longitude)
    return dict(zip(("latitude", "longitude"), (None, None) if None in at else at, strict=True))


def _number(
    fields: dict[str, str], name: str, *, least: float = -180, most: float = 180
) -> float | None:
    try:
        value = float(fields[name])
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) and least <= value <= most else None
