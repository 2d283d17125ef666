"""What becomes of places, for the floors above; sent inside the transaction that makes it true."""

from django.dispatch import Signal

# offer_changed(offer: Offer): it was made, confirmed, declined, withdrawn, or its deadline ran out.
offer_changed = Signal()
