"""Citizens' browsers, and the codes their phones get."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from crisis.citizens import identity
from notifications import tokens
from notifications.emulator.world import xml_of
from notifications.models import Delivery
from notifications.services.inbox import store_inbound, work_inbox
from registry.addresses import address_index
from registry.models import Person
from registry.services.contacts import verify_contact


def signed_in_client(person: Person, **options: Any) -> Client:
    """A browser in which this person is signed in, without a code."""
    client = Client(**options)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    identity.sign_in(request, person)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def code_at(address: str, *, channel: str = "sms") -> str:
    """The newest code on this phone or WeChat account, as the message brings it."""
    index = address_index(channel, address)
    delivery = Delivery.objects.filter(wave__kind="code", address_index=index).latest("pk")
    return tokens.one_time_code(delivery.key)


def bind_wechat(person: Person, openid: str) -> None:
    """This account is theirs, as if they had scanned a binding's code."""
    verify_contact(person=person, channel="wechat", address=openid, by=f"person:{person.pk}")


def push_scan(scene: str, openid: str, *, event: str = "SCAN", number: int = 1) -> None:
    """WeChat's push of an account that scanned (or followed by scanning), stored and understood."""
    key = f"qrscene_{scene}" if event == "subscribe" else scene
    xml = xml_of(
        ToUserName="gh_1", FromUserName=openid, CreateTime=str(1734400000 + number),
        MsgType="event", Event=event, EventKey=key,
    )  # fmt: skip
    store_inbound(gateway="wechat", event_id=f"event.{number}.{openid}", body=xml)
    work_inbox()
