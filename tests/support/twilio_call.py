"""A bare call as any HTTP client makes it."""

import os

import requests

from tests.support.emulator import Emulator

ACCOUNT, TOKEN = os.environ["GUIHANG_TWILIO_ACCOUNT"], os.environ["GUIHANG_TWILIO_TOKEN"]


def send(emulator: Emulator, to: str, text: str, callback: str = "") -> requests.Response:
    form = {"To": to, "From": os.environ["GUIHANG_TWILIO_SENDER"], "Body": text}
    if callback:
        form["StatusCallback"] = callback
    url = f"{emulator.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    return requests.post(url, data=form, auth=(ACCOUNT, TOKEN), timeout=10)
