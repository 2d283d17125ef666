"""What every act upon manifests needs."""

from django.db.models import Max

from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.evacuation.models import Manifest
from crisis.incidents.models import Incident

WORDS_LENGTH = 200


def locked(incident: Incident) -> Incident:
    """One planner at a time; on SQLite the transaction itself is the lock."""
    return Incident.objects.select_for_update().get(pk=incident.pk)


def last_version(incident: Incident) -> int:
    return incident.manifests.aggregate(last=Max("version"))["last"] or 0


def subject(manifest: Manifest) -> str:
    """What the audit log calls it."""
    return f"manifest:{manifest.pk}"


def words(code: str, text: str, complaint: str) -> str:
    """A line that is needed, cleaned. Raises DomainError `code`."""
    cleaned = clean(text)
    if not 0 < len(cleaned) <= WORDS_LENGTH:
        raise DomainError(code, complaint)
    return cleaned
