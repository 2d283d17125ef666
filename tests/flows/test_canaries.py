"""A whole drill with people whose every secret is a canary: none sings where it must not.

Registered on the web and by roster, signed in by code, alerted, asked after, answering, evacuated
on a manifest, looked at by officers. Afterwards every column of the database, every log, every
message of the broker, every address and header is searched for what stands sealed.
"""

import logging
from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from config.kernel import clock
from crisis.citizens.services.naming import tell_contacts
from crisis.evacuation.services import Receiver, draft_manifest, export_manifest, seal_manifest
from crisis.rollcall.models import Standing
from crisis.rollcall.selectors import counts
from crisis.rollcall.services import release_to_contacts
from crisis.rosters.models import RosterUpload
from crisis.rosters.services import loading
from notifications.models import Delivery, Inbound, Reply
from notifications.services import inbox
from notifications.states import DeliveryState
from registry.models import ContactPoint, Person
from registry.services.groups import GroupDraft, citizen, confirm_group, officer, open_group
from tests.support.citizens import code_at, signed_in_client
from tests.support.joining import Applicant
from tests.support.processes import until
from tests.support.pushes import reply_form, store
from tests.support.scene import draft, link_of
from tests.support.traces import plain_traces, traces

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PHONE, ROSTER_PHONE, AT_HOME = "+6785550171", "+6785550172", "+8613800138071"
WORDS = "房子塌了我在金丝雀街"
CANARIES = (
    PHONE, ROSTER_PHONE, AT_HOME, PHONE[1:], ROSTER_PHONE[1:], AT_HOME[1:], "13800138071",
    "EK7777771", "EK7777772", "金丝雀街十七号", "鸟妈妈", "胰岛素泵", "KANARI-POLICE-7",
    "kanari@example.org", WORDS,
)  # fmt: skip
ROSTER = (
    "编号,姓名,护照号码,手机,所在国家,城市,健康说明,紧急联系人,紧急联系人电话\n"
    f"K-1,黄莺,EK7777772,{ROSTER_PHONE},VU,维拉港,胰岛素泵,鸟妈妈,{AT_HOME}\n"
    "K-2,,EK7777772,不是电话,VU,维拉港,胰岛素泵,鸟妈妈,\n"
)


@pytest.fixture
def heard(caplog):
    """What this process writes into its logs, every level."""
    caplog.set_level(logging.DEBUG)
    return caplog


@contextmanager
def eavesdropping(words):
    """What goes through the broker meanwhile, bodies and headers, is added to `words`."""
    from config.celery import app

    if not django_settings.CELERY_BROKER_URL.startswith("amqp"):
        yield
        words += [
            path.read_text(errors="replace")
            for path in django_settings.BROKER_DIR.rglob("*")
            if path.is_file()
        ]
        return
    with app.connection_for_write() as broker:
        channel = broker.default_channel
        ear = f"{django_settings.QUEUE_PREFIX}.ear"
        channel.queue_declare(ear, auto_delete=False)
        for name in ("work", "events"):
            exchange = f"{django_settings.QUEUE_PREFIX}.{name}"
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_bind(ear, exchange, "#")
        yield
        while message := channel.basic_get(ear, no_ack=True):
            words.append(f"{message.body!r} {message.properties!r} {message.delivery_info!r}")
        channel.queue_delete(ear)


class Browser(Client):
    """Keeps every address asked for and every header of the answers."""

    seen: list = []

    def request(self, **request):
        answer = super().request(**request)
        address = f"{request.get('PATH_INFO', '')}?{request.get('QUERY_STRING', '')}"
        self.seen.append(unquote(address) + " " + unquote(str(dict(answer.headers))))
        return answer


def join():
    """Somebody registers everything there is, and proves the phone."""
    applicant = Applicant(Browser()).to_consent(
        who={"name": "金雀", "passport_name": "JIN/QUE", "document_number": "EK7777771"},
        reach={"phone_1": PHONE, "address": "金丝雀街十七号", "email": "kanari@example.org"},
        home={"name_1": "鸟妈妈", "phone_1": AT_HOME},
        extras={"needs": ["oxygen"], "health_note": "胰岛素泵", "health_consent": "on",
                "insurer": "中国人保", "insurance_policy": "KANARI-POLICE-7"},
    )  # fmt: skip
    applicant.press("register", registry="on")
    browser = applicant.client
    browser.post("/me/code/", {"act": "send", "phone": PHONE}, follow=True)
    browser.post("/me/code/", {"act": "check", "code": code_at(PHONE)})
    ContactPoint.objects.filter(channel="sms").update(verified_at=clock.now())
    return Person.objects.get(name="金雀")


