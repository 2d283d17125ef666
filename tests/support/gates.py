"""What happens at a gate, in few words."""

import itertools
from datetime import date, timedelta
from typing import Any

from config.kernel import clock
from crisis.boarding.models import Passage
from crisis.boarding.services import Scan, issue_pack
from crisis.boarding.states import ScanKind
from crisis.rollcall.models import Standing
from registry.drafts import document_index

_numbers = itertools.count()


def paper(number: str, spelling: str = "", **more: Any) -> dict[str, Any]:
    """A passport that is good until 2030, as columns of a person."""
    return {
        "document_kind": "passport",
        "document_number": number,
        "document_index": document_index(number),
        "document_expires_on": date(2030, 1, 1),
        "passport_name": spelling,
        "nationality": "CN",
        **more,
    }


def pack_for(gate: Any, name: str) -> Any:
    """Another pack of this gate's version, with its secrets."""
    return issue_pack(
        manifest=gate.manifest, transport=gate.flight, gate=name, planner=gate.planner
    )


def scan(person: Any = None, kind: Any = ScanKind.BOARDED, ago_s: float = 0, **more: Any) -> Scan:
    """One act, with a key of its own unless it is given one."""
    key = more.pop("key", f"scan-key-{next(_numbers):06}")
    at = clock.now() - timedelta(seconds=ago_s)
    return Scan(key=key, kind=kind, at=at, person_ref=person.pk if person else None, **more)


def state(gate: Any, person: Any) -> str | None:
    found = Passage.objects.filter(transport=gate.flight, person_ref=person.pk).first()
    return found.state if found else None


def movement(person: Any) -> str:
    return Standing.objects.get(person_ref=person.pk).movement
