"""Refuse any change of a sealed manifest's legs in the database itself, as of its entries.

`create_triggers` and `drop_triggers` here are those of all of a manifest's tables.
"""

from importlib import import_module

from django.db import migrations

entries = import_module("crisis.evacuation.migrations.0003_sealed_never_changes")
TABLE = "evacuation_manifestleg"
SEALED = (
    "(SELECT m.state FROM evacuation_manifest m JOIN evacuation_manifestentry e"
    " ON e.manifest_id = m.id WHERE e.id = {}.entry_id) = 'sealed'"
)
GUARDS = {
    "leg_sealed_no_insert": ("INSERT", TABLE, SEALED.format("NEW")),
    "leg_sealed_no_update": (
        "UPDATE",
        TABLE,
        f"{SEALED.format('OLD')} OR {SEALED.format('NEW')}",
    ),
    "leg_sealed_no_delete": ("DELETE", TABLE, SEALED.format("OLD")),
}
TRUNCATE = (
    f"CREATE TRIGGER manifest_sealed_no_truncate BEFORE TRUNCATE ON {TABLE}"
    " FOR EACH STATEMENT EXECUTE FUNCTION manifest_sealed_no_truncate()"
)


def _is_postgresql(schema_editor):
    return schema_editor.connection.vendor == "postgresql"


def create_leg_triggers(apps, schema_editor):
    if _is_postgresql(schema_editor):
        statements = [*entries.postgresql(GUARDS), TRUNCATE]
    else:
        statements = entries.sqlite(GUARDS)
    for statement in statements:
        schema_editor.execute(statement)


def drop_leg_triggers(apps, schema_editor):
    if _is_postgresql(schema_editor):
        statements = [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in GUARDS]
        statements.append(f"DROP TRIGGER IF EXISTS manifest_sealed_no_truncate ON {TABLE}")
    else:
        statements = [f"DROP TRIGGER IF EXISTS {name}" for name in GUARDS]
    for statement in statements:
        schema_editor.execute(statement)


def create_triggers(apps, schema_editor):
    entries.create_triggers(apps, schema_editor)
    create_leg_triggers(apps, schema_editor)


def drop_triggers(apps, schema_editor):
    drop_leg_triggers(apps, schema_editor)
    entries.drop_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("evacuation", "0005_legs")]
    operations = [migrations.RunPython(create_leg_triggers, drop_leg_triggers)]
