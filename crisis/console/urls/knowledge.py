"""What citizens look up: facts of countries, lists of services, the guide."""

from django.urls import path

from crisis.console.views import knowledge

urlpatterns = [
    path("knowledge/", knowledge.countries, name="knowledge"),
    path("knowledge/<str:code>/", knowledge.country, name="knowledge-country"),
    path("knowledge/<str:code>/listings/", knowledge.listing, name="knowledge-listing"),
    path("knowledge/<str:code>/listings/<int:pk>/", knowledge.edit_listing, name="listing-edit"),
    path(
        "knowledge/<str:code>/listings/<int:pk>/withdraw/",
        knowledge.withdraw,
        name="listing-withdraw",
    ),
    path("knowledge/guide/<slug:slug>/<slug:language>/", knowledge.guide, name="knowledge-guide"),
]
