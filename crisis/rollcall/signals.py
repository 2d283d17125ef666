"""What the roll call tells the floors above, in the transaction that makes it true."""

from django.dispatch import Signal

# help_called(incident_id, calls: list[Entry], source: Source, recorded_by): lines of the kind
# `needs_help` that were written. One cause may be told again: `source_key` names it.
help_called = Signal()
