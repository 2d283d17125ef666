"""Registration and a person's own pages."""

from django.urls import path

from crisis.citizens.views.code import code, leave_session

app_name = "citizens"
urlpatterns = [
    path("me/code/", code, name="code"),
    path("me/sign-out/", leave_session, name="sign-out"),
]
