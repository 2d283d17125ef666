"""Default deny for pages: a view names the capability it asks for, and tests walk every route."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crisis.staff.models import User
from crisis.staff.roles import Capability


class StaffRequest(HttpRequest):
    """A request behind `requires`: its user is a member of staff (a type only, never made)."""

    user: User


View = Callable[..., HttpResponseBase]


def requires(capability: Capability) -> Callable[[View], View]:
    """Close a page to users whose role lacks `capability` (403).

    Anonymous users never come this far: LoginRequiredMiddleware sends them to log in. The mark
    `.capability` on the view is what tests/guards reads.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated or not request.user.can(capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return guard