def hand_in(person, staff):
    """The same person leads a company, and hands in its roster."""
    group = open_group(
        draft=GroupDraft(kind="company", name="路桥公司", country="VU"), by=citizen(person)
    )
    confirm_group(group=group, by=officer(staff.username))
    liaison = signed_in_client(person)
    liaison.__class__ = Browser
    file = SimpleUploadedFile("名册.csv", ROSTER.encode(), "text/csv")
    liaison.post(reverse("citizens:roster", args=[group.pk]), {"file": file, "stated": "on"})
    upload = RosterUpload.objects.get()
    loading.load_upload(upload.pk)
    upload.refresh_from_db()
    assert (upload.added, upload.refused) == (1, 1)


def look_everywhere(staff, incident, person, manifest):
    """An officer and a planner look at all there is."""
    browser = Browser()
    browser.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    for name, *arguments in (
        ("home",), ("incident", incident.pk), ("incident-person", incident.pk, person.pk),
        ("person", person.pk), ("people",), ("triage",), ("status",), ("manifest", manifest.pk),
    ):  # fmt: skip
        browser.get(reverse(f"console:{name}", args=arguments))
    browser.post(reverse("console:people"), {"phone": PHONE, "document": "", "name": ""})
    browser.post(reverse("console:people"), {"document": "EK7777771", "phone": "", "name": ""})


def test_no_secret_stands_anywhere_in_the_open(
    stage, settings, heard, post, officer, duty_head, tmp_path
):
    Browser.seen, said = [], []
    stage.emulator(people="0", unreachable="0", strangers="0", receipt_seconds="0")
    with eavesdropping(said):
        stage.web()
        person = join()
        hand_in(person, officer)
        tell_contacts(most=9)
        stage.worker(concurrency=1)
        stage.sweep()
        incident = declare_for_all(post, officer)
        until(lambda: Standing.objects.count() == 2, seconds=60, what="the roll call")
        release_to_contacts(incident=incident, person_ref=person.pk, officer=officer)
        until(lambda: not waiting(), seconds=60, what="every message")
        store(reply_form(PHONE, WORDS, "SM71"))
        inbox.work_inbox()
        until(lambda: Reply.objects.exists(), what="the answer")
        Browser().post(link_of_or_none(person), {"answer": "needs_help"})
        Standing.objects.filter(person_ref=person.pk).update(condition="needs_help")
        manifest = draft_manifest(incident=incident, planner=duty_head)
        seal_manifest(manifest=manifest, planner=duty_head)
        export = export_manifest(
            manifest=manifest,
            user=duty_head,
            format="csv",
            receiver=Receiver("航空公司", "包机"),
        )
        export.save(tmp_path / "manifest.csv")
        look_everywhere(duty_head, incident, person, manifest)
        call_command("retention", "--dry-run")
    assert_the_canaries_are_there()
    assert plain_traces(CANARIES) == []
    sinks = {path.name: path.read_text(errors="replace") for path in stage.logs.glob("*.log")}
    assert {"worker.log", "sweep.log", "web.log"} <= set(sinks)
    sinks |= {
        "own log": heard.text,
        "broker": "\n".join(said),
        "addresses": "\n".join(Browser.seen),
    }
    sinks["sessions"] = str([session.get_decoded() for session in Session.objects.all()])
    assert [(name, word) for name, text in sinks.items() for word in CANARIES if word in text] == []
    assert len(Browser.seen) > 15
    assert counts(incident).in_audience == 2


def declare_for_all(post, staff):
    from crisis.incidents.services import declare_incident

    return declare_incident(
        draft=draft(post, latitude=None, longitude=None, radius_m=None, countries=("VU",)),
        officer=staff, declaration_key="canaries", confirmed_count=2,
    )  # fmt: skip


def waiting():
    open_ones = (DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT)
    return not Delivery.objects.filter(wave__kind="contact").exists() or Delivery.objects.filter(
        state__in=open_ones
    ).exclude(wave__kind="code")


def link_of_or_none(person):
    try:
        return link_of(person)
    except IndexError:  # nobody here has WeChat
        return "/c/" + "x" * 22 + "/"


def assert_the_canaries_are_there():
    """Sealed, all of them: a search that could find nothing would prove nothing."""
    found = {trace.rpartition(": ")[2] for trace in traces(CANARIES)}
    assert set(CANARIES) - found == set()
    assert Inbound.objects.exists()
