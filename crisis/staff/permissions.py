"""Default deny: a view without a capability is closed, for pages and for the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from crisis.staff.roles import Capability

if TYPE_CHECKING:  # rest_framework.views imports this module while it is itself being imported
    from rest_framework.request import Request
    from rest_framework.views import APIView


class HasCapability(BasePermission):
    """Asks for the view's `capability`; `{method: capability}` where methods differ."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        wanted = getattr(view, "capability", None)
        if isinstance(wanted, dict):
            wanted = wanted.get(request.method)
        if not isinstance(wanted, Capability):
            return False
        return request.user.is_authenticated and request.user.can(wanted)
