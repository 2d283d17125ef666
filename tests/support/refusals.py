"""Expecting a rule to refuse, by its stable code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.kernel.errors import DomainError


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside is refused with this code."""
    with pytest.raises(DomainError) as refusal:
        yield
    assert refusal.value.code == code
