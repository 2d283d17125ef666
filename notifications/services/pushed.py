"""A stored push, as far as understanding it needs it."""

from datetime import datetime
from typing import NamedTuple


class Push(NamedTuple):
    """`id` is the number of its Inbound; `body` is open."""

    id: int
    gateway: str
    body: str
    received_at: datetime
