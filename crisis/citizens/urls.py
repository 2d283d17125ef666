"""Registration and a person's own pages."""

from django.urls import path

from crisis.citizens.views import roster
from crisis.citizens.views.code import code, leave_session
from crisis.citizens.views.join import join

app_name = "citizens"
urlpatterns = [
    path("join/", join, name="join"),
    path("me/code/", code, name="code"),
    path("me/groups/<int:pk>/roster/", roster.roster, name="roster"),
    path("me/groups/<int:pk>/roster/<int:upload>/", roster.show, name="roster-upload"),
    path("me/groups/<int:pk>/roster/<int:upload>/errors/", roster.errors, name="roster-errors"),
    path("me/roster.<slug:kind>", roster.template, name="roster-template"),
    path("me/sign-out/", leave_session, name="sign-out"),
]
