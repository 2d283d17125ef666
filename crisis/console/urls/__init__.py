"""Every staff page; one module for each part of the house."""

from crisis.console.urls import general, incidents, registry

app_name = "console"
urlpatterns = [
    *general.urlpatterns,
    *incidents.urlpatterns,
    *registry.urlpatterns,
]
