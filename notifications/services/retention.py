"""How long messages and answers are kept: rules for config.kernel.retention."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import retention
from notifications.models import Attempt, Delivery, Inbound
from notifications.services.scrubbing import forget_deliveries


def register_rules() -> None:
    for rule in (
        retention.Rule(
            "pushes", _("网关推送的原文"), "KEEP_INBOUND_DAYS", _worked_pushes, _empty_pushes
        ),
        retention.Rule(
            "attempts", _("每次调用网关的记录"), "KEEP_ATTEMPT_DAYS", _attempts, _drop_attempts
        ),
        retention.Rule(
            "messages", _("消息的收件地址和答复内容"), "KEEP_MESSAGE_DAYS", _addressed, _forget
        ),
    ):
        retention.register(rule)


def _worked_pushes(moment: datetime) -> QuerySet[Inbound]:
    """The row stays, so that a repeated push is known"""
    return Inbound.objects.filter(worked_at__lt=moment).exclude(body="")


def _empty_pushes(ids: Collection[int]) -> int:
    return Inbound.objects.filter(pk__in=ids).update(body="")


def _attempts(moment: datetime) -> QuerySet[Attempt]:
    return Attempt.objects.filter(at__lt=moment)


def _drop_attempts(ids: Collection[int]) -> int:
    return Attempt.objects.filter(pk__in=ids).delete()[0]


def _addressed(moment: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(wave__created_at__lt=moment).exclude(address="")


def _forget(ids: Collection[int]) -> int:
    forget_deliveries(ids, keep_stops=True)
    return len(ids)
