"""The bare loop: one process calls the gateway, with no database, no queue, no encryption."""

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import aiohttp
import uvloop
from django.conf import settings


def per_second(*, calls: int, texts: list[str], window: int, fast: bool = False) -> float:
    """Calls a second with `window` of them in flight over as many kept-alive connections, on
    asyncio's own loop, or on uvloop's (`fast`)."""
    run = uvloop.run if fast else asyncio.run
    return calls / run(_seconds(calls, texts, window))


async def _seconds(calls: int, texts: list[str], window: int) -> float:
    url = f"{settings.TWILIO_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT}/Messages.json"
    forms = iter([_form(number, texts[number % len(texts)]) for number in range(calls)])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    auth = aiohttp.BasicAuth(settings.TWILIO_ACCOUNT, settings.TWILIO_TOKEN)
    connector = aiohttp.TCPConnector(limit=window)
    async with aiohttp.ClientSession(connector=connector, headers=headers, auth=auth) as http:
        started = time.perf_counter()
        await asyncio.gather(*(_caller(http, url, forms) for _ in range(window)))
        return time.perf_counter() - started


async def _caller(http: aiohttp.ClientSession, url: str, forms: Iterator[bytes]) -> None:
    for form in forms:
        async with http.post(url, data=form) as response:
            if not (await response.json()).get("sid"):
                raise RuntimeError(f"the gateway answered {response.status}")


def _form(number: int, text: str) -> bytes:
    """As the product's own gateway writes it (notifications/gateways/twilio.py)."""
    callback = f"{settings.PUBLIC_URL}/webhooks/twilio/status?key={number:024x}"
    return urlencode(
        {
            "From": settings.TWILIO_SENDER,
            "StatusCallback": callback,
            "To": f"+86138{number:08d}",
            "Body": text,
        }
    ).encode()
