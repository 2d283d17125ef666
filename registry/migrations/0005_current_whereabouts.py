import django.db.models.deletion
from django.db import migrations, models

# Everybody of whom a place is known is due at once: the sweep settles them, piece by piece.
FILL = """
INSERT INTO registry_currentwhereabouts (person_id, ground, contested, recheck_at)
SELECT DISTINCT person_id, 'none', {false}, {long_ago} FROM registry_whereabouts
"""


def fill(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    false, long_ago = (
        ("0", "'2000-01-01 00:00:00'") if sqlite else ("FALSE", "TIMESTAMPTZ '2000-01-01Z'")
    )
    schema_editor.execute(FILL.format(false=false, long_ago=long_ago))


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_search_in_one_statement")]

    operations = [
        migrations.CreateModel(
            name="CurrentWhereabouts",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="current_whereabouts",
                        serialize=False,
                        to="registry.person",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("shared", "72 小时内分享的位置"),
                            ("trip", "行程进行中"),
                            ("trip_over", "行程刚结束"),
                            ("trip_ahead", "行程即将开始"),
                            ("residence", "常住地"),
                            ("none", "没有可依据的所在地"),
                        ],
                        max_length=10,
                        verbose_name="依据",
                    ),
                ),
                ("since", models.DateTimeField(null=True)),
                ("contested", models.BooleanField(default=False)),
                ("recheck_at", models.DateTimeField(null=True)),
                (
                    "whereabouts",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.whereabouts",
                    ),
                ),
            ],
            options={
                "verbose_name": "当前所在地",
                "verbose_name_plural": "当前所在地",
                "indexes": [
                    models.Index(
                        condition=models.Q(("recheck_at__isnull", False)),
                        fields=["recheck_at"],
                        name="current_to_recheck",
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
