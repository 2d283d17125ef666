"""Who and where."""

from registry.models.contact import Channel, ContactPoint, EmergencyContact
from registry.models.person import DocumentKind, Household, Language, Person, Sex
from registry.models.post import Jurisdiction, Post
from registry.models.whereabouts import Whereabouts, WhereaboutsKind

__all__ = [
    "Channel",
    "ContactPoint",
    "DocumentKind",
    "EmergencyContact",
    "Household",
    "Jurisdiction",
    "Language",
    "Person",
    "Post",
    "Sex",
    "Whereabouts",
    "WhereaboutsKind",
]
