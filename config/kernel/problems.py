"""The edge: DomainError becomes problem JSON (RFC 9457) for programs, a sentence for people."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.response import Response
from rest_framework.views import exception_handler

from config.kernel.errors import DomainError

PROBLEM = "application/problem+json"


def problem_body(error: DomainError) -> dict[str, Any]:
    """The RFC 9457 members, with our stable `code` and the figures beside them."""
    return {
        "type": "about:blank",
        "title": str(error.message),
        "status": error.status,
        "code": error.code,
        **error.extra,
    }


def problem_json(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: every refusal is problem JSON."""
    if isinstance(exc, DomainError):
        return Response(problem_body(exc), status=exc.status, content_type=PROBLEM)
    response = exception_handler(exc, context)
    if response is not None:
        errors = response.data
        response.data = {
            "type": "about:blank",
            "title": _title(exc),
            "status": response.status_code,
            "code": _code(exc),
        }
        # What Django says of a missing row names our models, and in English only.
        if not isinstance(exc, Http404):
            response.data["errors"] = errors
        response.content_type = PROBLEM
    return response


def _title(exc: Exception) -> str:
    return str(exc.default_detail) if isinstance(exc, APIException) else _("Not found.")


def _code(exc: Exception) -> str:
    if isinstance(exc, Http404):
        return "not_found"
    if isinstance(exc, PermissionDenied):
        return "forbidden"
    return str(getattr(exc, "default_code", "invalid"))


class DomainErrorMiddleware:
    """Shows a DomainError raised by a page as a page, keeping its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if not isinstance(exc, DomainError):
            return None
        if request.accepts("text/html"):
            return render(request, "problem.html", {"error": exc}, status=exc.status)
        return JsonResponse(problem_body(exc), status=exc.status, content_type=PROBLEM)
