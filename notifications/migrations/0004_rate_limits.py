"""The buckets of gateways and sender numbers (notifications/services/limits.py)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_reply_knows_its_source")]

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("spent_until", models.FloatField(default=0.0)),
                ("granted", models.IntegerField(default=0)),
                ("paused_until", models.FloatField(default=0.0)),
                ("claimed_until", models.FloatField(default=0.0)),
                ("claimed_by", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
    ]
