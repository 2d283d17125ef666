"""When a message that is not urgent may come, and in whose name it comes."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import F

from config.kernel import clock
from registry.models import Jurisdiction, Post
from registry.selectors.whereabouts import current_places

CHINA = "Asia/Shanghai"
FIRST_HOUR, LAST_HOUR = 9, 20
MINISTRY = ("中国领事保护", "China Consular Protection")


def is_day_in(zone: str) -> bool:
    """Whether it is between nine and twenty-one there."""
    return FIRST_HOUR <= clock.now().astimezone(ZoneInfo(zone)).hour <= LAST_HOUR


def posts_by_person(person_ids: Iterable[int]) -> dict[int, Post | None]:
    """The post that serves the country where each person is thought to be; None where none does."""
    ids = list(person_ids)
    served = Jurisdiction.objects.select_related("post").order_by(F("pk").desc())
    posts = {one.country: one.post for one in served}
    places = current_places(ids, at=clock.now())
    return {pk: posts.get(places[pk][0]) if pk in places else None for pk in ids}


def signature_of(post: Post | None) -> tuple[str, str]:
    return (post.signature_zh, post.signature_en) if post else MINISTRY
