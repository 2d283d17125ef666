"""What beat wakes."""

from celery import shared_task
from django.conf import settings

from crisis.citizens.services import confirming, naming

RUNS_AN_HOUR = 6


@shared_task(name="citizens.keep_in_touch")
def keep_in_touch() -> None:
    """Ask some people to confirm, let the silent rest, tell some contacts that they were named."""
    some = max(1, settings.ASKED_AN_HOUR // RUNS_AN_HOUR)
    confirming.let_rest(most=some)
    confirming.ask_to_confirm(most=some)
    naming.tell_contacts(most=some)
