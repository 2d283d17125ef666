"""The people of a benchmark: one phone each, all near one place, encrypted like anybody's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import connection, transaction

from benchmarks.support.writing import write
from config.kernel import clock
from crisis.incidents.drafts import IncidentDraft
from crisis.staff.models import User
from crisis.staff.roles import Role
from registry.addresses import address_index
from registry.models import ContactPoint, Jurisdiction, Person, Post, Whereabouts
from registry.models.whereabouts import BANDS_PER_DEGREE

CHUNK = 5_000
LATITUDE, LONGITUDE, RADIUS_M = -17.6914, 168.0842, 150_000.0
# The marked ones, whom the gateway counts by themselves, live so many degrees further east.
MARKED_EAST = 10.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Who declares, and from where."""

    post: Post
    officer: User


def set_scene() -> Scene:
    post = Post.objects.create(
        code="VLI",
        name_zh="中国驻瓦努阿图大使馆",
        name_en="Embassy of China in Vanuatu",
        signature_zh="驻瓦努阿图使馆",
        signature_en="Chinese Embassy Vanuatu",
        duty_phone="+6785550100",
        time_zone="Pacific/Efate",
    )
    Jurisdiction.objects.create(post=post, country="VU")
    officer = User.objects.create(username="officer", role=Role.OFFICER)
    officer.posts.add(post)
    return Scene(post, officer)


def draft(scene: Scene, *, level: str = "red", marked: bool = False) -> IncidentDraft:
    return IncidentDraft(
        post_id=scene.post.pk,
        title="维拉港7.3级地震",
        hazard="earthquake",
        response_level=level,
        occurred_at=datetime(2024, 12, 17, 1, 47, 25, tzinfo=UTC),
        latitude=LATITUDE,
        longitude=LONGITUDE + MARKED_EAST * marked,
        radius_m=RADIUS_M,
        countries=(),
        template="earthquake_tsunami",
        variables={
            "place": "维拉港",
            "place_en": "Port Vila",
            "event": "强震",
            "event_en": "Strong quake",
            "magnitude": "7.3",
        },
    )


def add_people(count: int, *, marked: bool = False) -> None:
    """Write `count` people inside the area; every tenth reads English."""
    rng, now = Random(1), clock.now()
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        _write(numbers, rng, now - timedelta(days=30), marked)
    with connection.cursor() as cursor:  # as autovacuum would, had it had the time
        cursor.execute("ANALYZE")


@transaction.atomic
def _write(numbers: range, rng: Random, then: datetime, marked: bool) -> None:
    write(Person, [_person(n, then, marked) for n in numbers])
    refs = [_ref(n, marked) for n in numbers]
    id_of = dict(Person.objects.filter(external_ref__in=refs).values_list("external_ref", "pk"))
    ids = [(n, id_of[_ref(n, marked)]) for n in numbers]
    write(Whereabouts, [_residence(person_id, rng, then, marked) for _, person_id in ids])
    write(ContactPoint, [_phone(n, person_id, then, marked) for n, person_id in ids])


def _ref(number: int, marked: bool) -> str:
    return f"{'marked' if marked else 'bench'}:{number}"


def _person(number: int, then: datetime, marked: bool) -> dict[str, object]:
    language = "en" if number % 10 == 0 else "zh-hans"
    return {
        "name": "王小明",
        "document_number": f"{'G' if marked else 'E'}{number:08d}",
        "external_ref": _ref(number, marked),
        "language": language,
        "registered_at": then,
    }


def _residence(person_id: int, rng: Random, then: datetime, marked: bool) -> dict[str, object]:
    latitude = LATITUDE + rng.uniform(-0.9, 0.9)
    return {
        "person_id": person_id,
        "kind": "residence",
        "latitude": latitude,
        "longitude": LONGITUDE + MARKED_EAST * marked + rng.uniform(-0.9, 0.9),
        "accuracy_m": 500.0,
        "band": int(latitude * BANDS_PER_DEGREE // 1),
        "country": "VU",
        "recorded_at": then,
    }


def phone(number: int, *, marked: bool = False) -> str:
    """The one number of the `number`-th person."""
    return f"+8613{9 if marked else 8}{number:08d}"


def _phone(number: int, person_id: int, then: datetime, marked: bool) -> dict[str, object]:
    address = phone(number, marked=marked)
    return {
        "person_id": person_id,
        "channel": "sms",
        "address": address,
        "address_index": address_index("sms", address),
        "verified_at": then,
    }
