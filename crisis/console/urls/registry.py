"""Registered people and their groups."""

from django.urls import path

from crisis.console.views import duplicates, groups, people, rosters

urlpatterns = [
    path("people/", people.search, name="people"),
    path("people/<int:pk>/", people.show, name="person"),
    path("duplicates/", duplicates.overview, name="duplicates"),
    path("duplicates/<int:low>/<int:high>/", duplicates.compare, name="compare"),
    path("merges/<int:pk>/undo/", duplicates.undo, name="merge-undo"),
    path("groups/", groups.overview, name="groups"),
    path("groups/<int:pk>/", groups.show, name="group"),
    path("groups/<int:pk>/confirm/", groups.confirm, name="group-confirm"),
    path("groups/<int:pk>/close/", groups.close, name="group-close"),
    path("groups/<int:pk>/roster/", rosters.roster, name="roster"),
    path("groups/<int:pk>/roster/<int:upload>/", rosters.show, name="roster-upload"),
    path("groups/<int:pk>/roster/<int:upload>/errors/", rosters.errors, name="roster-errors"),
    path("groups/roster.<slug:kind>", rosters.template, name="roster-template"),
    path("groups/<int:pk>/members/", groups.add, name="group-add"),
    path("groups/<int:pk>/members/<int:person>/", groups.change, name="group-change"),
]
