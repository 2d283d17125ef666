"""The registry's own addresses in the API."""

from django.urls import path

from crisis.console.api import (
    contacts,
    duplicates,
    finding,
    groups,
    people,
    rosters,
    standing,
    trips,
)

app_name = "registry-api"
urlpatterns = [
    path("people/", people.People.as_view(), name="people"),
    path("people/search/", finding.Search.as_view(), name="people-search"),
    path("people/<int:pk>/", people.OnePerson.as_view(), name="person"),
    path("people/<int:pk>/residence/", standing.Residence.as_view(), name="residence"),
    path("people/<int:pk>/whereabouts/", standing.CurrentPlace.as_view(), name="whereabouts"),
    path("people/<int:pk>/trips/", trips.Trips.as_view(), name="trips"),
    path("people/<int:pk>/trips/<int:leg>/", trips.OneTrip.as_view(), name="trip"),
    path("people/<int:pk>/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("people/<int:pk>/contacts/<int:contact>/", contacts.OneContact.as_view(), name="contact"),
    path("people/<int:pk>/emergency/", contacts.Emergency.as_view(), name="emergency"),
    path(
        "people/<int:pk>/emergency/<int:contact>/",
        contacts.OneEmergency.as_view(),
        name="emergency-contact",
    ),
    path("people/<int:pk>/consents/", standing.Consents.as_view(), name="consents"),
    path("people/<int:pk>/consents/<slug:purpose>/", standing.OneConsent.as_view(), name="consent"),
    path("people/<int:pk>/pause/", standing.Pause.as_view(), name="pause"),
    path("people/<int:pk>/leave/", standing.Leaving.as_view(), name="leave"),
    path("duplicates/", duplicates.Duplicates.as_view(), name="duplicates"),
    path("duplicates/not-the-same/", duplicates.NotTheSame.as_view(), name="not-the-same"),
    path("merges/", duplicates.Merges.as_view(), name="merges"),
    path("merges/<int:pk>/undo/", duplicates.Undo.as_view(), name="merge-undo"),
    path("groups/", groups.Groups.as_view(), name="groups"),
    path("groups/<int:pk>/", groups.OneGroup.as_view(), name="group"),
    path("groups/<int:pk>/confirm/", groups.Confirm.as_view(), name="group-confirm"),
    path("groups/<int:pk>/close/", groups.Close.as_view(), name="group-close"),
    path("groups/<int:pk>/members/", groups.Members.as_view(), name="members"),
    path("groups/<int:pk>/members/<int:person>/", groups.OneMember.as_view(), name="member"),
    path("groups/<int:pk>/liaisons/<int:person>/", groups.Liaison.as_view(), name="liaison"),
    path("groups/<int:pk>/position/", groups.Position.as_view(), name="position"),
    path("groups/<int:group>/rosters/", rosters.Rosters.as_view(), name="rosters"),
    path("groups/<int:group>/rosters/<int:upload>/", rosters.OneRoster.as_view(), name="roster"),
    path(
        "groups/<int:group>/rosters/<int:upload>/errors/",
        rosters.RosterErrors.as_view(),
        name="roster-errors",
    ),
]
