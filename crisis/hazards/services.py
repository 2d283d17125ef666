"""Taking in what the feeds report."""

import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.hazards.feeds import usgs
from crisis.hazards.feeds.base import Reading, Report
from crisis.hazards.models import HazardSignal

_REPORTED = (
    "kind",
    "place",
    "latitude",
    "longitude",
    "magnitude",
    "depth_km",
    "tsunami",
    "occurred_at",
    "reported_at",
    "raw",
)


def record_signal(*, report: Report) -> HazardSignal:
    """The signal of this report: written, brought up to date, or as it was.

    One row for one event of one feed, however often it is reported and under whichever of its
    ids. The report with the later `reported_at` stands; an older one changes nothing.
    """
    with transaction.atomic():
        known = (
            HazardSignal.objects.select_for_update()
            .filter(feed=report.feed, external_id__in=report.aliases)
            .order_by("id")
            .first()
        )
        if known is None:
            return _create(report)
        if report.reported_at > known.reported_at:
            for name, value in _columns(report).items():
                setattr(known, name, value)
            known.save(update_fields=list(_columns(report)))
        return known


def _create(report: Report) -> HazardSignal:
    """get_or_create, because two readers of one feed may meet the same new event at once."""
    signal, _created = HazardSignal.objects.get_or_create(
        feed=report.feed,
        external_id=report.external_id,
        defaults={**_columns(report), "received_at": clock.now()},
    )
    return signal


def _columns(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in _REPORTED}


def take_in_usgs(*, text: str | bytes) -> tuple[list[HazardSignal], Reading]:
    """Record every readable event of a USGS GeoJSON document, in its order.

    Raises DomainError `bad_hazard_document` when the text is not such a document at all.
    """
    try:
        document = json.loads(text)
    except ValueError:
        raise DomainError("bad_hazard_document", _("文件不是 JSON。")) from None
    reading = usgs.parse(document)
    return [record_signal(report=report) for report in reading.reports], reading
