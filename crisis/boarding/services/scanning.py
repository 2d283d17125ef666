"""Taking in what gates recorded: in any order, late, and as often as it is sent."""

import re
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from config.kernel import audit, clock
from config.kernel.text import clean
from crisis.boarding.models import GatePack, GateScan, WalkIn
from crisis.boarding.selectors import listed, newest_sealed, not_seen
from crisis.boarding.services import passages
from crisis.boarding.states import RefusalReason, ScanKind
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Transport

KEY = re.compile(r"[A-Za-z0-9_-]{8,40}\Z")
NAME, DOCUMENT, NOTE, BY, CODE = 80, 40, 300, 150, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWalkIn:
    """Somebody who is on no list. `key` is the gate's own; it may come with each of their scans."""

    key: str
    name: str = ""
    document: str = ""
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One act at a gate: of a listed person, or of a walk-in. `key` is made where it is recorded;
    `at` is when it happened (UTC)."""

    key: str
    kind: ScanKind
    at: datetime
    person_ref: int | None = None
    walk_in: NewWalkIn | None = None
    reason: str = ""
    note: str = ""
    recorded_by: str = ""


@dataclass(slots=True)
class Taken:
    """What became of scans that were sent, by key: written now, or known already; held for a
    planner; not to be used, with a code that says why."""

    written: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def take_scans(*, pack: GatePack, scans: list[Scan]) -> Taken:
    """Write what a gate recorded by its pack, and fold it. Repeats change nothing; the order in
    which scans arrive, from however many gates, does not either.

    What was recorded by a pack that was over, or arrives after the pack was taken back, is kept and
    held (`accept_held`). A scan that cannot be used is named in `refused` and costs the others
    nothing. A time before the pack was issued, or in the future, is put right.
    """
    taken = _take_by(pack, scans) if scans else Taken()
    GatePack.objects.filter(pk=pack.pk).update(heard_at=clock.now())
    return taken


@transaction.atomic
def _take_by(pack: GatePack, scans: list[Scan]) -> Taken:
    transport = passages.lock(pack.transport_id)
    pack.refresh_from_db()
    people = set(listed(pack.manifest, transport).values_list("person_ref", flat=True))
    return _take(transport, scans, pack=pack, allowed=people)


@transaction.atomic
def record_scans(*, transport: Transport, scans: list[Scan], planner: User) -> Taken:
    """The same by an officer at a desk, of whoever is on the newest sealed version.

    Raises DomainError forbidden, not_found.
    """
    demand(planner, Capability.PLAN, transport.operation.incident.post)
    transport = passages.lock(transport.pk)
    newest = newest_sealed(transport)
    rows = listed(newest, transport) if newest else ()
    people = {row.person_ref for row in rows}
    return _take(transport, scans, pack=None, allowed=people, by=planner.username)


def mark_no_shows(*, transport: Transport, planner: User) -> Taken:
    """Everybody who is listed and of whom no gate has said anything did not come.

    Raises DomainError forbidden, not_found.
    """
    now = clock.now()
    scans = [
        Scan(key=uuid.uuid4().hex, kind=ScanKind.NO_SHOW, at=now, person_ref=person)
        for person in not_seen(transport)
    ]
    return record_scans(transport=transport, scans=scans, planner=planner)


@transaction.atomic
def accept_held(*, pack: GatePack, planner: User) -> int:
    """What was held of a pack counts from now on; returns how many scans.

    Raises DomainError forbidden, not_found.
    """
    demand(planner, Capability.PLAN, pack.manifest.incident.post)
    transport = passages.lock(pack.transport_id)
    held = list(pack.scans.filter(held=True).select_related("walk_in"))
    GateScan.objects.filter(pk__in=[scan.pk for scan in held]).update(held=False)
    _follow(transport, held, f"pack:{pack.pk}")
    audit.record(
        actor=planner.username,
        act="boarding.held_accepted",
        subject=f"transport:{transport.pk}",
        pack=pack.pk,
        scans=len(held),
    )
    return len(held)


def _take(
    transport: Transport,
    scans: Iterable[Scan],
    *,
    pack: GatePack | None,
    allowed: Collection[int],
    by: str = "",
) -> Taken:
    taken, fresh = Taken(), {}
    unique = {scan.key: scan for scan in scans}
    known = GateScan.objects.filter(key__in=unique).values_list("key", flat=True)
    taken.known = sorted(known)
    for key in sorted(set(unique) - set(taken.known)):
        if code := _wrong(unique[key], allowed):
            taken.refused[key] = code
        else:
            fresh[key] = unique[key]
    rows = _write(transport, fresh.values(), pack, by)
    taken.held = [row.key for row in rows if row.held]
    taken.written = [row.key for row in rows if not row.held]
    _follow(transport, [row for row in rows if not row.held], by or f"pack:{pack and pack.pk}")
    if rows or taken.refused:
        _note(transport, taken, pack, by)
    return taken


def _wrong(scan: Scan, allowed: Collection[int]) -> str:
    """Why a scan cannot be used; empty where it can."""
    keys = [scan.key, *([scan.walk_in.key] if scan.walk_in else [])]
    if not all(KEY.match(key) for key in keys):
        return "bad_key"
    if scan.kind not in ScanKind.values:
        return "bad_kind"
    if scan.reason not in ("", *RefusalReason.values):
        return "bad_reason"
    if (scan.person_ref is None) == (scan.walk_in is None):
        return "nobody"
    if scan.person_ref is not None and scan.person_ref not in allowed:
        return "not_listed"
    return ""


def _write(
    transport: Transport, scans: Collection[Scan], pack: GatePack | None, by: str
) -> list[GateScan]:
    walk_ins = _walk_ins(transport, scans, pack)
    rows = [
        GateScan(
            transport=transport,
            pack=pack,
            key=scan.key,
            kind=scan.kind,
            person_ref=scan.person_ref,
            walk_in=walk_ins[scan.walk_in.key] if scan.walk_in else None,
            reason=_reason(scan),
            note=clean(scan.note)[:NOTE],
            recorded_by=by or clean(scan.recorded_by)[:BY],
            at=(at := _at(scan, pack)),
            received_at=clock.now(),
            held=pack is not None and (pack.revoked_at is not None or at > pack.expires_at),
        )
        for scan in scans
    ]
    return GateScan.objects.bulk_create(rows)


def _walk_ins(
    transport: Transport, scans: Collection[Scan], pack: GatePack | None
) -> dict[str, WalkIn]:
    """Each written once; the same key at another operation's gate is somebody else."""
    wanted = {scan.walk_in.key: (scan.walk_in, scan) for scan in scans if scan.walk_in}
    rows = {}
    for key, (told, scan) in sorted(wanted.items()):
        rows[key], _new = WalkIn.objects.get_or_create(
            key=f"{transport.operation_id}:{key}",
            defaults={
                "operation_id": transport.operation_id,
                "name": clean(told.name)[:NAME],
                "document": clean(told.document)[:DOCUMENT],
                "note": clean(told.note)[:NOTE],
                "code": clean(told.code)[:CODE],
                "captured_at": _at(scan, pack),
            },
        )
    return rows


def _reason(scan: Scan) -> str:
    if scan.kind != ScanKind.REFUSED:
        return ""
    return scan.reason or RefusalReason.OTHER


def _at(scan: Scan, pack: GatePack | None) -> datetime:
    """Nothing is recorded in the future, nor by a pack before there is one."""
    at = min(scan.at, clock.now())
    return max(at, pack.issued_at) if pack else at


def _follow(transport: Transport, rows: Collection[GateScan], by: str) -> None:
    """Fold whom these scans touch, and tell the roll call."""
    if not rows:
        return
    people = {person for row in rows if (person := passages.person_of(row))}
    walk_ins = {row.walk_in_id for row in rows if row.walk_in_id and not passages.person_of(row)}
    passages.refold(transport.pk, people=people, walk_ins=walk_ins)
    passages.tell_roll_call(transport, rows, by)


def _note(transport: Transport, taken: Taken, pack: GatePack | None, by: str) -> None:
    audit.record(
        actor=by or f"pack:{pack and pack.pk}",
        act="boarding.scans_taken",
        subject=f"transport:{transport.pk}",
        pack=pack and pack.pk,
        written=len(taken.written),
        held=len(taken.held),
        refused=len(taken.refused),
    )
