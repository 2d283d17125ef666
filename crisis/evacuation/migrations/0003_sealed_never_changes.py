"""Refuse any change of a sealed manifest and of its entries in the database itself (promise 5).

SQLite drops a table's triggers when a later migration rebuilds the table: such a migration calls
`create_triggers` again.
"""

from django.db import migrations

WORDS = "a sealed manifest never changes"
SEALED = "(SELECT state FROM evacuation_manifest WHERE id = {}.manifest_id) = 'sealed'"
# name: (act, table, condition)
GUARDS = {
    "manifest_sealed_no_update": ("UPDATE", "evacuation_manifest", "OLD.state = 'sealed'"),
    "manifest_sealed_no_delete": ("DELETE", "evacuation_manifest", "OLD.state = 'sealed'"),
    "entry_sealed_no_insert": ("INSERT", "evacuation_manifestentry", SEALED.format("NEW")),
    "entry_sealed_no_update": (
        "UPDATE",
        "evacuation_manifestentry",
        f"{SEALED.format('OLD')} OR {SEALED.format('NEW')}",
    ),
    "entry_sealed_no_delete": ("DELETE", "evacuation_manifestentry", SEALED.format("OLD")),
}
TABLES = ("evacuation_manifest", "evacuation_manifestentry")


def sqlite(guards):
    return [
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        for name, (act, table, condition) in guards.items()
    ]


SQLITE = sqlite(GUARDS)
SQLITE_DROP = [f"DROP TRIGGER IF EXISTS {name}" for name in GUARDS]


def _function(name, act, condition):
    """PostgreSQL's trigger conditions take no subquery, so each stands in a function."""
    passed_on = "OLD" if act == "DELETE" else "NEW"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN {passed_on}; END $$"
    )


def postgresql(guards):
    return [
        statement
        for name, (act, table, condition) in guards.items()
        for statement in (
            _function(name, act, condition),
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        )
    ]


POSTGRESQL = [
    *postgresql(GUARDS),
    "CREATE FUNCTION manifest_sealed_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF EXISTS (SELECT FROM evacuation_manifest WHERE state = 'sealed')"
    f" THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN NULL; END $$",
    *(
        f"CREATE TRIGGER manifest_sealed_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION manifest_sealed_no_truncate()"
        for table in TABLES
    ),
]
POSTGRESQL_DROP = [
    f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in [*GUARDS, "manifest_sealed_no_truncate"]
]


def create_triggers(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_DROP if postgresql else SQLITE_DROP:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("evacuation", "0002_initial")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
