"""Template messages of a WeChat Official Account, and what its followers write back."""

from notifications.gateways.wechat.gateway import WeChatGateway

__all__ = ["WeChatGateway"]
