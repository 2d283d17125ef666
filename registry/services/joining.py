"""What the row of the person who is kept takes over from the one who goes, and gives back.

Of personal data the record holds names of columns alone: what was taken over still stands with
the one who is gone, so giving back means emptying what is still the same.
"""

from datetime import date, datetime
from typing import Any

from registry.models import ContactPoint, Household, Membership, Person, Sex, Whereabouts
from registry.models.fields import NAME_KEYS

# Taken over where the one who is kept has none.
FILLED = (
    "passport_name", "birth_date", "health_note", "blood_type", "due_on", "insurer",
    "insurance_policy", "insurer_phone",
)  # fmt: skip
# Taken over together, where the one who is kept has no number.
DOCUMENT = ("document_number", "document_index", "document_expires_on")
LISTS = ("needs", "obstacles")
LIAISON = Membership.Part.LIAISON
_SPARE_KIND = "shared"  # of which a person may have several: the place to stand while two swap

Record = dict[str, Any]


def join_facts(kept: Person, gone: Person, record: Record) -> None:
    """What is empty is filled; codes of needs and obstacles are united; nobody stays paused whom
    the other registration expects abroad."""
    before: Record = {}
    filled = [name for name in FILLED if getattr(gone, name) and not getattr(kept, name)]
    if gone.document_number and not kept.document_number:
        filled += DOCUMENT
        before["document_kind"] = kept.document_kind
        kept.document_kind = gone.document_kind
    for name in filled:
        setattr(kept, name, getattr(gone, name))
    if kept.sex == Sex.UNSPECIFIED and gone.sex != kept.sex:
        before["sex"], kept.sex = kept.sex, gone.sex
    if kept.paused_until and not gone.paused_until:
        before["paused_until"], kept.paused_until = kept.paused_until.isoformat(), None
    added = {n: sorted(set(getattr(gone, n)) - set(getattr(kept, n))) for n in LISTS}
    for name, codes in added.items():
        setattr(
            kept, name, sorted({*getattr(kept, name), *codes}) if codes else getattr(kept, name)
        )
    record |= {"filled": filled, "before": before, "added": added}
    changed = [*filled, *before, *(name for name in LISTS if added[name])]
    if changed:
        kept.save(update_fields=[*changed, *NAME_KEYS])


def part(kept: Person, gone: Person, record: Record) -> None:
    """Give back what was taken over, where it is still what it was then."""
    changed = [name for name in record["filled"] if getattr(kept, name) == getattr(gone, name)]
    for name in changed:
        column: Any = Person._meta.get_field(name)
        setattr(kept, name, column.get_default())
    for name, value in record["before"].items():
        if getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, date.fromisoformat(value) if name == "paused_until" else value)
            changed.append(name)
    for name, codes in record["added"].items():
        setattr(kept, name, [code for code in getattr(kept, name) if code not in codes])
        changed += [name] if codes else []
    if changed:
        kept.save(update_fields=[*changed, *NAME_KEYS])
    _part_addresses(record)
    _part_parts(record)
    _part_households(kept, gone, record)


# -- rows that both had ----------------------------------------------------------------------


def join_addresses(kept: int, gone: int, record: Record) -> None:
    """An address that both gave is as usable as the better of the two was."""
    record["addresses"] = []
    own = {
        (row.channel, bytes(row.address_index)): row
        for row in ContactPoint.objects.filter(person=kept)
    }
    for theirs in ContactPoint.objects.filter(person=gone).order_by("pk"):
        ours = own[theirs.channel, bytes(theirs.address_index)]
        before: Record = {}
        if ours.verified_at is None and theirs.verified_at is not None:
            before["verified_at"] = None
            ours.verified_at = theirs.verified_at
        if ours.retired_at is not None and theirs.retired_at is None:
            before["retired_at"] = ours.retired_at.isoformat()
            ours.retired_at = None
        if before:
            ours.save(update_fields=list(before))
            record["addresses"].append([ours.pk, before])


def _part_addresses(record: Record) -> None:
    for pk, before in record["addresses"]:
        values = {n: v and datetime.fromisoformat(v) for n, v in before.items()}
        ContactPoint.objects.filter(pk=pk).update(**values)


def join_parts(kept: int, gone: int, record: Record) -> None:
    """Who was liaison by one registration is liaison."""
    led = Membership.objects.filter(person=gone, ended_at=None, part=LIAISON).values("group")
    rows = Membership.objects.filter(person=kept, ended_at=None, group__in=led).exclude(
        part=LIAISON
    )
    record["appointed"] = list(rows.values_list("pk", flat=True))
    Membership.objects.filter(pk__in=record["appointed"]).update(part=LIAISON)


def _part_parts(record: Record) -> None:
    rows = Membership.objects.filter(pk__in=record["appointed"], part=LIAISON)
    rows.update(part=Membership.Part.MEMBER)


def join_households(kept: Person, gone: Person, record: Record) -> None:
    """Who belongs to either registration is one household, so that it is never split and a child
    of either is reached."""
    record |= {"joined": None, "brought": []}
    if gone.household_id is None or gone.household_id == kept.household_id:
        return
    if kept.household_id is None:
        record["joined"] = gone.household_id
        Person.objects.filter(pk=kept.pk).update(household=gone.household_id)
        return
    others = Person.objects.filter(household=gone.household_id).exclude(pk=gone.pk)
    record["brought"] = list(others.order_by("pk").values_list("pk", flat=True))
    Person.objects.filter(pk__in=record["brought"]).update(household=kept.household_id)


def _part_households(kept: Person, gone: Person, record: Record) -> None:
    if record["joined"] is not None:
        Person.objects.filter(pk=kept.pk, household=record["joined"]).update(household=None)
    if record["brought"] and Household.objects.filter(members=gone).exists():
        brought = Person.objects.filter(pk__in=record["brought"], household=kept.household_id)
        brought.update(household=gone.household_id)


def newest_residence_first(kept: Person, gone: Person, record: Record) -> None:
    """Of two homes the one written last counts; the other stays with the one who is gone."""
    homes = {
        home.person_id: home
        for home in Whereabouts.objects.filter(person__in=(kept, gone), kind="residence")
    }
    record["swapped"] = []
    if len(homes) == 2 and homes[gone.pk].recorded_at > homes[kept.pk].recorded_at:
        record["swapped"] = [homes[kept.pk].pk, homes[gone.pk].pk]
        record["newer"] = homes[gone.pk].recorded_at.isoformat()
        _swap_residences(*record["swapped"])


def part_residences(record: Record) -> None:
    """Give each its home back, unless one is gone or the person has moved since."""
    if not (pair := record["swapped"]):
        return
    homes = Whereabouts.objects.filter(kind="residence")
    newer = homes.filter(pk=pair[1], recorded_at=datetime.fromisoformat(record["newer"]))
    if newer.exists() and homes.filter(pk=pair[0]).exists():
        _swap_residences(*pair)


def _swap_residences(one: int, other: int) -> None:
    """A person has one residence at any moment, so one of the two steps aside meanwhile."""
    rows = Whereabouts.objects
    owner, other_owner = (rows.values_list("person", flat=True).get(pk=pk) for pk in (one, other))
    rows.filter(pk=other).update(kind=_SPARE_KIND)
    rows.filter(pk=one).update(person=other_owner)
    rows.filter(pk=other).update(person=owner, kind="residence")
