"""Telling families that somebody has arrived: by SMS to their emergency contacts, once in an
incident, where the person agreed to it.

The message says the country and no place, and nothing of how somebody is: of the hurt, the
unidentified and the dead no message tells a family anything (crisis.tracing.saying holds to the
same)."""

from collections.abc import Collection
from datetime import timedelta

from django.db import connection, transaction

from config.kernel import audit, clock, encryption
from crisis.arrivals.models import Arrival, FamilyNotice
from crisis.arrivals.states import Telling
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Contact
from crisis.transports.models import Place
from notifications.models import Wave
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import create_wave, recipients_done
from notifications.states import Priority, WaveKind
from registry.addresses import address_index
from registry.countries import country_name
from registry.models import Channel, Consent, ConsentPurpose, Person
from registry.names import masked_name
from registry.selectors.consents import has_consent
from registry.selectors.people import emergency_phones

TEMPLATE = "arrived"
HELPS_FOR = timedelta(days=2)
NEWS_FOR = timedelta(days=7)
AT_A_TIME = 100
ACTOR = "sweep"
# Their families hear from an officer, by voice.
_BY_VOICE = frozenset(
    {
        Condition.NEEDS_HELP,
        Condition.INJURED,
        Condition.IDENTITY_PENDING,
        Condition.DECEASED,
    }
)


def ask(arrivals: Collection[Arrival]) -> None:
    """Write down whose families are to hear of it, in the transaction of the arrival."""
    now = clock.now()
    FamilyNotice.objects.bulk_create(
        [
            FamilyNotice(
                incident_id=arrival.place.operation.incident_id, person_ref=arrival.whose,
                place=arrival.place, arrival=arrival, asked_at=now,
            )
            for arrival in arrivals
            if arrival.whose is not None
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )  # fmt: skip


def _agreed_since() -> int:
    """Who agreed after all, on their own page or before an officer: what was left unsaid for want
    of their word is said, as long as it is news."""
    agreed = Consent.objects.filter(purpose=ConsentPurpose.FAMILY, withdrawn_at=None)
    unsaid = FamilyNotice.objects.filter(
        state=Telling.NO_CONSENT,
        asked_at__gt=clock.now() - NEWS_FOR,
        person_ref__in=agreed.values("person"),
    )
    return unsaid.update(state=Telling.WAITING, done_at=None)


def tell_families() -> int:
    """The sweep's step: families who wait to hear, oldest first. Returns how many it worked on."""
    _agreed_since()
    waiting = FamilyNotice.objects.filter(state=Telling.WAITING).order_by("pk")
    return sum(_tell(pk) for pk in list(waiting.values_list("pk", flat=True)[:AT_A_TIME]))


@transaction.atomic
def _tell(pk: int) -> bool:
    audit.hold_chain()
    skip = connection.features.has_select_for_update_skip_locked
    rows = FamilyNotice.objects.filter(pk=pk, state=Telling.WAITING)
    notice = rows.select_for_update(skip_locked=skip).first()
    if notice is None:
        return False
    person = Person.objects.filter(pk=notice.person_ref, erased_at=None).first()
    notice.state, phones = _outcome(notice, person)
    if person is not None and notice.state == Telling.TOLD:
        wave = _send(notice, person, phones)
        notice.wave_ref = wave.pk
        audit.record(
            actor=ACTOR, act="family.told", subject=f"person:{person.pk}", wave=wave.pk,
            incident=notice.incident_id,
        )  # fmt: skip
    notice.done_at = clock.now()
    notice.save()
    return True


def _outcome(notice: FamilyNotice, person: Person | None) -> tuple[Telling, list[str]]:
    """What is to be done, and to which numbers. Consent is asked at the moment of telling."""
    if person is None:
        return Telling.NO_CONTACT, []
    if not has_consent(person.pk, ConsentPurpose.FAMILY):
        return Telling.NO_CONSENT, []
    standing = Standing.objects.filter(
        incident=notice.incident_id, person_ref=notice.person_ref
    ).first()
    if standing is not None and (
        standing.condition in _BY_VOICE
        or standing.possible_help
        or standing.contact == Contact.MISSING
    ):
        return Telling.BY_VOICE, []
    phones = emergency_phones(person.pk)
    return (Telling.TOLD, phones) if phones else (Telling.NO_CONTACT, [])


def _send(notice: FamilyNotice, person: Person, phones: list[str]) -> Wave:
    """A wave of their own: its words name the person, by the first character alone."""
    post = notice.incident.post
    chinese, english = masked_name(person.name, person.passport_name)
    wave = create_wave(
        kind=WaveKind.ARRIVED,
        priority=Priority.ORDINARY,
        template=TEMPLATE,
        variables={
            "person": chinese,
            "person_en": english,
            "country": country_name(notice.place.country, "zh-hans"),
            "country_en": country_name(notice.place.country, "en"),
        },
        signature=(post.signature_zh, post.signature_en),
        source=source_of(notice.place),
        expires_at=clock.now() + HELPS_FOR,
    )
    recipients = [
        Recipient(
            Channel.SMS, encryption.seal(phone, "address"), address_index(Channel.SMS, phone),
            person.language, ((person.pk, False),),
        )
        for phone in phones
    ]  # fmt: skip
    add_recipients(wave=wave, recipients=recipients)
    recipients_done(wave=wave)
    return wave


def source_of(place: Place) -> str:
    """What these waves belong to: the operation, not the incident, whose roll call they are none
    of."""
    return f"evacuation:{place.operation_id}"
