"""The public form: kept raw first, then opened as a case; never refused, never dropped.

So many presses from one address in a short time are more likely a program than people, but a
shelter behind one line is possible too. What is above the limit is kept and waits: the sweep opens
it as the limit allows, an officer at any moment.
"""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, bulk, clock
from config.kernel.encryption import seal
from config.kernel.errors import DomainError
from crisis.cases.models import Case, HelpRequest
from crisis.cases.selectors import post_for_country
from crisis.cases.services.opening import open_case
from crisis.cases.states import Origin
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from registry.countries import country_name

# Our own choice: a family, or a classroom, is opened at once.
AT_ONCE, WINDOW = 30, timedelta(minutes=10)
# What a web process that died left, the sweep opens after this.
LEFT_AFTER = timedelta(seconds=5)
AT_A_TIME = 50
PURPOSE = "cases.request.body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed into the public form. `country` is ISO 3166-1 alpha-2 or empty, `incident` the
    key of a declared incident the form was opened from, or None; degrees WGS-84, metres."""

    person_name: str = ""
    contact: str = ""
    country: str = ""
    place: str = ""
    landmark: str = ""
    event: str = ""
    steps_taken: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    incident: int | None = None


def keep_request(*, key: str, asked: Asked, client: bytes) -> HelpRequest:
    """Keep one press of the form as it came, committed before anything else is tried. The same
    `key` (one form, pressed twice) is one request."""
    now = clock.now()
    lately = HelpRequest.objects.filter(client=client, received_at__gt=now - WINDOW)
    held = lately.exclude(key=key).filter(held=False).count() >= AT_ONCE
    body = seal(json.dumps(asdict(asked), ensure_ascii=False), PURPOSE)
    columns = ("key", "body", "client", "received_at", "held")
    with transaction.atomic():
        bulk.insert(HelpRequest, columns, [(key, body, client, now, held)])
    return HelpRequest.objects.select_related("case").get(key=key)


def open_request(pk: int) -> Case | None:
    """The case of a request; None while it is held."""
    with transaction.atomic():
        request = HelpRequest.objects.select_for_update(no_key=True).get(pk=pk)
        if request.case is not None or request.held:
            return request.case
        case = open_case(**_call(request))
        request.case, request.worked_at = case, clock.now()
        request.save(update_fields=["case", "worked_at"])
    return case


def _call(request: HelpRequest) -> dict[str, Any]:
    told = json.loads(request.body)
    incident = _declared(told.pop("incident"))
    country = told.pop("country")
    name = country_name(country, "zh-hans") if country else ""
    return {
        **told,
        "place": " ".join(part for part in (name, told["place"]) if part),
        "post": incident.post if incident else post_for_country(country),
        "incident": incident,
        "origin": Origin.FORM,
        "origin_key": f"form:{request.key}",
        "raised_at": request.received_at,
    }


def _declared(pk: int | None) -> Incident | None:
    """The incident that the form was opened from, if it was ever declared."""
    if pk is None:
        return None
    declared = Incident.objects.filter(pk=pk, declared_at__isnull=False)
    return declared.select_related("post").first()


def work_requests() -> int:
    """The sweep's step: what a dead web process left, and what is held, as the limit allows.
    Returns how many it opened."""
    now = clock.now()
    left = HelpRequest.objects.filter(
        worked_at=None, held=False, received_at__lt=now - LEFT_AFTER
    ).order_by("pk")
    opened = sum(
        open_request(pk) is not None for pk in list(left.values_list("pk", flat=True)[:AT_A_TIME])
    )
    waiting = HelpRequest.objects.filter(worked_at=None, held=True).order_by("pk")
    for request in list(waiting[:AT_A_TIME]):
        opened += _release_in_turn(request)
    return opened


def _release_in_turn(request: HelpRequest) -> bool:
    """Open a held one, as many of an address as would have been opened at once by now."""
    recent = HelpRequest.objects.filter(
        client=request.client, worked_at__gt=clock.now() - WINDOW
    ).count()
    return recent < AT_ONCE and _release(request.pk)


def _release(pk: int) -> bool:
    HelpRequest.objects.filter(pk=pk, held=True).update(held=False)
    return open_request(pk) is not None


def release_request(*, request: HelpRequest, officer: User) -> Case:
    """An officer opens a held one now. Raises DomainError: forbidden, gone."""
    demand(officer, Capability.RECORD)
    audit.record(
        actor=officer.username, act="case.request_released", subject=f"request:{request.pk}"
    )
    _release(request.pk)
    request.refresh_from_db()
    if request.case is None:
        raise DomainError("gone", _("这份求助已由他人处理。请刷新页面。"), status=409)
    return request.case
