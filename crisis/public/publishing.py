"""Headers of pages that anybody may read: asked for again each time, sent again when they changed.

On a slow network a page that is still right costs one short answer (304), and one that is wrong,
an alert that was taken back, is never shown out of a cache that did not ask.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page

View = Callable[..., HttpResponse]


def published(view: View) -> View:
    """ETag over what the page says, gzip, and no cache that does not ask.

    Compressing is safe here: nothing secret stands in these pages.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, no-cache")
        return response

    return wraps(view)(gzip_page(conditional_page(shown)))
