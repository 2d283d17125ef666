"""Deterministic synthetic people: the same count, seed, focus and moment give the same people.

Only the nonces of the encryption differ from run to run. Everyone lives near a real city; a
focus country gets exactly the number asked for, counted by whereabouts that count at the moment
of reference.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from registry.bulk import insert_rows
from registry.countries import is_country
from registry.models import ContactPoint, EmergencyContact, Household, Person, Whereabouts
from registry.pinyin import name_keys
from registry.places import cities_of
from registry.services.current import settle_new
from registry.synthetic.maker import Chunk, Maker

Progress = Callable[[int], None]


def generate_people(
    *,
    count: int,
    seed: int,
    focus: Mapping[str, int] | None = None,
    at: datetime,
    progress: Progress | None = None,
) -> int:
    """Write `count` people and return their number; `at` (aware UTC) is the moment of reference.

    `focus` maps a country to the exact number of people whose counting whereabouts is there at
    `at`; everybody else is in no focus country. `progress` is called with the number written so
    far. Raises DomainError bad_focus, unknown_country or already_generated.
    """
    wanted = dict(focus or {})
    check_numbers(count, wanted)
    _check_seed(seed)
    written = 0
    maker = Maker(seed=seed, at=at, focus=wanted, earlier=Person.objects.count())
    for chunk in maker.chunks(count):
        _write(chunk, at)
        written += len(chunk.people)
        if progress:
            progress(written)
    return written


def check_numbers(count: int, focus: Mapping[str, int]) -> None:
    """Raises DomainError bad_focus or unknown_country, without asking the database."""
    for country, number in focus.items():
        if not is_country(country) or not cities_of(country):
            sentence = _("没有“%(code)s”的城市数据。")
            raise DomainError("unknown_country", sentence % {"code": country})
        if number < 0:
            raise DomainError("bad_focus", _("人数不能为负。"))
    if count < sum(focus.values()):
        raise DomainError("bad_focus", _("重点国家的人数之和超过了总人数。"))


def _check_seed(seed: int) -> None:
    if Person.objects.filter(external_ref=f"synthetic:{seed}:1").exists():
        sentence = _("这个种子的人员已经生成过，请换一个种子。")
        raise DomainError("already_generated", sentence, {"seed": seed})


def _keys(row: Mapping[str, Any]) -> dict[str, str]:
    return name_keys(row["name"], row["passport_name"])._asdict()


@transaction.atomic
def _write(chunk: Chunk, at: datetime) -> None:
    homes = Household.objects.bulk_create([Household() for _family in chunk.households])
    home_of = {
        position: home.pk
        for home, positions in zip(homes, chunk.households, strict=True)
        for position in positions
    }
    people = [
        row | {"household_id": home_of.get(n)} | _keys(row) for n, row in enumerate(chunk.people)
    ]
    insert_rows(Person, people)
    refs = [row["external_ref"] for row in people]
    id_of = dict(Person.objects.filter(external_ref__in=refs).values_list("external_ref", "pk"))
    for model, rows in (
        (Whereabouts, chunk.whereabouts),
        (ContactPoint, chunk.contacts),
        (EmergencyContact, chunk.emergency),
    ):
        insert_rows(model, [{"person_id": id_of[refs[position]], **row} for position, row in rows])
    settle_new(id_of.values(), at)
