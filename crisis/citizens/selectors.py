"""Whose address it is."""

from dataclasses import dataclass

from registry.models import ContactPoint, Person
from registry.names import masked_name


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may be signed in by an address. `doubted`: the address stands there, but they
    never proved it themselves, so that it may be another's by mistake. `shared`: it should be one
    person's and is several people's. Of both a document is asked."""

    person: Person
    doubted: bool
    shared: bool = False

    @property
    def asked(self) -> bool:
        return self.doubted or self.shared

    @property
    def masked(self) -> str:
        return masked_name(self.person.name, self.person.passport_name)[0]


def holders_of(channel: str, index: bytes) -> list[Holder]:
    """The registered people with this address in use; oldest registration first. Anybody can type
    a phone into a self-report: whoever only did that is not among them."""
    points = (
        ContactPoint.objects.filter(
            channel=channel,
            address_index=index,
            retired_at=None,
            person__left_at=None,
            person__erased_at=None,
            person__provisional=False,
        )
        .select_related("person")
        .order_by("person_id")
    )
    return [Holder(point.person, point.verified_at is None) for point in points]
