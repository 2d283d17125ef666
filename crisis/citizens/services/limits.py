"""How often something may be done: counted in the database, so that it holds over processes."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest

from config.kernel import clock
from config.kernel.encryption import blind_index
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


def client_key(request: HttpRequest) -> bytes:
    """Whence a request comes, as 16 bytes that do not show it: its address, for IPv6 the /64.

    Behind GUIHANG_PROXIES proxies, each of which adds one address, that many are believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        passed = request.headers.get("X-Forwarded-For", "").split(",")
        address = passed[-settings.PROXIES :][0].strip() or address
    return blind_index(_network(address), "citizens.client")


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else parsed.exploded[:19]
    return str(parsed)


def forget_old() -> int:
    """Delete tallies whose time is over."""
    return Tally.objects.filter(ends_at__lt=clock.real_now()).delete()[0]
