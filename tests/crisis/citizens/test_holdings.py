"""One's own page leaves nothing out that is held."""

from crisis.citizens.models import WeChatBinding
from registry.models import (
    ContactPoint,
    CurrentWhereabouts,
    EmergencyContact,
    Membership,
    Person,
    Whereabouts,
)
from registry.selectors.holdings import DERIVED, SECTIONS

# Reviewed: made of what is shown, or an officer's note about a possible duplicate; who asks after
# somebody is the asker's data, and is shown at /me/asked/ once it was passed on.
OTHERS = {"DuplicatePair", "Match", "Merge", "NotDuplicate", "RosterUpload", "Upload"}


def test_every_column_of_a_person_is_shown_or_reviewed():
    shown = {name for names in SECTIONS.values() for name in names}
    columns = {column.name for column in Person._meta.concrete_fields}
    assert columns - shown == DERIVED


def test_every_model_that_speaks_of_a_person_is_shown_or_reviewed():
    shown = {ContactPoint, EmergencyContact, Whereabouts, CurrentWhereabouts, Membership}
    reviewed = {
        "Consent": "shown, with its words",
        "Person": "registered_by: shown as «registered by»",
        "WeChatBinding": "a QR code of some minutes, with nothing in it",
    }
    refer = {relation.related_model for relation in Person._meta.related_objects}
    assert {m.__name__ for m in refer - shown} <= set(reviewed) | OTHERS
    assert WeChatBinding in refer
