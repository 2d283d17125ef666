"""Sending one-time codes. The code stands nowhere: it is derived as the message leaves."""

from datetime import timedelta

from django.db import transaction

from config.kernel import clock, encryption
from notifications import tokens
from notifications.models import Delivery, Wave
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import create_wave, recipients_done
from notifications.states import Priority, WaveKind

TEMPLATE = "one_time_code"
SOURCE = "code"


@transaction.atomic
def send_one_time_code(
    *, channel: str, address: str, language: str, signature: tuple[str, str], lasts: timedelta
) -> tuple[Wave, str]:
    """Write a wave that brings a code to one address; returns it, and the code.

    `lasts` is real time: after it nobody sends the code any more. `signature` is (Chinese,
    English). The caller keeps no more of the code than a keyed hash. Raises what create_wave does.
    """
    wave = create_wave(
        kind=WaveKind.CODE,
        priority=Priority.CODE,
        template=TEMPLATE,
        variables={"one_time_code": tokens.CODE_MARK},
        signature=signature,
        source=SOURCE,
        expires_at=clock.now() + lasts * clock.speed(),
    )
    sealed = encryption.seal(address, "address")
    index = encryption.blind_index(address, f"address.{channel}")
    add_recipients(wave=wave, recipients=[Recipient(channel, sealed, index, language, ())])
    recipients_done(wave=wave)
    return wave, tokens.one_time_code(Delivery.objects.get(wave=wave).key)
