"""How it is said and heard. Persons stand here only as opaque references."""

from notifications.models.bucket import Bucket
from notifications.models.delivery import Attempt, Batch, Delivery, DeliveryPerson
from notifications.models.following import Following
from notifications.models.inbound import Inbound, Receipt, Reply
from notifications.models.sparing import Spared
from notifications.models.token import ProviderToken
from notifications.models.wave import Wave

__all__ = [
    "Attempt",
    "Batch",
    "Bucket",
    "Delivery",
    "DeliveryPerson",
    "Following",
    "Inbound",
    "ProviderToken",
    "Receipt",
    "Reply",
    "Spared",
    "Wave",
]
