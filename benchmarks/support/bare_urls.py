"""The product's addresses and one more: a bare view that inserts one row and answers.

Only a benchmark's web process is given these (GUIHANG_URLCONF). The view stands behind the same
server, the same middleware and the same kept connection as the webhooks; it checks nothing, seals
nothing, and its table has no index but the key.
"""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config.urls import urlpatterns as product

TABLE = "bench_bare"
PATH = "/bare/insert"


def create_table() -> None:
    key = "bigserial" if connection.vendor == "postgresql" else "integer"
    blob = "bytea" if connection.vendor == "postgresql" else "blob"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id {key} PRIMARY KEY, body {blob} NOT NULL,"
            " received_at timestamp NOT NULL)"
        )


@csrf_exempt
@login_not_required
def insert_one(request: HttpRequest) -> HttpResponse:
    """Raw SQL: the ORM's own way to the same row costs more (`Model.objects.create`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_bare (body, received_at) VALUES (%s, CURRENT_TIMESTAMP)",
            [request.body],
        )
    return HttpResponse()


urlpatterns = [path(PATH.lstrip("/"), insert_one), *product]
