"""One error for every rule that is broken; the edge turns it into problem JSON or a page."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule refused the act.

    `code` is stable and lower_snake, for programs; `message` is a sentence in the user's
    language that names the field and the remedy; `extra` holds figures for programs.
    `status` is the HTTP status the edge answers with.
    """

    def __init__(
        self,
        code: str,
        message: str | Promise,
        extra: Mapping[str, Any] | None = None,
        *,
        status: int = 400,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.extra = dict(extra or {})
        self.status = status

    def __str__(self) -> str:
        return str(self.message)
