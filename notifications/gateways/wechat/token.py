"""The account's access token: one for all workers, renewed by one of them.

`stable_token` gives everybody the same token until its last five minutes, in which the old and the
new one are both good, so a worker that keeps the old one a little longer does no harm. Forcing a
new one is rationed by WeChat (20 a day, 30 s apart): only when a token was rejected that WeChat
itself still gives out.
"""

import json
import time
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from config.kernel.clock import real_now
from notifications.models import ProviderToken

RENEW_BEFORE = timedelta(minutes=5)
# A renewer that has not finished by now is taken for dead.
RENEWAL_LEASE = timedelta(seconds=10)
WAIT_SECONDS, POLL_SECONDS = 3.0, 0.05
HTTP_SECONDS = 5


class _StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Whoever sends us elsewhere is not followed."""


# Like the hand-over itself: never through a proxy that the environment happens to name, and to no
# other host than the one that fits the installation's mode.
OPENER = build_opener(ProxyHandler({}), _StayHere())
LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class TokenStore:
    """Reads and renews the row of `gateway`; holds nothing itself."""

    def __init__(self, *, gateway: str, url: str, appid: str, secret: str) -> None:
        self._gateway, self._url = gateway, f"{url.rstrip('/')}/cgi-bin/stable_token"
        self._appid, self._secret = appid, secret

    def current(self, *, rejected: str = "") -> str:
        """A token that is good now and is not `rejected`, or an empty string when none can be
        had at the moment. Calls WeChat at most once; waits for another renewer at most 3 s."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            row = self._row()
            if row.token and row.token != rejected and row.expires_at - RENEW_BEFORE > real_now():
                return row.token
            if self._claim(row):
                return self._renew(row, rejected=rejected)
            if row.token and row.token != rejected and row.expires_at > real_now():
                return row.token  # its last minutes; somebody else is renewing
            if time.monotonic() > deadline:
                return ""
            time.sleep(POLL_SECONDS)

    def _row(self) -> ProviderToken:
        row, _ = ProviderToken.objects.get_or_create(
            gateway=self._gateway,
            defaults={"token": "", "expires_at": LONG_AGO, "renewed_at": LONG_AGO},
        )
        return row

    def _claim(self, row: ProviderToken) -> bool:
        """Whether this process may renew: it alone moved `renewed_at`."""
        now = real_now()
        if row.renewed_at > now - RENEWAL_LEASE:
            return False
        unchanged = ProviderToken.objects.filter(gateway=self._gateway, renewed_at=row.renewed_at)
        return unchanged.update(renewed_at=now) == 1

    def _renew(self, row: ProviderToken, *, rejected: str) -> str:
        token, seconds = self._fetch(force=False)
        if token and token == rejected:
            token, seconds = self._fetch(force=True)
        if not token:
            return row.token if row.token != rejected and row.expires_at > real_now() else ""
        ProviderToken.objects.filter(gateway=self._gateway).update(
            token=token, expires_at=real_now() + timedelta(seconds=seconds)
        )
        return token

    def _fetch(self, *, force: bool) -> tuple[str, int]:
        """WeChat's token and its seconds to live, or ("", 0)."""
        ask = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
            "force_refresh": force,
        }
        # The address is held to http(s) and to one host by notifications.checks.
        request = Request(  # noqa: S310
            self._url, json.dumps(ask).encode(), {"Content-Type": "application/json"}
        )
        try:
            with OPENER.open(request, timeout=HTTP_SECONDS) as response:
                answer: Any = json.load(response)
            return str(answer["access_token"]), int(answer["expires_in"])
        except (URLError, HTTPException, OSError, ValueError, KeyError, TypeError):
            return "", 0
