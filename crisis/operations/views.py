"""The metrics, for whoever holds the token."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from crisis.operations.metrics import text


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """`Authorization: Bearer TOKEN`, as Prometheus sends it; 403 without the token, and for
    everybody while none is set."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=403)
    return HttpResponse(text(), content_type=CONTENT_TYPE_LATEST)
