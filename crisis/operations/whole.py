"""Does a wave account for everybody? Counted once a wave, when the last slice is written."""

from datetime import timedelta

from django.db.models import Count, Q, QuerySet, Sum

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.incidents.selectors import ALERTS
from crisis.operations.models import WaveCount
from crisis.rollcall.models import Standing
from notifications.models import Batch, Delivery, DeliveryPerson, Wave
from notifications.states import WaveKind
from registry.geography.reasons import Reason

# One that did not add up is counted again: it may have been counted between two commits.
COUNT_AGAIN = timedelta(seconds=30)
PREFIX = "incident:"


def count_waves() -> int:
    """The sweep's step: count one wave that nobody has counted, or that did not add up. Those that
    were taken back are left out: their expansion stops half-way on purpose."""
    again = WaveCount.objects.filter(
        whole=False, counted_at__lt=clock.real_now() - COUNT_AGAIN
    ).values("wave")
    waves = Wave.objects.filter(
        kind__in=ALERTS,
        source__startswith=PREFIX,
        recipients_done_at__isnull=False,
        retracted_at=None,
    )
    uncounted = ~Q(pk__in=WaveCount.objects.values("wave"))
    wave = waves.filter(uncounted | Q(pk__in=again)).order_by("-pk").first()
    if wave is None:
        return 0
    count_wave(wave)
    return 1


def count_wave(wave: Wave) -> WaveCount:
    """Count and keep. A million people take about two seconds of the database, once. Whoever heard
    from an alert that this one corrected or overtook is accounted for too."""
    incident = Incident.objects.get(pk=int(wave.source.removeprefix(PREFIX)))
    standings = Standing.objects.filter(incident=incident, by_merge=False)
    # They hear what the audience hears, and are none of it.
    beside = standings.filter(reason=Reason.SELF_REPORTED).values("person_ref")
    people = standings.exclude(reason=Reason.SELF_REPORTED).aggregate(
        all=Count("pk"), unaddressed=Count("pk", filter=Q(addressed=False))
    )
    told = Wave.objects.filter(source=wave.source, kind__in=(*ALERTS, WaveKind.CORRECTION))
    links = DeliveryPerson.objects.filter(delivery__wave__in=told).exclude(person_ref__in=beside)
    linked = links.aggregate(n=Count("person_ref", distinct=True))["n"]
    messages = Delivery.objects.filter(wave=wave).count()
    written = Batch.objects.filter(wave=wave).aggregate(n=Sum("size"))["n"] or 0
    accounted = (
        people["all"]
        == incident.audience_count
        == linked + people["unaddressed"] + _left_alone(incident, told)
    )
    count, _ = WaveCount.objects.update_or_create(
        wave=wave,
        defaults={
            "counted_at": clock.real_now(),
            "audience": incident.audience_count,
            "standings": people["all"],
            "linked": linked,
            "unaddressed": people["unaddressed"],
            "messages": messages,
            "written": written,
            "whole": accounted and messages == written,
        },
    )
    return count


def _left_alone(incident: Incident, told: QuerySet[Wave]) -> int:
    """Those with an address to whom nothing was written on purpose, and nothing has been since."""
    alone = Standing.objects.filter(incident=incident, by_merge=False, untold=True, addressed=True)
    people = list(alone.values_list("person_ref", flat=True))
    if not people:
        return 0
    since = DeliveryPerson.objects.filter(delivery__wave__in=told, person_ref__among=people)
    return len(people) - since.values("person_ref").distinct().count()
