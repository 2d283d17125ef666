"""The only way out to a geocoder: one named host, a public address, a small answer, in time.

A name is resolved once and the connection goes to the address that was checked (a second look-up
could answer otherwise); every redirect is checked anew. An address that is not global (private,
link-local, loopback, a cloud's metadata, any of these mapped into IPv6) is refused.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

MAX_BYTES = 256 * 1024
MAX_REDIRECTS = 2
_CHUNK = 16 * 1024
_MOVED = (301, 302, 303, 307, 308)


class GuardedAdapter(BaseSyncAdapter):
    """`hosts` are the names (with port, if not the usual one) that may be asked, and no others.
    `local` lets plain HTTP to 127.0.0.1 pass: for tests, refused by the settings when live."""

    def __init__(self, *, proxies: Any, ssl_context: Any, hosts: frozenset[str], local: bool):
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self.hosts, self.local = hosts, local
        self.tls = ssl_context or ssl.create_default_context()

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise GeocoderParseError("the answer is no JSON") from None

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        until = time.monotonic() + timeout
        for _ in range(MAX_REDIRECTS + 1):
            status, location, body = self._ask(url, until, headers)
            if status not in _MOVED:
                break
            url = urljoin(url, location)
        if status != 200:
            raise AdapterHTTPError(f"status {status}", status_code=status, headers={}, text="")
        return body.decode("utf-8", errors="replace")

    def _ask(self, url: str, until: float, headers: dict[str, str]) -> tuple[int, str, bytes]:
        connection = self._connect(url, until)
        parts = urlsplit(url)
        try:
            path = f"{parts.path or '/'}?{parts.query}"
            connection.request("GET", path, headers={**headers, "Host": parts.netloc})
            response = connection.getresponse()
            return response.status, response.getheader("Location", ""), _read(response, until)
        except TimeoutError:
            raise GeocoderTimedOut("no answer in time") from None
        except (OSError, http.client.HTTPException):
            raise GeocoderUnavailable("the connection broke") from None
        finally:
            connection.close()

    def _connect(self, url: str, until: float) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and self.local
        if parts.netloc not in self.hosts or not (plain or parts.scheme == "https"):
            raise GeocoderServiceError("not one of the geocoder's hosts")
        host, port = parts.hostname or "", parts.port or (80 if plain else 443)
        left = max(0.1, until - time.monotonic())
        try:
            raw = socket.create_connection((self._address_of(host, port), port), timeout=left)
            connection = http.client.HTTPConnection(host, port)
            # The name is for the certificate; the address is the one that was checked.
            connection.sock = raw if plain else self.tls.wrap_socket(raw, server_hostname=host)
        except TimeoutError:
            raise GeocoderTimedOut("no connection in time") from None
        except OSError:
            raise GeocoderUnavailable("no connection") from None
        return connection

    def _address_of(self, host: str, port: int) -> str:
        """The first address of the host, if all of them are public."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(is_public(a) or self._is_ours(a) for a in addresses):
            raise GeocoderServiceError("the geocoder's address is not public")
        return addresses[0]

    def _is_ours(self, address: str) -> bool:
        return self.local and address == "127.0.0.1"


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet, however it is written into IPv6."""
    parsed: Any = ipaddress.ip_address(address.partition("%")[0])
    if parsed.version == 6:
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo and parsed.teredo[1])
        if inner:
            return is_public(str(inner))
        if parsed in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    """At most MAX_BYTES, however slowly they come."""
    body = b""
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > MAX_BYTES:
            raise GeocoderServiceError("the answer is too long")
        if time.monotonic() > until:
            raise GeocoderTimedOut("the answer took too long")
    return body
