"""Refuse UPDATE and DELETE on the audit log in the database itself, whoever asks."""

from django.db import migrations

SQLITE = [
    f"""CREATE TRIGGER audit_entry_no_{act} BEFORE {act.upper()} ON kernel_auditentry
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
    for act in ("update", "delete")
]
POSTGRESQL = [
    """CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON kernel_auditentry
       FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
    """CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON kernel_auditentry
       FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()""",
]
SQLITE_DROP = [f"DROP TRIGGER IF EXISTS audit_entry_no_{act}" for act in ("update", "delete")]
POSTGRESQL_DROP = [
    "DROP TRIGGER IF EXISTS audit_entry_no_change ON kernel_auditentry",
    "DROP TRIGGER IF EXISTS audit_entry_no_truncate ON kernel_auditentry",
    "DROP FUNCTION IF EXISTS audit_entry_refuse()",
]


def create_triggers(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_DROP if postgresql else SQLITE_DROP:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
