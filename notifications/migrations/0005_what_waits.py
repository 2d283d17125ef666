"""How much stands in a batch and since when, so that what waits is counted by batches; and the
kind of wave that pages the duty roster.
"""

from django.db import migrations, models

import config.kernel.clock


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0004_rate_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="made_at",
            field=models.DateTimeField(default=config.kernel.clock.real_now),
        ),
        migrations.AddField(
            model_name="batch",
            name="size",
            field=models.PositiveIntegerField(default=0, help_text="Deliveries written into it."),
        ),
        migrations.AlterField(
            model_name="wave",
            name="kind",
            field=models.CharField(
                choices=[
                    ("initial", "首次告警"),
                    ("reminder", "提醒"),
                    ("update", "更新"),
                    ("correction", "更正"),
                    ("retraction", "撤回"),
                    ("all_clear", "解除"),
                    ("duty", "值班传呼"),
                ],
                max_length=10,
            ),
        ),
    ]
