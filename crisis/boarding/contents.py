"""What a pack hands to a phone: as little of each person as a gate needs, as codes that the page
puts into words.

No telephone, no health, no photograph, no reference into the registry: a person is their position
on the manifest.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.kernel import clock
from crisis.boarding.checks import Passenger, checks, is_of_age
from crisis.boarding.models import GatePack, Passage
from crisis.boarding.selectors import listed, newest_sealed
from crisis.evacuation.exports.codes import gate_code, party_code
from crisis.evacuation.models import Manifest, ManifestEntry, ManifestLeg
from crisis.evacuation.rows import Row, row_of
from crisis.transports.models import Place, Transport
from crisis.transports.states import TransportStatus

ESSENTIALS = (
    "name", "passport_name", "sex", "birth_date", "nationality", "document_kind",
    "document_number", "document_expires_on", "needs",
)  # fmt: skip


def contents(pack: GatePack) -> dict[str, Any]:
    """Everything for a phone, to be encrypted there; times are UTC in ISO 8601."""
    transport = pack.transport
    entries = list(listed(pack.manifest, transport))
    return {
        "pack": {
            "id": pack.pk,
            "gate": pack.gate,
            "version": pack.manifest.version,
            "hash": pack.manifest.content_hash[:12],
            "issued_at": _iso(pack.issued_at),
            # How long, and not until when: the phone's clock may be wrong.
            "lasts_s": _real_seconds(pack.expires_at),
        },
        "transport": _transport(transport),
        "people": _people(pack, entries),
        "parties": _parties(pack, entries),
        **news(pack),
    }


def news(pack: GatePack) -> dict[str, Any]:
    """What changes while a gate works: where each stands by all gates, and what its list misses.
    A pack that is over hears only that it is."""
    told = {"now": _iso(clock.now()), "speed": clock.speed(), "notices": notices(pack)}
    if pack.revoked_at is not None or pack.expires_at <= clock.now():
        return told
    rows = Passage.objects.filter(transport=pack.transport_id, person_ref__isnull=False)
    stands = {person: [state, _iso(at)] for person, state, at in
              rows.values_list("person_ref", "state", "at")}  # fmt: skip
    entries = listed(pack.manifest, pack.transport).select_related(None)
    places = entries.values_list("position", "person_ref")
    return told | {
        "states": {position: stands[ref] for position, ref in places if ref in stands},
    }


def notices(pack: GatePack) -> list[dict[str, Any]]:
    """What the gate has to be told of its own pack, the gravest first."""
    found: list[dict[str, Any]] = []
    if pack.revoked_at is not None:
        found.append({"code": "revoked"})
    elif pack.expires_at <= clock.now():
        found.append({"code": "expired"})
    if pack.transport.status == TransportStatus.CANCELLED:
        found.append({"code": "cancelled"})
    newest = newest_sealed(pack.transport)
    if newest is not None and newest.version > pack.manifest.version:
        found.append({"code": "stale", "version": newest.version, **_changed(pack, newest)})
    return found


def _changed(pack: GatePack, newest: Manifest) -> dict[str, int]:
    before, after = (
        set(listed(manifest, pack.transport).values_list("person_ref", flat=True))
        for manifest in (pack.manifest, newest)
    )
    return {"added": len(after - before), "removed": len(before - after)}


# -- people ------------------------------------------------------------------------------------


def _people(pack: GatePack, entries: Sequence[ManifestEntry]) -> list[dict[str, Any]]:
    legs = ManifestLeg.objects.filter(entry__manifest=pack.manifest, transport=pack.transport)
    places = dict(legs.values_list("entry", "place_class"))
    rows = [(row_of(entry), places[entry.pk]) for entry in entries]
    day = _day_of(pack.transport)
    grown = {row.party for row, _place in rows if is_of_age(row.data, day)}
    return [_person(row, place, row.party in grown, day) for row, place in rows]


def _person(row: Row, place: str, with_adult: bool, day: date) -> dict[str, Any]:
    return {
        "position": row.position,
        "party": row.party,
        "place": place,
        "checks": checks(Passenger(row.data, place, with_adult), day),
        **{name: row.data.get(name) or "" for name in ESSENTIALS},
    }


def _parties(pack: GatePack, entries: Iterable[ManifestEntry]) -> dict[str, list[int]]:
    """Codes to positions, one for a person, several for a party: those of this version, and those
    of earlier ones, which people still have in their hands."""
    here = {entry.person_ref: entry.position for entry in entries}
    codes: dict[str, list[int]] = defaultdict(list)
    for manifest, entry in _sealed_entries(pack, list(here)):
        codes[gate_code(manifest, entry)].append(here[entry.person_ref])
        codes[party_code(manifest, entry)].append(here[entry.person_ref])
    return dict(codes)


def _sealed_entries(pack: GatePack, people: Sequence[int]) -> list[tuple[Manifest, ManifestEntry]]:
    sealed = Manifest.objects.filter(
        incident=pack.manifest.incident_id, state=Manifest.State.SEALED
    ).in_bulk()
    entries = ManifestEntry.objects.filter(manifest__in=sealed, person_ref__among=people)
    slim = entries.only("manifest", "position", "party", "person_ref").order_by("position")
    return [(sealed[entry.manifest_id], entry) for entry in slim]


# -- transport and time ------------------------------------------------------------------------


def _transport(transport: Transport) -> dict[str, Any]:
    return {
        "number": transport.number,
        "kind": transport.kind,
        "origin": _place(transport.origin),
        "destination": _place(transport.destination),
        "departs_at": _iso(transport.departs_at),
        "departs_local": _local(transport.departs_at, transport.origin),
        "seats": {kind.value: places for kind, places in transport.capacity.items()},
    }


def _place(place: Place) -> dict[str, str]:
    return {"zh": place.name_zh, "en": place.name_en or place.name_zh, "code": place.code}


def _local(moment: datetime, place: Place) -> str:
    """By the clock on the wall of the place, with its offset, so that it is taken for no other."""
    there = moment.astimezone(ZoneInfo(place.time_zone))
    return there.strftime("%m-%d %H:%M (UTC%z)")


def _day_of(transport: Transport) -> date:
    return transport.departs_at.astimezone(ZoneInfo(transport.origin.time_zone)).date()


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _real_seconds(moment: datetime) -> int:
    """A phone counts real seconds, also while a drill's clock runs fast."""
    return max(0, int((moment - clock.now()).total_seconds() / clock.speed()))
