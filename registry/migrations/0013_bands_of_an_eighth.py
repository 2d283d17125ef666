"""`band` is floor(latitude × 8) from here on, ×20 before: a small search looks into fewer strips.

Stop every process before it: code of before and rows of after do not find each other, and nobody
would be told (docs/operations.md). In pieces, so that no transaction holds a million rows; a
stopped migration is run again from its start. `strip` follows by itself.
"""

from typing import Any

from django.db import migrations
from django.db.models import F, Max
from django.db.models.functions import Floor

_PIECE = 50_000  # rows
BEFORE, NOW = 20, 8


def number_bands(apps: Any, *, per_degree: int) -> None:
    places = apps.get_model("registry", "Whereabouts").objects
    last = places.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, _PIECE):
        piece = places.filter(pk__range=(first, first + _PIECE - 1), latitude__isnull=False)
        piece.update(band=Floor(F("latitude") * per_degree))


def widen(apps: Any, schema_editor: Any) -> None:
    number_bands(apps, per_degree=NOW)


def narrow(apps: Any, schema_editor: Any) -> None:
    number_bands(apps, per_degree=BEFORE)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registry", "0012_consent_for_partners")]

    operations = [migrations.RunPython(widen, narrow)]
