"""What the vendors push to the application: signed, repeated when nobody answers."""

import asyncio
import secrets
import time
from urllib.parse import urlencode, urlsplit

import aiohttp

from notifications.emulator.crypto import twilio_signature, wechat_seal, wechat_signature
from notifications.emulator.options import Knobs, Options

FORM = "application/x-www-form-urlencoded"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TWILIO_INBOUND = "/webhooks/twilio/inbound"
WECHAT = "/webhooks/wechat"
# WeChat waits 5 s and tries three times; the same patience is given to Twilio's pushes.
PATIENCE = aiohttp.ClientTimeout(total=5)
TRIES = 3


class Pushes:
    def __init__(self, options: Options, knobs: Knobs) -> None:
        self._options, self._knobs = options, knobs
        self._http: aiohttp.ClientSession | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                timeout=PATIENCE, connector=aiohttp.TCPConnector(limit=32)
            )
        return self._http

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    def reach(self, url: str) -> str:
        """Where `url` is really called: its public name is the application on this machine.
        Empty for anything beyond the loopback: drill equipment reaches nothing outside."""
        if url.startswith(self._options.public_url):
            url = self._options.app_url + url.removeprefix(self._options.public_url)
        return url if urlsplit(url).hostname in LOOPBACK else ""

    async def twilio(self, url: str, form: dict[str, str]) -> bool:
        """One signed form to `url`; whether the application took it."""
        headers = {
            "Content-Type": FORM,
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": twilio_signature(self._options.twilio_token, url, form),
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        }
        return await self._post(url, urlencode(form).encode(), headers)

    async def inbound_sms(self, form: dict[str, str]) -> bool:
        return await self.twilio(f"{self._options.public_url}{TWILIO_INBOUND}", form)

    async def wechat(self, openid: str, xml: str) -> bool:
        """One push in the plain or the sealed form."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        token = self._options.wechat_callback_token
        query = {
            "signature": wechat_signature(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        if self._knobs.sealed:
            sealed = wechat_seal(xml, self._options.wechat_aes_key, self._options.wechat_appid)
            query["encrypt_type"] = "aes"
            query["msg_signature"] = wechat_signature(token, timestamp, nonce, sealed)
            xml = (
                "<xml><ToUserName><![CDATA[gh_emulator]]></ToUserName>"
                f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
            )
        url = f"{self._options.public_url}{WECHAT}?{urlencode(query)}"
        return await self._post(url, xml.encode(), {"Content-Type": "text/xml"})

    async def tap(self, link: str, choice: str) -> bool:
        """Open a check-in page as a browser does, then press one of its buttons."""
        url = self.reach(link)
        if not url:
            return False
        try:
            async with self.http.get(url) as page:
                opened = page.status == 200
                await page.read()
            if not opened:
                return False
            async with self.http.post(url, data={"choice": choice}) as answer:
                await answer.read()
                return answer.status < 400
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> bool:
        target = self.reach(url)
        for attempt in range(TRIES if target else 0):
            if attempt:
                await asyncio.sleep(attempt)
            try:
                async with self.http.post(
                    target, data=body, headers=headers, allow_redirects=False
                ) as answer:
                    await answer.read()
                    if answer.status < 500:
                        return answer.status < 300
            except (aiohttp.ClientError, TimeoutError):
                continue
        return False
