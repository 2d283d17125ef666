"""Every page that needs no log-in."""

from django.urls import path

from crisis.public.views.check_in import check_in
from crisis.public.views.health import health
from crisis.public.views.verify import verify

app_name = "public"
urlpatterns = [
    path("c/<str:token>/", check_in, name="check-in"),
    path("v/", verify, name="verify"),
    path("healthz", health, name="health"),
]
