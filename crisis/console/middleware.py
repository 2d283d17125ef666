"""A content security policy for every page: nothing inline, nothing from elsewhere."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
# Swagger UI starts itself by an inline script; it is the API's page, not one of ours.
APPS = ("console", "public", "citizens", "admin")


def policy() -> str:
    """The event stream is the one other origin that a page may read from."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self' {settings.STREAM_URL}; worker-src 'self'; "
        f"manifest-src 'self'; "
        f"form-action 'self'; "
        f"base-uri 'none'; frame-ancestors 'none'"
    )


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or match.app_name in APPS:
            response.headers.setdefault(HEADER, policy())
        return response
