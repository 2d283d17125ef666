"""PostgreSQL: leave half of each page of deliveries free.

Every delivery is written when it is made, when it is called, when it is answered and when it is
told. With room in its page a change of no indexed column touches no index (a HOT update), and the
table ends no larger, because room that a dead version leaves is taken again. Measured in
docs/performance.md.
"""

from django.db import migrations

TABLE = "notifications_delivery"


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} SET (fillfactor = 50)")


def fill_up(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]
    operations = [migrations.RunPython(leave_room, fill_up)]
