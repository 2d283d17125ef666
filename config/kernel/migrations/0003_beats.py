"""What the processes of all hosts were last seen to do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_audit_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Beat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=12)),
                ("pid", models.IntegerField()),
                ("started_at", models.DateTimeField()),
                ("beaten_at", models.DateTimeField()),
                ("did_at", models.DateTimeField(null=True)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("host", "name"), name="beat_once_a_process")
                ],
            },
        ),
    ]
