"""What every page shows: live or drill, what this user may do and where they may go."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crisis.console.navigation import MAIN, MORE, Link, links
from crisis.staff.models import Cover, User
from crisis.staff.roles import Capability
from crisis.staff.selectors import covers_of


def installation(request: HttpRequest) -> dict[str, object]:
    return {
        "mode": settings.MODE,
        "hotline": settings.HOTLINE,
        "stream_url": settings.STREAM_URL,
        # The emulator is drill equipment; a live installation has no such page to point to.
        "phones_url": f"{settings.TWILIO_URL}/phones" if settings.MODE == "drill" else "",
        "can": SimpleLazyObject(lambda: _capabilities(request)),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "covers_now": SimpleLazyObject(lambda: _covers(request)),
    }


def _navigation(request: HttpRequest) -> dict[str, list[Link]]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    return {"main": links(MAIN, user), "more": links(MORE, user)}


def _covers(request: HttpRequest) -> list[Cover]:
    """Covers that hold now and concern this user, on either side: every page says so."""
    user = getattr(request, "user", None)
    return list(covers_of(user)) if isinstance(user, User) else []


def _capabilities(request: HttpRequest) -> dict[str, bool]:
    """Capability value → held, for templates; all False before log-in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {wanted.value: False for wanted in Capability}
    return {wanted.value: user.can(wanted) for wanted in Capability}
