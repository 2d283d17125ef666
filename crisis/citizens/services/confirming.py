"""请您每年确认: asking people whether what is registered is still right.

Asked once and reminded twice, whoever says nothing becomes dormant: alerted as before, and erased
when their time is over (registry.services.retention). Nobody is asked at night, nor while an
incident needs them.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from config.kernel import audit, bulk, clock
from crisis.citizens.models import Asking
from crisis.citizens.services.daytime import CHINA, is_day_in, posts_by_person, signature_of
from crisis.incidents.services.expanding import as_recipient
from notifications.services.recipients import add_recipients
from notifications.services.waves import create_wave, recipients_done
from notifications.states import Priority, WaveKind
from registry.holds import held
from registry.models import ContactPoint, Person, Post
from registry.reach import addresses_for

SOURCE = "confirm"
TEMPLATE = "confirm_registration"
HELPS_FOR = timedelta(days=2)
ASKED_BEFORE_SILENT = 3
ACTOR = "beat"
# How many are looked at for one who may be asked: it is night where others are.
LOOK = 10


def ask_to_confirm(*, most: int) -> int:
    """Ask up to `most` of those whose year is over; returns how many were asked."""
    due = list(_due().values_list("pk", flat=True)[: most * LOOK])
    needed = held(due)
    by_post: dict[Post | None, list[int]] = defaultdict(list)
    for pk, post in posts_by_person(pk for pk in due if pk not in needed).items():
        if is_day_in(post.time_zone if post else CHINA):
            by_post[post].append(pk)
    asked = 0
    for post, ids in by_post.items():
        asked += _ask(post, ids[: most - asked]) if asked < most else 0
    return asked


def let_rest(*, most: int) -> int:
    """Make dormant who was asked often enough and has said nothing; returns how many."""
    before = clock.now() - timedelta(days=settings.CONFIRM_AGAIN_DAYS)
    silent = Asking.objects.filter(times__gte=ASKED_BEFORE_SILENT, last_at__lt=before)
    ids = list(silent.order_by("last_at").values_list("person", flat=True)[:most])
    resting = [pk for pk in ids if pk not in held(ids)]
    people = Person.objects.filter(_with_dependants(resting), dormant_at=None, erased_at=None)
    with transaction.atomic():
        for pk in (rested := list(people.values_list("pk", flat=True))):
            audit.record(actor=ACTOR, act="registry.dormant", subject=f"person:{pk}")
        Person.objects.filter(pk__in=rested).update(dormant_at=clock.now())
        Asking.objects.filter(person__in=resting).delete()
    return len(rested)


@transaction.atomic
def confirm_registration(*, person_ids: Collection[int], by: str) -> int:
    """These people say that all is right, also of those whom they registered without a phone of
    their own. Whoever was dormant is no longer."""
    people = Person.objects.filter(_with_dependants(person_ids), left_at=None, erased_at=None)
    confirmed = list(people.values_list("pk", flat=True))
    for pk in confirmed:
        audit.record(actor=by, act="person.confirmed", subject=f"person:{pk}")
    Person.objects.filter(pk__in=confirmed).update(confirmed_at=clock.now(), dormant_at=None)
    Asking.objects.filter(person__in=confirmed).delete()
    return len(confirmed)


def _with_dependants(person_ids: Collection[int]) -> Q:
    return Q(pk__in=person_ids) | Q(~Exists(_own_address()), registered_by__in=person_ids)


def _own_address() -> QuerySet[ContactPoint]:
    points = ContactPoint.objects.filter(person=OuterRef("pk"), channel__in=("sms", "wechat"))
    return points.filter(verified_at__isnull=False, retired_at=None)


def _due() -> QuerySet[Person]:
    """Those with an address of their own, the longest silent first."""
    now = clock.now()
    people = Person.objects.filter(Exists(_own_address()), left_at=None, erased_at=None)
    people = people.filter(dormant_at=None).alias(
        said_at=Coalesce("confirmed_at", "registered_at"),
    )
    lately = Asking.objects.filter(person=OuterRef("pk")).filter(
        Q(last_at__gte=now - timedelta(days=settings.CONFIRM_AGAIN_DAYS))
        | Q(times__gte=ASKED_BEFORE_SILENT)
    )
    over = people.filter(said_at__lt=now - timedelta(days=settings.CONFIRM_AFTER_DAYS))
    return over.exclude(Exists(lately)).order_by("said_at", "pk")


@transaction.atomic
def _ask(post: Post | None, ids: Sequence[int]) -> int:
    if not ids:
        return 0
    wave = create_wave(
        kind=WaveKind.CONFIRM,
        priority=Priority.ORDINARY,
        template=TEMPLATE,
        variables={},
        signature=signature_of(post),
        source=SOURCE,
        expires_at=clock.now() + HELPS_FOR,
    )
    reach = addresses_for(ids, prefer_first=True)
    add_recipients(wave=wave, recipients=[as_recipient(one) for one in reach.addresses])
    recipients_done(wave=wave)
    now = clock.now()
    bulk.insert(Asking, ("person", "times", "last_at"), [(pk, 0, now) for pk in ids])
    Asking.objects.filter(person__in=ids).update(times=F("times") + 1, last_at=now)
    audit.record(actor=ACTOR, act="person.asked", subject=f"wave:{wave.pk}", people=len(ids))
    return len(ids)
