"""What the roll call hears from below."""

from typing import Any

from django.dispatch import receiver

from crisis.incidents.models import Incident, Outage
from crisis.incidents.signals import (
    Member,
    area_changed,
    incident_declared,
    incident_reopened,
    incident_stood_down,
    incident_widened,
    outage_ended,
    slice_expanded,
)
from crisis.rollcall.services import following, hearing, opening, outages, series, shifting
from notifications.signals import ReadReply, ToldOutcome, outcomes_told, replies_read


@receiver(slice_expanded)
def _slice(incident: Incident, members: list[Member], unaddressed: set[int], **_: Any) -> None:
    opening.open_standings(incident=incident, members=members, unaddressed=unaddressed)
    series.carry_answers(
        incident=incident, person_refs=[m.person_ref for m in members if not m.asked]
    )
    following.follow_new([member.person_ref for member in members])


@receiver(incident_declared)
def _declared(incident: Incident, **_: Any) -> None:
    opening.set_timers(incident=incident)


@receiver(incident_widened)
def _widened(incident: Incident, **_: Any) -> None:
    opening.set_timers_for_newcomers(incident=incident)


@receiver(incident_stood_down)
def _stood_down(incident: Incident, **_: Any) -> None:
    opening.stop_timers(incident=incident)


@receiver(incident_reopened)
def _reopened(incident: Incident, **_: Any) -> None:
    opening.resume_timers(incident=incident)


@receiver(area_changed)
def _area(incident: Incident, at: Any, left: Any, back: Any, release: Any, **_: Any) -> None:
    shifting.follow_area(incident=incident, at=at, left=left, back=back, release=release)


@receiver(outage_ended)
def _recovered(outage: Outage, resend: bool, **_: Any) -> None:
    outages.follow_recovery(outage=outage, resend=resend)


@receiver(outcomes_told)
def _outcomes(outcomes: list[ToldOutcome], **_: Any) -> None:
    hearing.hear_outcomes(outcomes)


@receiver(replies_read)
def _replies(replies: list[ReadReply], **_: Any) -> None:
    hearing.hear_replies(replies)
