"""What every page shows: whether this is live or a drill."""

from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, object]:
    return {"mode": settings.MODE, "hotline": settings.HOTLINE, "stream_url": settings.STREAM_URL}
