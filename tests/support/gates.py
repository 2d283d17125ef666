"""What happens at a gate, in few words."""

import itertools
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from config.kernel import clock
from crisis.boarding.models import Passage
from crisis.boarding.services import Scan, issue_pack
from crisis.boarding.states import ScanKind
from crisis.rollcall.models import Standing
from registry.drafts import document_index
from tests.support.evacuating import (
    make_home,
    make_incident,
    make_operation,
    make_transport,
    seal_on,
    stand,
)

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


def make_gate(post: Any, officer: Any, planner: Any) -> Any:
    """`wang`, `child`, `li` on `flight` by `manifest`; `outside` is in the incident and not on
    it; `issued` is a pack for gate A with its two secrets."""
    incident = make_incident(post, officer)
    home = make_home()
    found = SimpleNamespace(
        incident=incident,
        planner=planner,
        wang=stand(incident, "王小明", household=home, **paper("E12345678", "WANG/XIAOMING")),
        child=stand(
            incident, "王宝宝", household=home, birth_date=date(2016, 3, 8), **paper("E12345679")
        ),
        li=stand(incident, "李强", needs=["wheelchair"], **paper("E22345678", "LI/QIANG")),
        outside=stand(incident, "赵外", **paper("E32345678")),
    )
    found.operation = make_operation(incident, planner)
    found.flight = make_transport(found.operation)
    found.people = [found.wang, found.child, found.li]
    found.manifest = seal_on(incident, found.flight, found.people, planner)
    found.issued = pack_for(found, "A")
    found.pack = found.issued.pack
    return found
