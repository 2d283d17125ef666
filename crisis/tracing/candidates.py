"""Whom an enquiry may be after: registered people, with how well each fits, in points and words."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from crisis.rollcall.models import Standing
from crisis.tracing.models import Enquiry
from registry.models import Person, Sex
from registry.pinyin import letters, typed
from registry.selectors.people import find_by_document, find_by_name, find_by_phone
from registry.selectors.whereabouts import current_places

SHOWN = 20
LOOKED_AT = 200
# A certain sign by itself is a match to propose; a name alone never is.
DOCUMENT, PHONE = 70, 50
SAME_NAME, SAME_SOUND, LIKE_NAME = 35, 25, 10
SAME_YEAR, NEXT_YEAR, OTHER_YEAR = 20, 8, -40
SAME_COUNTRY, IN_INCIDENT, SAME_SEX, OTHER_SEX = 10, 10, 3, -15


@dataclass(frozen=True, slots=True)
class Candidate:
    """`score` is 0 to 100; `reasons` say in words what it is made of."""

    person: Person
    score: int
    reasons: tuple[str | Promise, ...]


def candidates(enquiry: Enquiry, among: QuerySet[Person], name: str = "") -> list[Candidate]:
    """Registered people who may be the sought one, the likeliest first. `among` are those whom
    the officer may see; `name` is another spelling to look for."""
    names = [row.text for row in enquiry.names.all()]
    if name:
        names.append(name)
    found = _found(enquiry, names)
    people = list(
        among.filter(pk__in=found.order_by().values("pk"), erased_at=None).order_by("pk")[
            :LOOKED_AT
        ]
    )
    scored = _scored(enquiry, names, people)
    return sorted(scored, key=lambda one: (-one.score, one.person.pk))[:SHOWN]


def _found(enquiry: Enquiry, names: Collection[str]) -> QuerySet[Person]:
    wanted = Q(pk__in=find_by_document(enquiry.passport).order_by().values("pk"))
    wanted |= Q(pk__in=find_by_phone(enquiry.phone).order_by().values("pk"))
    for name in names:
        wanted |= Q(pk__in=find_by_name(name).order_by().values("pk"))
        if sound := typed(name):
            # As it sounds, however the characters are written.
            wanted |= Q(pinyin=sound) | Q(spelled=sound)
    return Person.objects.filter(wanted)


def _scored(enquiry: Enquiry, names: Collection[str], people: list[Person]) -> list[Candidate]:
    ids = [person.pk for person in people]
    places = current_places(ids, at=clock.now())
    inside = set(
        Standing.objects.filter(incident=enquiry.incident_id, person_ref__in=ids).values_list(
            "person_ref", flat=True
        )
        if enquiry.incident_id
        else ()
    )
    by_document = _ids(find_by_document(enquiry.passport), ids)
    by_phone = _ids(find_by_phone(enquiry.phone), ids)
    found = []
    for person in people:
        signs = [
            (DOCUMENT, _("证件号码相同")) if person.pk in by_document else None,
            (PHONE, _("电话相同")) if person.pk in by_phone else None,
            _name_sign(names, person),
            _year_sign(enquiry, person),
            _sex_sign(enquiry, person),
            (IN_INCIDENT, _("在本事件受众中")) if person.pk in inside else None,
            (SAME_COUNTRY, _("所在国家相同"))
            if enquiry.last_country and places.get(person.pk, ("",))[0] == enquiry.last_country
            else None,
        ]
        told = [sign for sign in signs if sign is not None]
        score = max(0, min(100, sum(points for points, _reason in told)))
        found.append(Candidate(person, score, tuple(reason for _points, reason in told)))
    return found


def _ids(people: QuerySet[Person], among: Collection[int]) -> set[int]:
    return set(people.filter(pk__in=among).values_list("pk", flat=True))


Sign = tuple[int, str | Promise] | None


def _name_sign(names: Collection[str], person: Person) -> Sign:
    if person.name in names:
        return SAME_NAME, _("姓名相同")
    keys = {key for name in names for key in (typed(name), letters(name)) if key}
    if keys & {person.pinyin, person.spelled}:
        return SAME_SOUND, _("姓名读音或拼写相同")
    if any(person.pinyin.startswith(key) or person.spelled.startswith(key) for key in keys):
        return LIKE_NAME, _("姓名开头相同")
    return None


def _year_sign(enquiry: Enquiry, person: Person) -> Sign:
    """Relatives count years in two ways: one off is likely the same."""
    if enquiry.birth_year is None or person.birth_date is None:
        return None
    match abs(person.birth_date.year - enquiry.birth_year):
        case 0:
            return SAME_YEAR, _("出生年份相同")
        case 1:
            return NEXT_YEAR, _("出生年份相差一年")
    return OTHER_YEAR, _("出生年份不同")


def _sex_sign(enquiry: Enquiry, person: Person) -> Sign:
    if Sex.UNSPECIFIED in (enquiry.sex, person.sex):
        return None
    same = enquiry.sex == person.sex
    return (SAME_SEX, _("性别相同")) if same else (OTHER_SEX, _("性别不同"))
