"""What leaves for one row: its address opened, and its words."""

import logging
from typing import NamedTuple

from config.kernel import encryption
from notifications import tokens
from notifications.gateways.base import Outgoing
from notifications.models import Wave
from notifications.services.recipients import carries_link
from notifications.states import WaveKind

log = logging.getLogger("guihang.sending")

ADDRESS_PURPOSE = "address"


class Row(NamedTuple):
    """What is needed of a delivery to send it."""

    id: int
    sealed_address: bytes
    language: str
    key: str
    attempts: int
    covers: int


def address_of(row: Row) -> str:
    """Empty where it does not open; such a row is refused without a call."""
    try:
        return encryption.unseal(bytes(row.sealed_address), ADDRESS_PURPOSE)
    except encryption.UnreadableValue:
        return ""


def message_for(wave: Wave, channel: str, row: Row) -> Outgoing | None:
    """None when the address does not open: its key is gone, or the row was damaged."""
    address = address_of(row)
    if not address:
        log.error("delivery %s: its address does not open", row.id)
        return None
    return Outgoing(
        key=row.key,
        address=address,
        text=wording(wave, channel, row.language, row.covers, key=row.key),
        link=tokens.check_in_url(row.key) if carries_link(wave, channel) else "",
    )


def wording(
    wave: Wave, channel: str, language: str, covers: int, *, key: str
) -> str | dict[str, str]:
    """What one recipient reads: their language, how many the number stands for, and the one-time
    code of the delivery whose key this is."""
    texts = wave.texts[channel]
    if channel == "sms" and covers > 1:
        texts = wave.texts.get("sms_shared", texts)
    text: str | dict[str, str] = texts.get(language) or texts["zh-hans"]
    if wave.kind == WaveKind.CODE:
        return _with_code(text, tokens.one_time_code(key))
    if not isinstance(text, str):
        return text
    return text.replace("{covers}", str(covers))


def _with_code(text: str | dict[str, str], code: str) -> str | dict[str, str]:
    if isinstance(text, str):
        return text.replace(tokens.CODE_MARK, code)
    return {name: field.replace(tokens.CODE_MARK, code) for name, field in text.items()}
