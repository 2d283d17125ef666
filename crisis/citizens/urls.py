"""Registration and a person's own pages."""

from typing import Any

from django.urls import URLPattern, path

from crisis.citizens.views import groups, leaving, roster, trips
from crisis.citizens.views.asked import asked
from crisis.citizens.views.code import code, leave_session
from crisis.citizens.views.consents import consents
from crisis.citizens.views.contacts import contacts, wechat, wechat_qr
from crisis.citizens.views.correct import correct, emergency
from crisis.citizens.views.family import add, family
from crisis.citizens.views.join import join
from crisis.citizens.views.me import confirm, depart, download, me, pause
from crisis.citizens.views.self_report import self_report
from crisis.citizens.views.wechat_door import wechat_door, wechat_door_qr


def _also_of(route: str, view: Any, name: str, **more: Any) -> list[URLPattern]:
    """A page of one's own, and the same of somebody in the family."""
    return [
        path(f"me/{route}", view, more, name=name),
        path(f"me/of/<int:person_id>/{route}", view, more, name=f"{name}-of"),
    ]


app_name = "citizens"
urlpatterns = [
    path("join/", join, name="join"),
    path("r/<str:code>/", self_report, name="self-report"),
    path("me/code/", code, name="code"),
    path("me/code/wechat/", wechat_door, name="code-wechat"),
    path("me/code/wechat.png", wechat_door_qr, name="code-wechat-qr"),
    path("me/groups/", groups.overview, name="groups"),
    path("me/groups/new/", groups.new, name="group-new"),
    path("me/groups/<int:pk>/", groups.group, name="group"),
    path("me/groups/<int:pk>/report/", groups.reports, name="group-reports"),
    path("me/groups/<int:pk>/report/<int:incident>/", groups.report, name="group-report"),
    path("me/groups/<int:pk>/roster/", roster.roster, name="roster"),
    path("me/groups/<int:pk>/roster/<int:upload>/", roster.show, name="roster-upload"),
    path("me/groups/<int:pk>/roster/<int:upload>/errors/", roster.errors, name="roster-errors"),
    path("me/roster.<slug:kind>", roster.template, name="roster-template"),
    path("me/trips/", trips.trips, name="trips"),
    path("me/trips/<int:pk>/", trips.trip, name="trip"),
    path("me/leaving/", leaving.evacuations, name="evacuations"),
    path("me/leaving/<int:pk>/", leaving.leaving, name="leaving"),
    path("c/<str:token>/leaving/", leaving.leaving_by_link, name="leaving-link"),
    path("me/sign-out/", leave_session, name="sign-out"),
    path("me/asked/", asked, name="asked"),
    path("me/family/", family, name="family"),
    path("me/family/add/", add, name="family-add"),
    path("me/contacts/", contacts, name="contacts"),
    path("me/wechat/", wechat, name="wechat"),
    path("me/wechat/qr.svg", wechat_qr, name="wechat-qr"),
    *_also_of("", me, "me"),
    *_also_of("correct/<slug:part>/", correct, "correct"),
    *_also_of("emergency/", emergency, "emergency"),
    *_also_of("consents/", consents, "consents"),
    *_also_of("download/guihang.json", download, "json", form="json"),
    *_also_of("download/guihang.txt", download, "txt", form="txt"),
    *_also_of("confirm/", confirm, "confirm"),
    *_also_of("pause/", pause, "pause"),
    *_also_of("leave/", depart, "leave"),
]
