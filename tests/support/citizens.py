"""Citizens' browsers, and the codes their phones get."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from crisis.citizens import identity
from notifications import tokens
from notifications.models import Delivery
from registry.addresses import address_index
from registry.models import Person


def signed_in_client(person: Person, **options: Any) -> Client:
    """A browser in which this person is signed in, without a code."""
    client = Client(**options)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    identity.sign_in(request, person)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def code_at(phone: str) -> str:
    """The newest code on this phone, as the message brings it."""
    index = address_index("sms", phone)
    delivery = Delivery.objects.filter(wave__kind="code", address_index=index).latest("pk")
    return tokens.one_time_code(delivery.key)
