"""What of the tracing API needs to know whom an officer may see."""

from django.urls import path

from crisis.console.api import tracing

app_name = "tracing-people"
urlpatterns = [
    path("enquiries/<int:pk>/candidates/", tracing.Candidates.as_view(), name="candidates"),
    path("enquiries/<int:pk>/match/", tracing.Matching.as_view(), name="match"),
]
