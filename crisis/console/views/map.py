"""What the map's script asks for."""

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from crisis.console.map import towns
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability


@require_safe
@cache_control(private=True, max_age=24 * 3600)
@requires(Capability.ENTER)
def places(request: StaffRequest) -> HttpResponse:
    """Towns and where they are: the same for everybody, and no secret."""
    return HttpResponse(towns(get_language() or "zh-hans"), content_type="application/json")
