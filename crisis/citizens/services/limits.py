"""How often something may be done: counted in the database, so that it holds over processes."""

from datetime import UTC, datetime, timedelta

from django.db.models import F

from config.kernel import clock
from crisis.citizens.models import Tally

EVERYBODY = bytes(16)


def spend(name: str, key: bytes, *, most: int, per: timedelta) -> bool:
    """Count one more under `name` and `key`; False, and not counted, when there were `most`
    already in this stretch of `per` (real time). Call outside a transaction that may be undone."""
    slot = int(clock.real_now().timestamp() // per.total_seconds())
    ends_at = datetime.fromtimestamp((slot + 1) * per.total_seconds(), UTC)
    this = {"name": name, "key": key, "slot": slot}
    Tally.objects.bulk_create([Tally(**this, ends_at=ends_at)], ignore_conflicts=True)
    return bool(Tally.objects.filter(**this, count__lt=most).update(count=F("count") + 1))


def forget_old() -> int:
    """Delete tallies whose time is over."""
    return Tally.objects.filter(ends_at__lt=clock.real_now()).delete()[0]
