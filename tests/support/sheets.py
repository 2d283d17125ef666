"""Sheets of manifests that were never in a database, for the formats that write them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.profiles import PROFILES
from crisis.evacuation.rows import Row
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.transports.models import Place, Transport
from crisis.transports.states import TransportKind
from registry.models import Post

SEALED_AT = datetime(2024, 12, 17, 3, 5, tzinfo=UTC)
CONTENT_HASH = "0123456789abcdef" * 4
PERSON: dict[str, Any] = {
    "name": "王小明",
    "passport_name": "WANG/XIAOMING",
    "sex": "M",
    "birth_date": "1985-03-08",
    "nationality": "CN",
    "document_kind": "passport",
    "document_number": "E12345678",
    "document_expires_on": "2030-05-01",
    "phone": "+8613800138000",
    "needs": [],
    "condition": "safe",
    "movement": "in_area",
    "place_class": "seat",
    "legs": [],
    "reasons": [["wants_out", None]],
}


def make_row(position: int, party: int | None = None, **data: Any) -> Row:
    return Row(position, 1000 + position, party or position, "adult", PERSON | data)


def make_sheet(
    rows: Iterable[Row],
    profile: str = "ministry",
    *,
    sealed: bool = True,
    transport: Transport | None = None,
) -> Sheet:
    post = Post(
        code="VLI",
        name_zh="驻瓦努阿图使馆",
        name_en="Embassy of China in Vanuatu",
        duty_phone="+6787700123",
        time_zone="Pacific/Efate",
    )
    seal = {"state": "sealed", "sealed_at": SEALED_AT, "content_hash": CONTENT_HASH}
    manifest = Manifest(
        pk=7,
        incident=Incident(pk=12, title="维拉港地震", post=post),
        version=3,
        drafted_at=SEALED_AT - timedelta(hours=1),
        **({**seal, "sealed_by": User(display_name="李领事")} if sealed else {}),
    )
    return Sheet(manifest, PROFILES[profile], transport, Labels(), iter(rows))


def make_flight(**fields: Any) -> Transport:
    """MU9001 from Port Vila (UTC+11) to Suva (UTC+12): 19:00 to 22:10 on the clocks there."""
    vila = Place(name_zh="维拉港机场", code="VLI", country="VU", time_zone="Pacific/Efate")
    suva = Place(name_zh="苏瓦安置点", code="SUV", country="FJ", time_zone="Pacific/Fiji")
    told = {
        "pk": 8,
        "kind": TransportKind.FLIGHT,
        "number": "MU9001",
        "carrier": "中国东方航空",
        "carrier_code": "MU",
        "origin": vila,
        "destination": suva,
        "departs_at": datetime(2024, 12, 17, 8, 0, tzinfo=UTC),
        "arrives_at": datetime(2024, 12, 17, 10, 10, tzinfo=UTC),
    }
    return Transport(**{**told, **fields})


def many_rows(count: int) -> Iterator[Row]:
    """Rows as long as real ones, in parties of three."""
    for position, _ in enumerate(repeat(None, count), start=1):
        yield make_row(position, (position + 2) // 3, needs=["wheelchair"] if position % 9 else [])
