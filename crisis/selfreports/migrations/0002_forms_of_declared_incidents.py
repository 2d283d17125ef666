"""Incidents that were declared before there were self-reports get their public form."""

import secrets

from django.db import migrations
from django.utils import timezone

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def open_forms(apps, editor):
    form = apps.get_model("selfreports", "PublicForm")
    declared = apps.get_model("incidents", "Incident").objects.filter(declared_at__isnull=False)
    for pk in declared.values_list("pk", flat=True):
        code = "".join(secrets.choice(ALPHABET) for _ in range(10))
        form.objects.create(incident_id=pk, code=code, made_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("selfreports", "0001_self_reports")]

    operations = [migrations.RunPython(open_forms, migrations.RunPython.noop)]
