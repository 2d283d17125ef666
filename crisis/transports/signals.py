"""What transports tell the floors above, inside the transaction that makes it true."""

from django.dispatch import Signal

# transport: Transport. It does not go; whoever was planned or offered a place on it needs another.
transport_cancelled = Signal()
# transport: Transport, fields: frozenset[str] (names of columns, "status" among them).
transport_changed = Signal()
