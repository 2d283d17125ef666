"""The gateways there are, and the only way to get one. docs/gateways.md says how to add one."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from notifications.gateways.base import Gateway, hold_to_mode

GATEWAYS = {
    "sms": "notifications.gateways.twilio.TwilioGateway",
    "wechat": "notifications.gateways.wechat.WeChatGateway",
}
CHANNELS = {"twilio": "sms", "wechat": "wechat"}


def gateway_for(channel: str) -> Gateway:
    """The gateway of a channel. Raises DomainError mode_mismatch or unknown_gateway."""
    if channel not in GATEWAYS:
        raise _unknown(channel)
    kind: type[Gateway] = import_string(GATEWAYS[channel])
    hold_to_mode(kind.url_setting)  # once more: what was built before is kept
    return _built(kind, settings.MODE, getattr(settings, kind.url_setting))


def gateway_named(name: str) -> Gateway:
    """The gateway called `name`, as deliveries and webhooks call it."""
    if name not in CHANNELS:
        raise _unknown(name)
    return gateway_for(CHANNELS[name])


@cache
def _built(kind: type[Gateway], mode: str, url: str) -> Gateway:
    return kind()


def _unknown(name: str) -> DomainError:
    return DomainError("unknown_gateway", _("没有名为 %(name)s 的网关。") % {"name": name})
