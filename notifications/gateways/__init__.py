"""The gateways there are, and the only way to get one. docs/gateways.md says how to add one."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from notifications.checks import gateway_problem
from notifications.gateways.base import Gateway

GATEWAYS = {
    "sms": "notifications.gateways.twilio.TwilioGateway",
    "wechat": "notifications.gateways.wechat.WeChatGateway",
}
# Which setting holds the address that must fit the installation's mode.
URL_SETTINGS = {"sms": "TWILIO_URL", "wechat": "WECHAT_URL"}
CHANNELS = {"twilio": "sms", "wechat": "wechat"}


def gateway_for(channel: str) -> Gateway:
    """The gateway of a channel. Raises DomainError mode_mismatch or unknown_gateway."""
    if channel not in GATEWAYS:
        raise _unknown(channel)
    setting = URL_SETTINGS[channel]
    url = getattr(settings, setting)
    if problem := gateway_problem(settings.MODE, setting, url):
        raise DomainError(
            "mode_mismatch",
            _("本安装的模式与网关地址不符，拒绝发送。请检查 GUIHANG_%(setting)s。")
            % {"setting": setting},
            {"setting": setting, "mode": settings.MODE, "problem": problem},
        )
    return _built(channel, settings.MODE, url)


def gateway_named(name: str) -> Gateway:
    """The gateway called `name`, as deliveries and webhooks call it."""
    if name not in CHANNELS:
        raise _unknown(name)
    return gateway_for(CHANNELS[name])


@cache
def _built(channel: str, mode: str, url: str) -> Gateway:
    gateway: Gateway = import_string(GATEWAYS[channel])()
    return gateway


def _unknown(name: str) -> DomainError:
    return DomainError("unknown_gateway", _("没有名为 %(name)s 的网关。") % {"name": name})
