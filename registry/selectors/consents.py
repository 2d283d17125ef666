"""What somebody agreed to."""

from django.db.models import QuerySet

from registry.models import Consent


def has_consent(person_id: int, purpose: str) -> bool:
    """Whether a consent for this purpose is in force."""
    return Consent.objects.filter(person=person_id, purpose=purpose, withdrawn_at=None).exists()


def consents_of(person_id: int) -> QuerySet[Consent]:
    """Every consent of a person, the withdrawn ones included, newest first."""
    return Consent.objects.filter(person=person_id).order_by("-given_at", "-pk")
