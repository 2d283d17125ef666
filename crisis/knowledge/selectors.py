"""What holds now, out of what officers wrote and what the files say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from crisis.knowledge.models import CountryFacts, GuidePage, Listing
from crisis.knowledge.seeds import Dialing, countries_abroad, dialing_of, first_words
from registry.models import Post

# Numbers change seldom and lists of people often; nobody trusts either a year later.
STALE_AFTER = timedelta(days=365)
GUIDE = ("can", "cannot")
LANGUAGES = ("zh-hans", "en")
FROM_FILE = _("领事保护与协助条例；中国领事保护与协助指南")


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a page about one country shows. `facts` is None where no officer has
    written; `dial` are the hotlines as one dials them there, empty where the prefix is unknown."""

    country: str
    facts: CountryFacts | None
    dialing: Dialing
    dial: tuple[str, ...]
    posts: tuple[Post, ...]
    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One page of the guide as it holds now; of version 0 nobody but the file is the author."""

    slug: str
    language: str
    version: int
    title: str
    body: str
    source: str
    checked_on: date | None
    saved_at: datetime | None


def known_of(country: str) -> Known:
    """What is known of a country; for any code, also one that no post serves."""
    dialing = dialing_of(country)
    return Known(
        country=country,
        facts=facts_of(country),
        dialing=dialing,
        dial=tuple(_dialled(dialing.dial_out, number) for number in settings.HOTLINES)
        if dialing.dial_out
        else (),
        posts=tuple(posts_for(country)),
        listings=tuple(listings_of(country)),
    )


def _dialled(prefix: str, number: str) -> str:
    """«+86-10-12308» where calls abroad begin with 00: «00 86 10 12308»."""
    return f"{prefix} {number.removeprefix('+').replace('-', ' ')}"


def facts_of(country: str) -> CountryFacts | None:
    found = CountryFacts.objects.filter(country=country).select_related("saved_by")
    return found.order_by("-pk").first()


def newest_facts(countries: Iterable[str]) -> dict[str, CountryFacts]:
    """The facts that hold, by country, in two queries however many there are."""
    newest = CountryFacts.objects.filter(country__in=list(countries)).values("country")
    ids = newest.annotate(newest=Max("pk")).order_by().values_list("newest", flat=True)
    rows = CountryFacts.objects.filter(pk__in=list(ids)).select_related("saved_by")
    return {row.country: row for row in rows}


def versions_of(country: str) -> QuerySet[CountryFacts]:
    """Who wrote what, newest first."""
    return CountryFacts.objects.filter(country=country).select_related("saved_by").order_by("-pk")


def listings_of(country: str) -> QuerySet[Listing]:
    return Listing.objects.filter(country=country, ended_at=None).order_by("kind", "city", "name")


def ended_listings(country: str) -> QuerySet[Listing]:
    """What was on the list before, newest end first."""
    ended = Listing.objects.filter(country=country, ended_at__isnull=False)
    return ended.select_related("saved_by", "ended_by").order_by("-ended_at", "-pk")


def posts_for(country: str) -> QuerySet[Post]:
    """The posts that serve a country: those that are there, or the one that covers it."""
    return Post.objects.filter(jurisdictions__country=country).order_by("code")


def is_stale(checked_on: date | None, today: date) -> bool:
    """Whether something has to be checked again; what nobody has checked has to be."""
    return checked_on is None or checked_on + STALE_AFTER <= today


def is_abroad(country: str) -> bool:
    return country in countries_abroad()


def words_of(slug: str, language: str) -> Words:
    """The page of the guide that holds; raises KeyError for one that the guide does not have."""
    if slug not in GUIDE or language not in LANGUAGES:
        raise KeyError(slug)
    row = page_versions(slug, language).first()
    if row is None:
        title, body = first_words(slug, language)
        return Words(slug, language, 0, title, body, str(FROM_FILE), None, None)
    return Words(
        slug, language, row.version, row.title, row.body, row.source, row.checked_on, row.saved_at
    )


def page_versions(slug: str, language: str) -> QuerySet[GuidePage]:
    """Newest first."""
    rows = GuidePage.objects.filter(slug=slug, language=language)
    return rows.select_related("saved_by").order_by("-version")
