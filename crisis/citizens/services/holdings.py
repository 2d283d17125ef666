"""Everything held about one person, the registry's and what incidents and messages added; and the
two files in which it can be taken along."""

import json

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from crisis.evacuation.models import ManifestEntry
from crisis.rollcall.models import RollCallEvent
from crisis.rollcall.states import EventKind, Source
from crisis.transports.selectors import filings_of_person
from notifications.models import DeliveryPerson
from registry.models import Person
from registry.selectors.holdings import Fact, Section, fact, holdings_of

# Bad news is told by an officer in person, never by a page that the family may open first.
UNTOLD = (EventKind.DECEASED, EventKind.IDENTITY_PENDING)


def everything_about(person: Person) -> list[Section]:
    """The registry's sections, then messages, roll calls, ways out and evacuation manifests."""
    return [
        *holdings_of(person),
        _messages(person),
        _roll_calls(person),
        _ways_out(person),
        _manifests(person),
    ]


def as_json(person: Person) -> str:
    """For programs: stable keys, plain values."""
    sections = {
        section.key: [{one.key: one.value for one in entry} for entry in section.entries]
        for section in everything_about(person)
    }
    document = {"person": person.pk, "mode": settings.MODE, "made_at": clock.now().isoformat()}
    return json.dumps(document | sections, ensure_ascii=False, indent=1)


def as_text(person: Person) -> str:
    """For people: one fact a line, in the language of the page."""
    lines = [_("归航：我的登记信息"), f"{clock.now():%Y-%m-%d %H:%M} UTC", ""]
    for section in everything_about(person):
        lines += ["", f"== {section.title} =="]
        for entry in section.entries:
            lines += [_line(one) for one in entry if one.shown]
            lines.append("")
    return "\n".join(lines).strip() + "\n"


def _line(one: Fact) -> str:
    return f"{one.label}: {one.shown}"


def _messages(person: Person) -> Section:
    links = DeliveryPerson.objects.filter(person_ref=person.pk).order_by("-pk")
    rows = links.select_related("delivery__wave")
    return Section(
        "messages",
        _("发给您的消息"),
        [
            [
                fact("created_at", _("时间"), link.delivery.wave.created_at),
                fact(
                    "kind",
                    _("类别"),
                    link.delivery.wave.kind,
                    str(link.delivery.wave.get_kind_display()),
                ),
                fact("code", _("核验码"), link.delivery.wave.code),
                fact("channel", _("渠道"), link.delivery.channel),
                fact(
                    "state",
                    _("结果"),
                    link.delivery.state,
                    str(link.delivery.get_state_display()),
                ),
            ]
            for link in rows
        ],
    )


def _roll_calls(person: Person) -> Section:
    told = RollCallEvent.objects.filter(person_ref=person.pk).exclude(kind__in=UNTOLD)
    rows = told.select_related("incident")
    return Section(
        "roll_calls",
        _("点名记录"),
        [
            [
                fact("incident", _("事件"), event.incident.title),
                fact("kind", _("内容"), event.kind, str(EventKind(event.kind).label)),
                fact("occurred_at", _("时间"), event.occurred_at),
                fact("source", _("来源"), event.source, str(Source(event.source).label)),
            ]
            for event in rows.order_by("pk")
        ],
    )


def _ways_out(person: Person) -> Section:
    return Section(
        "self_evacuations",
        _("自行撤离报备"),
        [
            [
                fact("filed_at", _("报备时间"), filing.filed_at),
                fact("expected_at", _("预计到达时间"), filing.expected_at),
                fact("state", _("状态"), filing.state, str(filing.get_state_display())),
                fact("to_country", _("前往的国家或地区"), filing.to_country),
                fact("route", _("路线"), filing.route),
                fact("contact", _("途中联系电话"), filing.contact),
            ]
            for filing in filings_of_person(person)
        ],
    )


def _manifests(person: Person) -> Section:
    rows = (
        ManifestEntry.objects.filter(person_ref=person.pk).select_related("manifest").order_by("pk")
    )
    return Section(
        "manifests",
        _("撤离名单"),
        [[fact("manifest", _("名单"), row.manifest_id)] for row in rows],
    )
