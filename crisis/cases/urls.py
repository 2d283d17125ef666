"""/api/cases/…"""

from django.urls import path

from crisis.cases import api

app_name = "cases"
urlpatterns = [
    path("", api.Cases.as_view(), name="cases"),
    path("counts/", api.Figures.as_view(), name="counts"),
    path("<int:pk>/", api.OneCase.as_view(), name="case"),
    path("<int:pk>/contact/", api.Contact.as_view(), name="contact"),
    path("<int:pk>/tried/", api.Tried.as_view(), name="tried"),
    path("<int:pk>/note/", api.Note.as_view(), name="note"),
    path("<int:pk>/take/", api.Take.as_view(), name="take"),
    path("<int:pk>/grade/", api.GradeIt.as_view(), name="grade"),
    path("<int:pk>/pause/", api.Pause.as_view(), name="pause"),
    path("<int:pk>/resume/", api.Resume.as_view(), name="resume"),
    path("<int:pk>/close/", api.Close.as_view(), name="close"),
    path("<int:pk>/reopen/", api.Reopen.as_view(), name="reopen"),
]
