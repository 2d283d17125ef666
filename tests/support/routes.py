"""Every address of an URL configuration, with an example of it that can be asked for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

SAMPLES = {"int": "987654321", "uuid": "00000000-0000-4000-8000-000000000000"}
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?\w+>")


@dataclass(frozen=True)
class Route:
    """`name` is `namespace:name` as `reverse` knows it; `path` begins with a slash."""

    name: str
    path: str
    view: Callable[..., Any]

    @property
    def view_class(self) -> type | None:
        return getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)

    def __str__(self) -> str:
        return self.name or self.path


def every_route(urlconf: str | None = None, *, text: str = "x") -> list[Route]:
    """`text` stands wherever a path takes any text."""
    return list(_walk(get_resolver(urlconf), "/", "", text))


def _walk(resolver: URLResolver, prefix: str, namespace: str, text: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        path = prefix + _example(entry.pattern, text)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, path, inner, text)
        elif isinstance(entry, URLPattern):
            yield Route(namespace + (entry.name or path), path, entry.callback)


def _example(pattern: Any, text: str) -> str:
    if isinstance(pattern, RoutePattern):
        return PARAMETER.sub(lambda m: SAMPLES.get(m["kind"] or "str", text), str(pattern))
    form, parameters = normalize(pattern.regex.pattern)[0]
    return form % dict.fromkeys(parameters, "x")
