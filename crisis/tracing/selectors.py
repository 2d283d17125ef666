"""Finding enquiries, whom they may be after, and what is known for an answer."""

from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from config.kernel import clock
from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.cases.selectors import cases_of_person
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Contact
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from crisis.tracing.models import SOUND, Enquiry, LinkedCase, Match, SoughtName
from crisis.tracing.saying import NOT_BY_THIS_PAGE, Known, Words, what_may_be_said
from crisis.tracing.states import Checked, EnquiryState, Kinship, Permission
from notifications.codes import normalise
from registry.addresses import address_index, normalise_phone
from registry.ages import is_child
from registry.models import Channel, ConsentPurpose, Person
from registry.pinyin import typed
from registry.selectors.consents import has_consent
from registry.selectors.merging import kept_for
from registry.selectors.whereabouts import current_places

LIVE = (EnquiryState.OPEN, EnquiryState.MATCHED, EnquiryState.ANSWERED)
ALIKE_SHOWN = 20


def enquiries_for(user: User) -> QuerySet[Enquiry]:
    """The enquiries of this user's posts, newest first."""
    rows = within_jurisdiction(Enquiry.objects.all(), user)
    return rows.select_related("post", "incident__post").order_by("-pk")


def enquiry_for(user: User, pk: int) -> Enquiry:
    """One of them; Http404 for any other."""
    return get_object_or_404(enquiries_for(user), pk=pk)


def standing_match(enquiry: Enquiry) -> Match | None:
    return enquiry.matches.filter(undone_at=None).select_related("person").first()


def enquiries_after(person_id: int) -> QuerySet[Enquiry]:
    """Live enquiries that were matched to this person, the oldest first."""
    matched = Match.objects.filter(enquiry=OuterRef("pk"), person=person_id, undone_at=None)
    return Enquiry.objects.filter(Exists(matched), state__in=LIVE).order_by("pk")


def asked_after(person_id: int) -> QuerySet[Enquiry]:
    """Live enquiries after this person of which they were told, the newest first."""
    told = Match.objects.filter(
        enquiry=OuterRef("pk"), person=person_id, undone_at=None, told_at__isnull=False
    )
    return Enquiry.objects.filter(Exists(told), state__in=LIVE).order_by("-pk")


def found_by(text: str) -> Q:
    """Those whose number, whose sought person's name (as it sounds) or whose asker's phone this
    is."""
    found = Q(number=normalise(text))
    if sound := typed(text):
        index = blind_index(sound, SOUND)
        found |= Q(pk__in=SoughtName.objects.filter(sound_index=index).values("enquiry"))
    try:
        phone = address_index(Channel.SMS, normalise_phone(text, region="CN"))
    except DomainError:
        return found
    return found | Q(asker_phone_index=phone) | Q(phone_index=phone)


def alike(enquiry: Enquiry, among: QuerySet[Enquiry]) -> list[Enquiry]:
    """Others after what seems to be the same person: matched to the same, or with the same
    document or phone, or with a name that sounds the same and no other year of birth."""
    match = standing_match(enquiry)
    sounds = [bytes(i) for i in enquiry.names.values_list("sound_index", flat=True) if i]
    same_sound = SoughtName.objects.filter(enquiry=OuterRef("pk"), sound_index__in=sounds)
    same = Q(Exists(same_sound)) & _no_other_year(enquiry.birth_year)
    if enquiry.passport_index:
        same |= Q(passport_index=enquiry.passport_index)
    if enquiry.phone_index:
        same |= Q(phone_index=enquiry.phone_index)
    if match is not None:
        theirs = Match.objects.filter(
            enquiry=OuterRef("pk"), person=match.person_id, undone_at=None
        )
        same |= Q(Exists(theirs))
    return list(among.filter(same, scrubbed_at=None).exclude(pk=enquiry.pk)[:ALIKE_SHOWN])


def _no_other_year(year: int | None) -> Q:
    return Q(birth_year=None) | Q(birth_year=year) if year else Q()


def cases_about(enquiry: Enquiry, among: QuerySet[Case]) -> list[Case]:
    """Requests for help that were linked, or that are about the person it is matched to."""
    linked = LinkedCase.objects.filter(enquiry=enquiry, undone_at=None).values("case")
    theirs = Q(pk__in=linked)
    if (match := standing_match(enquiry)) is not None:
        theirs |= Q(pk__in=cases_of_person(match.person_id).order_by().values("pk"))
    return list(among.filter(theirs).order_by("-pk")[:ALIKE_SHOWN])


# -- What may be said ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Where:
    """What the roll calls say of the matched person."""

    in_incident: bool = False
    condition: Condition = Condition.UNKNOWN
    contact: Contact = Contact.NOT_CONTACTED
    spoken_for: bool = False
    standing: Standing | None = None


def words_for(enquiry: Enquiry) -> Words:
    """What the asker may be told at this moment."""
    return what_may_be_said(known_for(enquiry))


def known_for(enquiry: Enquiry) -> Known:
    """Gather what the decision rests on."""
    name = enquiry.names.first()
    known = Known(
        number=enquiry.number,
        name=name.text if name else "",
        kinship=Kinship(enquiry.kinship),
        checked=Checked(enquiry.checked),
        permission=Permission(enquiry.permission),
    )
    match = standing_match(enquiry)
    if match is None:
        return known
    person, where = match.person, _where(enquiry, match.person)
    return replace(
        known,
        matched=True,
        consent=person.left_at is None and has_consent(person.pk, ConsentPurpose.TRACING),
        is_child=is_child(person.birth_date, clock.now().date()),
        in_incident=where.in_incident,
        condition=where.condition,
        contact=where.contact,
        spoken_for=where.spoken_for,
        answered_at=where.standing.answered_at if where.standing else None,
        city=_city(person),
    )


def _where(enquiry: Enquiry, person: Person) -> _Where:
    """The standing in the enquiry's incident, else in the newest one; but whoever is dead, missing
    or not identified in any is that here."""
    rows = Standing.objects.filter(person_ref=kept_for(person.pk)).order_by("-incident")
    rows = rows.exclude(incident__state=IncidentState.DISCARDED)
    standings = list(rows)
    grave = next(
        (s for s in standings if s.condition in NOT_BY_THIS_PAGE or s.contact == Contact.MISSING),
        None,
    )
    here = next((s for s in standings if s.incident_id == enquiry.incident_id), None)
    chosen = grave or here or (standings[0] if standings else None)
    if chosen is None:
        return _Where()
    return _Where(
        True, Condition(chosen.condition), Contact(chosen.contact), chosen.spoken_for, chosen
    )


def _city(person: Person) -> str:
    places = current_places([person.pk], at=clock.now())
    return places[person.pk][1] if person.pk in places else ""
