"""The registry's blind indexes, for a change of the index key."""

from config.kernel.reindexing import Column, register
from registry.drafts import DOCUMENT_PURPOSE
from registry.models import ContactPoint, EmergencyContact, Person


def register_indexes() -> None:
    register(Column(Person, "document_index", "document_number", lambda: DOCUMENT_PURPOSE))
    register(
        Column(ContactPoint, "address_index", "address", lambda c: f"address.{c}", ("channel",))
    )
    register(Column(EmergencyContact, "phone_index", "phone", lambda: "address.sms"))
