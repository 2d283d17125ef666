"""Writing to a silent person's emergency contacts: only when an officer releases it."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, encryption
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.selectors import alert_wave
from crisis.incidents.services.speaking import open_wave
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Contact
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications.models import Wave
from notifications.selectors import contacted_persons
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import recipients_done
from notifications.states import WaveKind
from registry.addresses import address_index
from registry.models import Channel, Person
from registry.names import masked_name
from registry.selectors.people import emergency_phones, persons_by_ids

HELPS_FOR = timedelta(hours=24)


@transaction.atomic
def release_to_contacts(*, incident: Incident, person_ref: int, officer: User) -> Wave:
    """Ask a silent person's emergency contacts for news, once. Each person has a wave of their
    own, because its words name them: by the first character alone.

    Raises DomainError: forbidden, not_in_audience, wrong_state (the incident or its alert is
    over), not_silent (they answered, or have died), no_contacts, already_sent.
    """
    demand(officer, Capability.RECORD, incident.post)
    # The lock makes the second of two officers see the first one's wave.
    incident = (
        Incident.objects.select_for_update(no_key=True).select_related("post").get(pk=incident.pk)
    )
    _check_silent(incident, person_ref)
    person = persons_by_ids([person_ref]).get(person_ref)
    phones = emergency_phones(person_ref) if person else []
    if person is None or not phones:
        raise DomainError("no_contacts", _("此人没有登记紧急联系人。"), status=409)
    if person_ref in contacted_persons(incident.source):
        raise DomainError("already_sent", _("已经发给此人的紧急联系人。"), status=409)
    audit.record(
        actor=officer.username,
        act="rollcall.contacts_released",
        subject=incident.source,
        person=person_ref,
    )
    wave = _open(incident, person)
    add_recipients(wave=wave, recipients=[_recipient(phone, person) for phone in phones])
    recipients_done(wave=wave)
    return wave


def _check_silent(incident: Incident, person_ref: int) -> None:
    standing = Standing.objects.filter(incident=incident, person_ref=person_ref).first()
    if standing is None:
        raise DomainError("not_in_audience", _("此人不在本事件的受众之内。"), status=404)
    if incident.state != IncidentState.DECLARED or alert_wave(incident) is None:
        raise DomainError("wrong_state", _("事件未在进行中，不能联系紧急联系人。"), status=409)
    if standing.contact == Contact.ANSWERED or standing.condition == Condition.DECEASED:
        raise DomainError("not_silent", _("此人并非暂未联系上，不发给紧急联系人。"), status=409)


def _open(incident: Incident, person: Person) -> Wave:
    chinese, english = masked_name(person.name, person.passport_name)
    return open_wave(
        incident,
        kind=WaveKind.CONTACT,
        template="contact",
        lasts=HELPS_FOR,
        extra={"person": chinese, "person_en": english},
    )


def _recipient(phone: str, person: Person) -> Recipient:
    return Recipient(
        channel=Channel.SMS,
        sealed_address=encryption.seal(phone, "address"),
        address_index=address_index(Channel.SMS, phone),
        language=person.language,
        persons=((person.pk, False),),
    )
