"""The blind indexes of messages and answers, for a change of the index key."""

from django.db.models import OuterRef, Subquery

from config.kernel.reindexing import Column, register, register_after
from notifications.models import Delivery, Reply


def register_indexes() -> None:
    register(Column(Delivery, "address_index", "address", lambda c: f"address.{c}", ("channel",)))
    register(Column(Reply, "address_index", "address", lambda via: f"address.{via}", ("via",)))
    register_after(follow_links)


def follow_links() -> int:
    """An answer by the link has the index of its delivery and no address of its own."""
    index = Delivery.objects.filter(pk=OuterRef("delivery")).values("address_index")[:1]
    linked = Reply.objects.filter(address="", delivery__isnull=False, address_index__isnull=False)
    return linked.update(address_index=Subquery(index))
