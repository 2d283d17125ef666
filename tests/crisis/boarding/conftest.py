"""A gate in Port Vila: the family Wang and 李 on one flight, by a sealed manifest."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.evacuating import (
    make_home,
    make_incident,
    make_operation,
    make_transport,
    seal_on,
    stand,
)
from tests.support.gates import pack_for, paper


@pytest.fixture
def gate(held_clock: Any, post: Any, officer: Any, planner: Any) -> Any:
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
