"""Who is in a report: provisional people of the registry, one household, each written once."""

from django.db.models import Exists, OuterRef

from config.kernel import clock
from crisis.rollcall.services.self_reporting import open_self_reported
from crisis.selfreports.models import ReportedPerson, SelfReport
from crisis.selfreports.states import ReportState
from crisis.selfreports.told import Told
from registry.addresses import address_index
from registry.drafts import PersonDraft
from registry.models import Channel, ContactPoint, DocumentKind, Household, Merge, Person
from registry.pinyin import name_keys
from registry.services.people import add_contact_point, correct_person, register_person


def write_people(report: SelfReport, told: Told) -> bool:
    """Write who is in the report and does not stand there yet, each with a standing. False where
    the one who leads it is known from another page: then this word is one about them."""
    rows = report.people.order_by("pk")
    leader, own = _person_of(rows.filter(leads=True).first()), True
    if leader is None:
        leader, own = _leader(report, told)
        ReportedPerson.objects.create(report=report, person_ref=leader.pk, leads=True)
    elif leader.provisional and leader.left_at is None:
        # Whoever was merged keeps what they had: the rest hangs on the registration, and goes back.
        _complete(leader, told)
    known = {leader.name, *_names(report)}
    for name in told.companions:
        if name not in known:
            companion = _companion(leader, name, told)
            ReportedPerson.objects.create(report=report, person_ref=companion.pk, leads=False)
    refs = list(rows.values_list("person_ref", "leads"))
    reached = bool(told.number)
    open_self_reported(
        incident=report.incident, people=[(ref, leads and reached) for ref, leads in refs]
    )
    return own and _first_page_of(report, leader)


def _person_of(row: ReportedPerson | None) -> Person | None:
    return Person.objects.filter(pk=row.person_ref).first() if row else None


def _names(report: SelfReport) -> list[str]:
    refs = report.people.values("person_ref")
    return list(Person.objects.filter(pk__in=refs).values_list("name", flat=True))


def _first_page_of(report: SelfReport, leader: Person) -> bool:
    """Whether this page is the one by which the person was written."""
    pages = ReportedPerson.objects.filter(
        report__incident=report.incident, person_ref=leader.pk, leads=True
    )
    return pages.order_by("pk").values_list("report", flat=True).first() == report.pk


def _leader(report: SelfReport, told: Told) -> tuple[Person, bool]:
    if (twin := _twin(report, told)) is not None:
        return twin, False
    person = register_person(draft=_draft(told), provisional=True)
    _reach(person, told)
    return person, True


def _twin(report: SelfReport, told: Told) -> Person | None:
    """Who reported themselves in this incident by the same name and phone, and whom nobody has
    matched or put aside."""
    if not told.number or not told.name.strip():
        return None
    keys = name_keys(told.full_name, "")
    same_phone = ContactPoint.objects.filter(
        person=OuterRef("pk"),
        channel=Channel.SMS,
        address_index=address_index(Channel.SMS, told.number),
    )
    here = ReportedPerson.objects.filter(
        report__incident=report.incident, report__state=ReportState.OPEN, leads=True
    )
    matched = Merge.objects.filter(gone=OuterRef("pk"), undone_at=None)
    alike = Person.objects.filter(
        Exists(same_phone), ~Exists(matched), provisional=True, left_at=None, pinyin=keys.pinyin
    )
    return alike.filter(pk__in=here.values("person_ref")).order_by("pk").first()


def _draft(told: Told) -> PersonDraft:
    return PersonDraft(
        name=told.full_name,
        document_number=told.document,
        document_kind=DocumentKind.PASSPORT if told.document else DocumentKind.NONE,
        language=told.language if told.language in ("zh-hans", "en") else "zh-hans",
        basis=Person.Basis.VITAL_INTEREST,
    )


def _complete(person: Person, told: Told) -> None:
    """A later word of the same page may bring the name, the phone, the document."""
    correct_person(person=person, draft=_draft(told))
    _reach(person, told)


def _reach(person: Person, told: Told) -> None:
    """The phone stands unverified: it is used for nothing but to find who it may be."""
    if told.number:
        add_contact_point(person=person, channel=Channel.SMS, address=told.number)


def _companion(leader: Person, name: str, told: Told) -> Person:
    if leader.household is None:
        leader.household = Household.objects.create(created_at=clock.now())
        leader.save(update_fields=["household"])
    draft = PersonDraft(
        name=name,
        document_kind=DocumentKind.NONE,
        language=_draft(told).language,
        basis=Person.Basis.VITAL_INTEREST,
    )
    return register_person(
        draft=draft, household=leader.household, registered_by=leader, provisional=True
    )
