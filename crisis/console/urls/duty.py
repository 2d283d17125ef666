"""Who is on duty, pages, and one post acting for another."""

from django.urls import path

from crisis.console.views import duty

urlpatterns = [
    path("duty/", duty.overview, name="duty"),
    path("duty/posts/<int:post>/turns/", duty.new_turn, name="turn-new"),
    path("duty/posts/<int:post>/test/", duty.test, name="duty-test"),
    path("duty/posts/<int:post>/hand-over/", duty.hand_over, name="hand-over-post"),
    path("duty/turns/<int:pk>/", duty.turn, name="turn"),
    path("duty/turns/<int:pk>/end/", duty.end_turn, name="turn-end"),
    path("duty/pages/<int:pk>/answer/", duty.answer, name="page-answer"),
    path("duty/neighbours/<int:post>/call/", duty.call, name="neighbour-call"),
    path("duty/neighbours/<int:post>/take-over/", duty.take_over, name="take-over"),
    path("duty/covers/<int:pk>/end/", duty.end_cover, name="cover-end"),
]
