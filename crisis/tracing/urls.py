from django.urls import path

from crisis.tracing import api

app_name = "tracing"
urlpatterns = [
    path("enquiries/", api.Enquiries.as_view(), name="enquiries"),
    path("enquiries/<int:pk>/", api.OneEnquiry.as_view(), name="enquiry"),
    path("enquiries/<int:pk>/asker/", api.Asker.as_view(), name="asker"),
    path("enquiries/<int:pk>/permission/", api.PersonsWord.as_view(), name="permission"),
    path("enquiries/<int:pk>/answers/", api.Answers.as_view(), name="answers"),
    path("enquiries/<int:pk>/tell/", api.Tell.as_view(), name="tell"),
    path("enquiries/<int:pk>/close/", api.Closing.as_view(), name="close"),
]
