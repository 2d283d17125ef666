"""Creating, retracting and finishing waves: the seam through which crisis speaks."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from config.kernel import audit, clock, installation
from config.kernel.errors import DomainError
from notifications.codes import new_code
from notifications.models import Delivery, Wave
from notifications.states import DeliveryState, Priority, WaveKind
from notifications.texts import render, template_named

# What was said before may be said again, in the very words, to whom it did not reach.
_SAID_BY = {WaveKind.AGAIN: (WaveKind.INITIAL, WaveKind.UPDATE)}


def create_wave(
    *,
    kind: WaveKind,
    priority: Priority,
    template: str,
    variables: Mapping[str, str],
    signature: tuple[str, str],
    source: str,
    expires_at: datetime,
    retracts: Wave | None = None,
) -> Wave:
    """A wave with its exact words frozen; it has no recipients yet.

    `signature` is (Chinese, English). Raises DomainError unknown_template, wrong_template,
    missing_variable, text_too_long, mode_mismatch.
    """
    installation.hold_mode()
    chosen = template_named(template)
    if chosen.kind not in _SAID_BY.get(kind, (kind,)):
        # A cancel must never leave as a new alert, nor an alert as a cancel.
        raise DomainError(
            "wrong_template",
            _("模板“%(template)s”不能用于这一类批次。") % {"template": _(chosen.label)},
        )
    code = new_code()
    texts = render(
        chosen,
        variables={**variables, "hotline": settings.HOTLINE, "code": code},
        signature_zh=signature[0],
        signature_en=signature[1],
        mode=settings.MODE,
    )
    return Wave.objects.create(
        mode_id=settings.MODE,
        kind=kind,
        priority=priority,
        source=source,
        code=code,
        template=template,
        texts=texts,
        signature=signature[0],
        created_at=clock.now(),
        expires_at=expires_at,
        retracts=retracts,
    )


def recipients_done(*, wave: Wave) -> None:
    """Say that no more recipients will be added, so that the wave can be counted as whole."""
    Wave.objects.filter(pk=wave.pk, recipients_done_at=None).update(recipients_done_at=clock.now())


def more_recipients(*, wave: Wave) -> None:
    """Say that recipients will be added to a wave after all: it is not whole any more."""
    Wave.objects.filter(pk=wave.pk).update(recipients_done_at=None)


# The row lock makes an ending wait for the caller's commit, so that what is added to a wave is
# there when its ending looks for it. SQLite has one writer at a time anyway.
_STANDING = {
    "postgresql": "SELECT 1 FROM notifications_wave"
    " WHERE id = %s AND retracted_at IS NULL FOR SHARE",
    "sqlite": "SELECT 1 FROM notifications_wave WHERE id = %s AND retracted_at IS NULL",
}


def stands(wave_id: int) -> bool:
    """Whether nobody has ended the wave; nobody does before the caller's transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING[connection.vendor], [wave_id])
        return cursor.fetchone() is not None


@transaction.atomic
def retract_wave(*, wave: Wave, actor: str, by: Wave | None = None) -> bool:
    """No window of this wave starts after this commits; what still waits is cancelled, and nobody
    is added any more. `by` is the wave that says so: it takes back, corrects or overtakes.

    Returns False when it was ended before. Whoever may have got the message is told by `by`.
    """
    now = clock.now()
    # The sender takes this row FOR SHARE before each window: the update waits for windows that
    # have begun, and windows that begin later see it.
    ended = Wave.objects.filter(pk=wave.pk, retracted_at=None).update(
        retracted_at=now,
        ended_by=by,
        recipients_done_at=Coalesce("recipients_done_at", Value(now)),
    )
    if not ended:
        return False
    cancelled = Delivery.objects.filter(wave=wave, state=DeliveryState.PENDING).update(
        state=DeliveryState.CANCELLED, finished_at=now
    )
    audit.record(actor=actor, act="wave.retract", subject=f"wave:{wave.pk}", cancelled=cancelled)
    return True
