"""Addresses that providers push to. The names stand in docs/gateways.md."""

from django.urls import path

from notifications.views import webhook

app_name = "notifications"
urlpatterns = [
    path("webhooks/twilio/status", webhook, {"gateway_name": "twilio"}, name="twilio-status"),
    path("webhooks/twilio/inbound", webhook, {"gateway_name": "twilio"}, name="twilio-inbound"),
    path("webhooks/wechat", webhook, {"gateway_name": "wechat"}, name="wechat"),
]
