"""What happens to what an incident said before, when it says something new.

Each new word ends the ones before it: nothing of them leaves any more, and whoever was still
waiting for one gets the new word instead.
"""

from crisis.incidents.models import Incident
from crisis.incidents.selectors import ALERTS, standing_alert
from notifications.models import Wave
from notifications.selectors import waves_of
from notifications.services.following import follow_waves
from notifications.services.waves import retract_wave
from notifications.states import WaveKind

_ENDED = (*ALERTS, WaveKind.AGAIN, WaveKind.REMINDER)
# Not made up for where they still wait: whoever they were for has, or gets, what says more.
_NOT_MADE_UP_FOR = (WaveKind.REMINDER, WaveKind.RELEASE)


def alert_to_end(incident: Incident) -> Wave:
    """The wave that speaks for the incident now, with the incident locked: of two officers who
    press at once, the second sees what the first one's wave made of it. Call inside a transaction.
    Raises DomainError wrong_state where nothing stands."""
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    return standing_alert(incident)


def spoken_before(wave: Wave) -> list[Wave]:
    """What the incident said to its audience before `wave`, and what that puts an end to.

    A correction that is on its way is ended by the all-clear alone: whoever read the mistake has
    to read what is right, whatever news there is besides.
    """
    over = wave.kind == WaveKind.ALL_CLEAR
    kinds = (*_ENDED, WaveKind.CORRECTION, WaveKind.RELEASE) if over else _ENDED
    return list(waves_of(wave.source).filter(kind__in=kinds, pk__lt=wave.pk))


def take_over(wave: Wave, *, waiting: Wave, actor: str) -> None:
    """`wave` ends what was said before it and goes to everyone who got, or may have got, any of
    that; who was still waiting for an alert gets `waiting`."""
    earlier = spoken_before(wave)
    for before in earlier:
        retract_wave(wave=before, actor=actor, by=wave)
    follow_waves(
        wave=wave,
        followed={
            before: None if before.kind in _NOT_MADE_UP_FOR else waiting for before in earlier
        },
    )
