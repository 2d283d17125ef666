"""Draws households one after the other, until every country has its number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from registry.addresses import address_index
from registry.models import WhereaboutsKind
from registry.synthetic.families import Member, draw_household, person_row
from registry.synthetic.names import chinese_name, surname
from registry.synthetic.phones import Numbers
from registry.synthetic.world import Spot, World, just_over, long_over, under_way

CHUNK = 2_000
OPENID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
RELATIONS = (("父亲", "M"), ("母亲", "F"), ("兄弟", "M"), ("姐妹", "F"), ("朋友", "F"))

# Shares of those with an address at all, of households, and of people.
WITH_PHONE, WITH_WECHAT, WITH_SECOND, WITH_EMAIL, UNPROVEN = 0.93, 0.62, 0.04, 0.25, 0.015
VISITING, TRAVELLING, TRAVELLED, RETURNED = 0.12, 0.05, 0.04, 0.01
UNREACHABLE, SHARING = 0.03, 0.05
# Beside those counted in a focus country, one resident in so many is away on a trip.
AWAY_FROM_FOCUS = 40

Leg = tuple[Spot, dict[str, datetime]]
# (position of its person in the chunk, columns of the row)
Owned = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class Chunk:
    """Columns of rows that are written together; numbers are positions in `people`."""

    people: list[dict[str, Any]] = field(default_factory=list)
    households: list[list[int]] = field(default_factory=list)
    whereabouts: list[Owned] = field(default_factory=list)
    contacts: list[Owned] = field(default_factory=list)
    emergency: list[Owned] = field(default_factory=list)


class Maker:
    """Who is drawn depends on seed, moment, focus and, for their numbers, on `earlier` people."""

    def __init__(
        self, *, seed: int, at: datetime, focus: Mapping[str, int], earlier: int = 0
    ) -> None:
        self.rng = Random(seed)  # noqa: S311 (nothing here is secret)
        self.seed, self.at, self.focus, self.earlier = seed, at, dict(focus), earlier
        self.world = World(self.rng, self.focus)
        self.numbers = Numbers(first=earlier)
        self.made = 0

    def chunks(self, count: int) -> Iterator[Chunk]:
        """`count` people; those of the focus countries first."""
        chunk = Chunk()
        rest = count - sum(self.focus.values())
        absent = sum(self.focus.values()) / AWAY_FROM_FOCUS / rest if rest else 0.0
        quotas: list[tuple[str | None, int]] = [*self.focus.items(), (None, rest)]
        for country, number in quotas:
            end = self.made + number
            while self.made < end:
                self._household(chunk, country, end - self.made, absent)
                if len(chunk.people) >= CHUNK:
                    yield chunk
                    chunk = Chunk()
        if chunk.people:
            yield chunk

    def _household(self, chunk: Chunk, country: str | None, room: int, absent: float) -> None:
        city = self.world.within(country) if country else self.world.elsewhere()
        members = draw_household(self.rng, room)
        family = surname(self.rng)
        first = len(chunk.people)
        for member in members:
            self._person(chunk, member, family, city.country)
        positions = list(range(first, len(chunk.people)))
        if len(members) > 1:
            chunk.households.append(positions)
        home = self.world.residence(city)
        if country:
            residence, leg = self._in_focus(home)
        else:
            residence, leg = self._abroad(home, absent)
        self._places(chunk, positions, residence, leg)
        self._addresses(chunk, positions, members, city.country, family)

    def _person(self, chunk: Chunk, member: Member, family: tuple[str, str], country: str) -> None:
        self.made += 1
        row = person_row(
            self.rng,
            member,
            family=family,
            country=country,
            at=self.at,
            number=self.earlier + self.made,
        )
        row["external_ref"] = f"synthetic:{self.seed}:{self.made}"
        chunk.people.append(row)

    # -- where -----------------------------------------------------------------------------------

    def _in_focus(self, home: Spot) -> tuple[Spot, Leg | None]:
        """Residents, and visitors on a trip that has begun."""
        if self.rng.random() < VISITING:
            lives = self.world.residence(self.world.elsewhere())
            return lives, (home, under_way(self.rng, self.at))
        return home, None

    def _abroad(self, home: Spot, absent: float) -> tuple[Spot, Leg | None]:
        """People outside the focus countries, some of whom live there and are away."""
        rng, away = self.rng, self._trip_spot()
        if rng.random() < absent:
            country = rng.choice(sorted(self.focus))
            lives = self.world.residence(self.world.within(country))
            return lives, (away, under_way(rng, self.at))
        drawn = rng.random()
        for share, dates in (
            (TRAVELLING, under_way),
            (TRAVELLED, long_over),
            (RETURNED, just_over),
        ):
            if drawn < share:
                return home, (away, dates(rng, self.at))
            drawn -= share
        return home, None

    def _trip_spot(self) -> Spot:
        return self.world.around(self.world.elsewhere(), accuracy_m=2_000.0)

    def _places(self, chunk: Chunk, positions: list[int], residence: Spot, leg: Leg | None) -> None:
        """A household lives and travels together; a shared position is one person's own."""
        for position in positions:
            known = chunk.people[position]["registered_at"]
            home = residence.row(WhereaboutsKind.RESIDENCE, known)
            chunk.whereabouts.append((position, home))
            if leg:
                trip = leg[0].row(WhereaboutsKind.TRIP, known, **leg[1])
                chunk.whereabouts.append((position, trip))
        counting = leg[0] if leg and leg[1]["ends_at"] > self.at else residence
        if counting.latitude is not None and self.rng.random() < SHARING * len(positions):
            self._share(chunk, self.rng.choice(positions), counting)

    def _share(self, chunk: Chunk, position: int, near: Spot) -> None:
        """A position shared minutes to days ago; some are stale by now."""
        hours = self.rng.choice((0, 1, 5, 20, 60, 100))
        when = self.at - timedelta(hours=hours, minutes=self.rng.randint(1, 59))
        spot = Spot(near.country, near.city, near.latitude, near.longitude, 15.0)
        chunk.whereabouts.append((position, spot.row(WhereaboutsKind.SHARED, when)))

    # -- how to reach ----------------------------------------------------------------------------

    def _addresses(
        self,
        chunk: Chunk,
        positions: list[int],
        members: list[Member],
        country: str,
        family: tuple[str, str],
    ) -> None:
        reachable = self.rng.random() >= UNREACHABLE
        for position, member in zip(positions, members, strict=True):
            if reachable and (member.has_own_phone or self.rng.random() < 0.3):
                self._contact_points(chunk, position, country)
        self._emergency(chunk, positions[0], family)

    def _contact_points(self, chunk: Chunk, position: int, country: str) -> None:
        rng = self.rng
        found = []
        if rng.random() < WITH_PHONE:
            found.append(("sms", self.numbers.new(country)))
        if rng.random() < WITH_WECHAT:
            found.append(("wechat", "o" + "".join(rng.choices(OPENID_ALPHABET, k=27))))
        if rng.random() < WITH_SECOND:
            found.append(("sms", self.numbers.new("CN")))
        if rng.random() < 0.4:
            found.reverse()
        if rng.random() < WITH_EMAIL:
            found.append(("email", f"synthetic.{self.seed}.{self.made}.{position}@example.org"))
        known = chunk.people[position]["registered_at"]
        for preference, (channel, address) in enumerate(found, start=1):
            proven = known if rng.random() >= UNPROVEN else None
            row = _contact(channel, address, preference=preference, verified_at=proven)
            chunk.contacts.append((position, row))

    def _emergency(self, chunk: Chunk, position: int, family: tuple[str, str]) -> None:
        relation, sex = self.rng.choice(RELATIONS)
        phone = self.numbers.new("CN")
        row = {
            "name": chinese_name(self.rng, sex, family)[0],
            "relation": relation,
            "phone": phone,
            "phone_index": address_index("sms", phone),
        }
        chunk.emergency.append((position, row))


def _contact(channel: str, address: str, **columns: Any) -> dict[str, Any]:
    index = address_index(channel, address)
    return {"channel": channel, "address": address, "address_index": index, **columns}
