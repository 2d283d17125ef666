"""What a phone sends, read without trust: one scan that makes no sense costs the others nothing."""

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.boarding.models import GatePack
from crisis.boarding.selectors import listed
from crisis.boarding.services.scanning import NewWalkIn, Scan
from crisis.boarding.states import ScanKind

# A pack lasts three days; what is older than this says nothing true of its age.
OLDEST = timedelta(days=30)
AT_A_TIME = 500
NOBODY = -1


def read_body(body: bytes) -> dict[str, Any]:
    """Raises DomainError bad_body."""
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise DomainError("bad_body", _("收到的内容无法识别。"))
    return told


def secrets_of(told: Mapping[str, Any]) -> dict[str, str]:
    """The two secrets of a pack, for `enter` and `open_pack`."""
    return {"token": _text(told.get("token")), "word": _text(told.get("word"))}


def read_scans(told: Mapping[str, Any], pack: GatePack) -> list[Scan]:
    """Scans of a body, people by their position on the pack's manifest.

    A phone tells how many real seconds ago something happened, and not when, because clocks of
    phones are wrong. A position that is nobody's is left for take_scans to refuse.
    """
    items = told.get("scans")
    items = items[:AT_A_TIME] if isinstance(items, list) else []
    entries = listed(pack.manifest, pack.transport).select_related(None)
    places = dict(entries.values_list("position", "person_ref"))
    now = clock.now()
    return [_scan(item, places, now) for item in items if isinstance(item, dict)]


def _scan(item: Mapping[str, Any], places: Mapping[int, int], now: datetime) -> Scan:
    walk_in, position = item.get("walk_in"), item.get("position")
    known = places.get(position, NOBODY) if isinstance(position, int) else NOBODY
    return Scan(
        key=_text(item.get("key")),
        kind=_kind(item.get("kind")),
        at=now - _age(item.get("age_s")),
        person_ref=None if isinstance(walk_in, dict) else known,
        walk_in=_walk_in(walk_in) if isinstance(walk_in, dict) else None,
        reason=_text(item.get("reason")),
        note=_text(item.get("note")),
        recorded_by=_text(item.get("by")),
    )


def _walk_in(told: Mapping[str, Any]) -> NewWalkIn:
    names = ("key", "name", "document", "note", "code")
    return NewWalkIn(**{name: _text(told.get(name)) for name in names})


def _kind(value: object) -> Any:
    """As it came where it is none: take_scans refuses it by its key."""
    return ScanKind(value) if value in ScanKind.values else _text(value)


def _age(value: object) -> timedelta:
    """Real seconds; a drill's clock runs faster."""
    number = float(value) if isinstance(value, int | float) else 0.0
    real = min(max(number, 0.0), OLDEST.total_seconds()) if math.isfinite(number) else 0.0
    return timedelta(seconds=real * clock.speed())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
