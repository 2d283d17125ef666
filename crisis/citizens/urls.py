"""Registration and a person's own pages."""

from django.urls import URLPattern

app_name = "citizens"
urlpatterns: list[URLPattern] = []
