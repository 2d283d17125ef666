"""Headers of pages that are one person's business, and of pages whose address is a secret."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Kept by no cache, named to no other site, shown in no search.

    Where the address holds a token, not even our own pages are told of it. Elsewhere they are:
    with no-referrer a browser sends «Origin: null» with a form, and the CSRF check refuses it.
    """

    @wraps(view)
    def shielded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer" if "token" in kwargs else "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return shielded
