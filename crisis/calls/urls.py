"""/api/calls/…"""

from django.urls import path

from crisis.calls import api

app_name = "calls"
urlpatterns = [
    path("replies/", api.Strays.as_view(), name="replies"),
    path("replies/<int:reply>/match/", api.MatchStray.as_view(), name="match"),
    path("replies/<int:reply>/dismiss/", api.DismissStray.as_view(), name="dismiss"),
    path("<int:incident>/", api.CallList.as_view(), name="list"),
    path("<int:incident>/next/", api.NextCall.as_view(), name="next"),
    path("<int:incident>/unclear/", api.UnclearWords.as_view(), name="unclear"),
    path("<int:incident>/unclear/<int:person>/", api.JudgeWords.as_view(), name="judge"),
    path("<int:incident>/<int:call>/", api.OneCall.as_view(), name="call"),
    path("<int:incident>/<int:call>/renew/", api.RenewCall.as_view(), name="renew"),
    path("<int:incident>/<int:call>/release/", api.ReleaseCall.as_view(), name="release"),
    path("<int:incident>/<int:call>/undo/", api.UndoCall.as_view(), name="undo"),
]
