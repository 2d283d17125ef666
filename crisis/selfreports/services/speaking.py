"""What a report says: lines of the roll call, one case where help is called for, and the alert to
whoever has not got it."""

from django.utils.translation import override

from config.kernel import clock, encryption
from crisis.cases.services import open_case
from crisis.cases.states import Grade, Origin
from crisis.incidents.models import Incident
from crisis.incidents.selectors import alert_wave
from crisis.incidents.states import IncidentState
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.selfreports import told as words
from crisis.selfreports.models import SelfReport, Submission
from crisis.selfreports.states import HELP, Word
from crisis.selfreports.told import Told
from notifications.models import Delivery, Wave
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import stands
from notifications.states import WaveKind
from registry.addresses import address_index
from registry.countries import country_name
from registry.models import Channel

_OWN: dict[Word, EventKind] = {
    Word.SAFE: EventKind.SAFE,
    Word.LEFT: EventKind.LEFT_AREA,
    Word.WANTS_OUT: EventKind.WANTS_OUT,
    Word.NEEDS_HELP: EventKind.NEEDS_HELP,
    Word.HURT: EventKind.NEEDS_HELP,
    Word.UNKNOWN: EventKind.POSSIBLE_HELP,
}
NOTE_LENGTH = 500


def write_word(report: SelfReport, submission: Submission, said: Told, *, own: bool) -> None:
    """Write what this submission says. Without `own` it is a word about the person: it closes no
    call for help, and opens one all the same."""
    write_log(
        incident_id=report.incident_id,
        entries=_entries(report, submission, said, own=own),
        source=Source.SELF,
    )
    if said.condition in HELP:
        _call_for_help(report, submission)
    _tell(report)


def _entries(report: SelfReport, submission: Submission, said: Told, *, own: bool) -> list[Entry]:
    word, key = said.condition, f"selfreport:{submission.pk}"
    with override("zh-hans"):
        note = " · ".join(part for part in (str(word.label), said.note.strip()) if part)
    about = EventKind.NEEDS_HELP if word in HELP else EventKind.REPORTED_SAFE
    kinds = {True: _OWN[word] if own or word == Word.UNKNOWN else about, False: about}
    return [
        Entry(ref, kinds[leads], submission.received_at, key, note[:NOTE_LENGTH])
        for ref, leads in report.people.values_list("person_ref", "leads")
        # Of who is with somebody that says nothing of themselves, nothing is known.
        if leads or word != Word.UNKNOWN
    ]


def _call_for_help(report: SelfReport, submission: Submission) -> None:
    """One case for the party, however often it calls."""
    told = words.read(report.told)
    rows = report.people.order_by("-leads", "pk")
    refs = list(rows.values_list("person_ref", flat=True))
    with override("zh-hans"):
        land = country_name(told.land, "zh-hans") if told.land else ""
        party = f"同行 {told.heads_with} 人" if told.heads_with else ""
        event = " · ".join(p for p in (str(told.condition.label), told.note, party) if p)
        wechat = f"微信 {told.wechat}" if told.wechat.strip() else ""
    open_case(
        post=report.incident.post,
        incident=report.incident,
        origin=Origin.SELF_REPORT,
        origin_key=f"selfreport:{submission.pk}",
        raised_at=submission.received_at,
        person_ref=refs[0],
        others=refs[1:],
        person_name=told.full_name,
        contact=" · ".join(p for p in (told.number or told.phone, wechat) if p),
        place=" ".join(part for part in (land, told.place) if part),
        event=event,
        grade=Grade.RED if told.condition == Word.HURT else None,
        latitude=report.latitude,
        longitude=report.longitude,
        accuracy_m=report.accuracy_m,
    )


def _tell(report: SelfReport) -> None:
    """Send the alert that stands to a phone that has not got anything of this incident: whatever
    is said later follows everybody who got it."""
    told = words.read(report.told)
    alert = _alert(report.incident) if told.number else None
    if alert is None:
        return
    index = address_index(Channel.SMS, told.number)
    reached = Delivery.objects.filter(
        wave__source=report.incident.source, channel=Channel.SMS, address_index=index
    )
    if reached.exists() or not stands(alert.pk):
        return
    leader = report.people.get(leads=True).person_ref
    recipient = Recipient(
        channel=Channel.SMS,
        sealed_address=encryption.seal(told.number, "address"),
        address_index=index,
        language=told.language,
        persons=((leader, True),),
    )
    add_recipients(wave=alert, recipients=[recipient])


def _alert(incident: Incident) -> Wave | None:
    if incident.state != IncidentState.DECLARED:
        return None
    alert = alert_wave(incident)
    over = alert is None or alert.kind == WaveKind.ALL_CLEAR or alert.expires_at <= clock.now()
    return None if over else alert
