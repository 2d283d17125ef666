"""The registry's own addresses in the API."""

from django.urls import path

from crisis.console.api import finding, people, rosters

app_name = "registry-api"
urlpatterns = [
    path("people/", people.People.as_view(), name="people"),
    path("people/search/", finding.Search.as_view(), name="people-search"),
    path("groups/", finding.Groups.as_view(), name="groups"),
    path("groups/<int:pk>/", finding.OneGroup.as_view(), name="group"),
    path("people/<int:pk>/", people.OnePerson.as_view(), name="person"),
    path("groups/<int:group>/rosters/", rosters.Rosters.as_view(), name="rosters"),
    path("groups/<int:group>/rosters/<int:upload>/", rosters.OneRoster.as_view(), name="roster"),
    path(
        "groups/<int:group>/rosters/<int:upload>/errors/",
        rosters.RosterErrors.as_view(),
        name="roster-errors",
    ),
]
