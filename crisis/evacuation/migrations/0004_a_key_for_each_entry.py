"""Each entry under a key of its own: sealed manifests stay untouched when keys are rotated, and a
person can be erased from one without changing it.

The rows there are sealed anew here, once; the hash over what they say stays what it was.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import config.kernel.fields
from config.kernel import encryption

PURPOSE = "evacuation.entry.row"
guards = import_module("crisis.evacuation.migrations.0003_sealed_never_changes")


def seal_under_own_keys(apps, schema_editor):
    entries = apps.get_model("evacuation", "ManifestEntry").objects
    keys = apps.get_model("evacuation", "EntryKey").objects
    if not entries.exists():
        return
    guards.drop_triggers(apps, schema_editor)
    for pk, row in entries.order_by("pk").values_list("pk", "sealed_row").iterator():
        key = encryption.new_key()
        plain = encryption.unseal(bytes(row), PURPOSE)
        entries.filter(pk=pk).update(sealed_row=encryption.seal_under(key, plain, PURPOSE))
        keys.create(entry_id=pk, key=key)
    guards.create_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("evacuation", "0003_sealed_never_changes")]

    operations = [
        # The column stays as it is: SQLite would rebuild the table, and drop its triggers.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="manifestentry", name="row"),
                migrations.AddField(
                    model_name="manifestentry",
                    name="sealed_row",
                    field=models.BinaryField(db_column="row"),
                    preserve_default=False,
                ),
            ]
        ),
        migrations.CreateModel(
            name="EntryKey",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="own_key",
                        serialize=False,
                        to="evacuation.manifestentry",
                    ),
                ),
                (
                    "key",
                    config.kernel.fields.EncryptedTextField(
                        default="", purpose="evacuation.entry.key"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pseudonymised",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "people",
                    models.PositiveIntegerField(help_text="All those erased so far."),
                ),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="evacuation.manifest",
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.RunPython(seal_under_own_keys, migrations.RunPython.noop),
    ]
