"""Every address of the web process."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("crisis.public.urls")),
    path("", include("crisis.console.urls")),
    path("", include("notifications.urls")),
    path("admin/", admin.site.urls),
    path("api/advisories/", include("crisis.advisories.urls")),
    path("api/evacuation/", include("crisis.evacuation.urls")),
]
