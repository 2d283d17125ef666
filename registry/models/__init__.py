"""Who and where."""

from registry.models.consent import Consent, ConsentPurpose
from registry.models.contact import Channel, ContactPoint, EmergencyContact
from registry.models.current import CurrentWhereabouts, Ground
from registry.models.geocoding import GeocoderState, GeocodingTask
from registry.models.group import Group, GroupKind, Membership
from registry.models.merge import Merge, NotTheSame
from registry.models.person import (
    BloodType,
    DocumentKind,
    Household,
    Language,
    Obstacle,
    Person,
    Sex,
)
from registry.models.post import Jurisdiction, Post
from registry.models.whereabouts import Source, Whereabouts, WhereaboutsKind

__all__ = [
    "BloodType",
    "Channel",
    "Consent",
    "ConsentPurpose",
    "ContactPoint",
    "CurrentWhereabouts",
    "DocumentKind",
    "EmergencyContact",
    "GeocoderState",
    "GeocodingTask",
    "Ground",
    "Group",
    "GroupKind",
    "Household",
    "Jurisdiction",
    "Language",
    "Membership",
    "Merge",
    "NotTheSame",
    "Obstacle",
    "Person",
    "Post",
    "Sex",
    "Source",
    "Whereabouts",
    "WhereaboutsKind",
]
