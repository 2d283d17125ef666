"""A cause is looked for by itself, whatever the case: its index begins with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_concerns"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="caseevent",
            name="case_event_once_a_cause",
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_key", ""), _negated=True),
                fields=("source_key", "case"),
                name="case_event_once_a_cause",
            ),
        ),
    ]
