"""What the gates tell the apps above, inside the transaction that makes it true."""

from django.dispatch import Signal

# transport_id, person_refs: where these people stand with the transport may have changed.
passages_changed = Signal()
