"""Who was asked to confirm their registration, and how often."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0001_codes_and_tallies"),
        ("registry", "0003_doors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asking",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="registry.person",
                    ),
                ),
                ("times", models.PositiveSmallIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
            ],
        ),
    ]
