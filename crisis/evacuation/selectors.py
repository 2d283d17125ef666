"""Reading manifests: rows, hash, and what differs between two versions."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.kernel import clock
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.rows import FIELDS, Row, entries_of, hash_of, row_of
from crisis.evacuation.states import ReleaseState
from crisis.incidents.models import Incident
from crisis.transports.models import Transport

CHUNK = 500
_COMPARED = ("priority", *(name for name in FIELDS if name != "legs"))


def rows_of(manifest: Manifest, *, transport: Transport | None = None) -> Iterator[Row]:
    """The manifest's rows by position, a few hundred in memory at a time; of one transport, those
    who take it, with the class of place that they have there."""
    entries = entries_of(manifest)
    if transport is None:
        return (row_of(entry) for entry in entries.iterator(chunk_size=CHUNK))
    entries = entries.filter(legs__transport=transport)
    rows = (row_of(entry) for entry in entries.iterator(chunk_size=CHUNK))
    return (_aboard(row, transport) for row in rows)


def _aboard(row: Row, transport: Transport) -> Row:
    row.data["place_class"] = dict(row.legs)[transport.pk]
    return row


def transports_of(manifest: Manifest) -> list[Transport]:
    """The transports that this version lists people on, by departure."""
    listed = Transport.objects.filter(listed__entry__manifest=manifest).distinct()
    return list(listed.select_related("origin", "destination").order_by("departs_at", "pk"))


def last_sealed(incident_id: int) -> Manifest | None:
    """The newest sealed version of an incident's manifest: the one that holds."""
    sealed = Manifest.objects.filter(incident=incident_id, state=Manifest.State.SEALED)
    return sealed.order_by("-version").first()


def people_listed(incident: Incident, transport: Transport | None = None) -> int:
    """How many stand on the newest version, or on one transport of it."""
    newest = Manifest.objects.filter(incident=incident).order_by("-version").first()
    if newest is None:
        return 0
    entries = newest.entries
    return (entries.filter(legs__transport=transport) if transport else entries).count()


def live_releases(incident: Incident) -> QuerySet[Release]:
    """What may be handed out to receivers outside the mainland at this moment."""
    given = Release.objects.filter(incident=incident, state=ReleaseState.RELEASED)
    return given.filter(valid_until__gt=clock.now()).select_related("transport")


def content_hash(manifest: Manifest) -> str:
    """What the seal says, or would say, about the rows as they stand."""
    return hash_of(rows_of(manifest))


def is_intact(manifest: Manifest) -> bool:
    """Whether a sealed manifest's rows are still those that were sealed; of people who were erased
    since, whether their places are, and nothing else has changed."""
    if manifest.state != Manifest.State.SEALED:
        return False
    erased = manifest.erasures.last()
    return content_hash(manifest) == (erased.content_hash if erased else manifest.content_hash)


@dataclass(frozen=True, slots=True)
class Change:
    """One person who is on both versions, with what differs: (heading, before, after). `moved`:
    they take other transports, or sit in another class of place."""

    before: Row
    after: Row
    fields: list[tuple[str, str, str]]
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """A transport that leaves at another time; `people` who were and are on it."""

    number: str
    before: str
    after: str
    people: int


@dataclass(frozen=True, slots=True)
class Difference:
    """From `old` to `new`. A new place in the order alone is no change, and a transport's new time
    is one line, however many take it."""

    old: Manifest
    new: Manifest
    added: list[Row]
    removed: list[Row]
    changed: list[Change]
    rescheduled: list[Rescheduled]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.rescheduled)

    @property
    def moved(self) -> list[Change]:
        return [change for change in self.changed if change.moved]

    def summary(self) -> str:
        """«+2 −1 ~3», and how many of the changed have another seat."""
        figures = f"+{len(self.added)} −{len(self.removed)} ~{len(self.changed)}"
        if not self.moved:
            return figures
        return _("%(figures)s（其中改换行程或席位 %(moved)s 人）") % {
            "figures": figures,
            "moved": len(self.moved),
        }

    def lines(self) -> list[str]:
        """The difference in words: + added, − removed, ~ changed."""
        return [
            *(self._rescheduled(one) for one in self.rescheduled),
            *(f"+ {who(row)}" for row in self.added),
            *(f"− {who(row)}" for row in self.removed),
            *(f"~ {who(change.after)}：{what(change)}" for change in self.changed),
        ]

    @staticmethod
    def _rescheduled(one: Rescheduled) -> str:
        return _("~ %(number)s：出发 %(before)s → %(after)s（%(people)s 人）") % {
            "number": one.number,
            "before": one.before,
            "after": one.after,
            "people": one.people,
        }


def difference(old: Manifest, new: Manifest) -> Difference:
    """What changed between two versions of one incident's manifest."""
    before = {row.person_ref: row for row in rows_of(old)}
    compare = _Comparison(parties=bool(old.plan_id and new.plan_id))
    added, changed = [], []
    for row in rows_of(new):
        former = before.pop(row.person_ref, None)
        if former is None:
            added.append(row)
        elif change := compare.change(former, row):
            changed.append(change)
    removed = list(before.values())
    return Difference(old, new, added, removed, changed, compare.rescheduled())


class _Comparison:
    """Compares rows of one person. `parties`: whether the numbers of parties mean the same on both
    versions, as they do where both were drawn from plans."""

    def __init__(self, *, parties: bool) -> None:
        self._labels = Labels()
        self._compared = ("party", *_COMPARED) if parties else _COMPARED
        self._times: Counter[tuple[str, str, str]] = Counter()

    def change(self, before: Row, after: Row) -> Change | None:
        fields = self._fields(before, after)
        travels = before.legs != after.legs
        if travels:
            fields.append(self._field("legs", before, after))
        else:
            self._note_times(before, after)
        moved = travels or before.text("place_class") != after.text("place_class")
        return Change(before, after, fields, moved) if fields else None

    def rescheduled(self) -> list[Rescheduled]:
        """Every transport among what was compared that leaves at another time."""
        return [Rescheduled(*times, people) for times, people in sorted(self._times.items())]

    def _fields(self, before: Row, after: Row) -> list[tuple[str, str, str]]:
        fields = (self._field(name, before, after) for name in self._compared)
        return [(name, was, now) for name, was, now in fields if was != now]

    def _field(self, name: str, before: Row, after: Row) -> tuple[str, str, str]:
        cell = self._labels.cell
        return self._labels.headings[name], cell(before, name), cell(after, name)

    def _note_times(self, before: Row, after: Row) -> None:
        legs = zip(before.data.get("legs", []), after.data.get("legs", []), strict=False)
        for was, now in legs:
            if was["departs_at"] != now["departs_at"]:
                self._times[now["number"], _clock(was), _clock(now)] += 1


def _clock(leg: dict[str, Any]) -> str:
    return str(leg["departs_at"])[: len("2024-12-17T19:00")].replace("T", " ")


def who(row: Row) -> str:
    """A person in a line of the difference."""
    names = [row.text("name"), row.text("passport_name"), row.text("document_number")]
    return " ".join(filter(None, names)) or f"#{row.person_ref}"


def what(change: Change) -> str:
    """What changed of a person, in words."""
    nothing = _("无")
    return "；".join(
        f"{name} {was or nothing} → {now or nothing}" for name, was, now in change.fields
    )
