"""What machines ask about the running system."""

from django.urls import path

from crisis.operations.views import metrics

app_name = "operations"
urlpatterns = [path("metrics", metrics, name="metrics")]
