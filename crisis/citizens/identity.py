"""Who is signed in: a citizen, known by a phone they hold. No Django user, no password.

The session holds the person's id under a key of our own. A session is a citizen's or a member of
staff's, never both: signing in as one ends the other.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from config.kernel import audit, clock
from registry.models import Person

KEY, SEEN, SINCE = "citizen", "citizen_seen", "citizen_since"
# Who was registered in this browser a moment ago: of them no document is asked again.
JOINED = "citizen_joined"
IDLE_S, LONGEST_S, NOTED_EVERY_S = 30 * 60, 8 * 3600, 60
# What a citizen may be sent on to after signing in.
DOORS = ("/me/", "/join/")


class CitizenRequest(HttpRequest):
    """A request behind `signed_in` (a type only, never made)."""

    citizen: Person


View = Callable[..., HttpResponse]


def actor_of(person: Person) -> str:
    """How the audit log names a citizen."""
    return f"person:{person.pk}"


def sign_in(request: HttpRequest, person: Person) -> None:
    """Begin a session of this person: a new key, and nothing of what the old session held."""
    logout(request)  # flushes: a member of staff is logged out, a session planted before is gone
    now = int(clock.real_now().timestamp())
    request.session.update({KEY: person.pk, SEEN: now, SINCE: now})
    request.session.set_expiry(IDLE_S)
    audit.record(actor=actor_of(person), act="citizen.signed_in", subject=f"person:{person.pk}")


def sign_out(request: HttpRequest) -> None:
    """End the session, here and now."""
    logout(request)


def citizen_of(request: HttpRequest) -> Person | None:
    """The person who is signed in, or None: never, expired, idle, or left the registry since."""
    person_id = request.session.get(KEY)
    if person_id is None or request.user.is_authenticated:
        return None
    now = int(clock.real_now().timestamp())
    seen = request.session.get(SEEN, 0)
    if now - seen > IDLE_S or now - request.session.get(SINCE, 0) > LONGEST_S:
        request.session.flush()
        return None
    person = Person.objects.filter(pk=person_id, left_at=None, erased_at=None).first()
    if person is None:
        request.session.flush()
        return None
    if now - seen > NOTED_EVERY_S:
        request.session[SEEN] = now
    return person


def signed_in(view: View) -> View:
    """Open a page to whoever is signed in as a citizen; everybody else is asked for a code.

    The mark `.citizen` on the view is what tests/guards reads.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        person = citizen_of(request)
        if person is None:
            return redirect(f"{reverse('citizens:code')}?{urlencode({'next': request.path})}")
        request.citizen = person
        return view(request, *args, **kwargs)

    guarded.citizen = True  # type: ignore[attr-defined]
    return guarded


def next_page(wanted: str) -> str:
    """Where to go after signing in: one of our own pages for citizens, whatever was asked."""
    plain = wanted.startswith(DOORS) and not any(c in wanted for c in "\\\r\n\t?#")
    return wanted if plain and ".." not in wanted else DOORS[0]


@receiver(user_logged_in)
def _staff_comes(request: Any, **_: Any) -> None:
    """Django keeps what an anonymous session held; a citizen's must not go on in it."""
    for name in (KEY, SEEN, SINCE):
        request.session.pop(name, None)
