"""Plans: who goes on which transport."""

from django.urls import path

from crisis.console.views import plans

urlpatterns = [
    path("incidents/<int:pk>/plans/", plans.overview, name="plans"),
    path("incidents/<int:pk>/plans/ask/", plans.ask, name="plan-ask"),
    path("plans/<int:pk>/", plans.show, name="plan"),
    path("plans/<int:pk>/adopt/", plans.adopt, name="plan-adopt"),
    path("plans/<int:pk>/discard/", plans.discard, name="plan-discard"),
    path("plans/<int:pk>/again/", plans.again, name="plan-again"),
    path("plans/<int:pk>/party/", plans.find_party, name="plan-find"),
    path("plans/<int:pk>/party/<int:number>/", plans.party, name="plan-party"),
    path("plans/<int:pk>/party/<int:number>/release/", plans.release, name="plan-release"),
]
