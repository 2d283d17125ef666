"""Whence a request comes, for limits that count by address and never show it."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

from config.kernel.encryption import blind_index


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
