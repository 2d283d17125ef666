"""What is added to an answer behind a link, and the key of the press that said it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0010_asked_after")]

    operations = [
        migrations.AddField("reply", "details", models.JSONField(null=True)),
        migrations.AddField(
            "reply",
            "client_key",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="reply",
            name="meaning",
            field=models.CharField(
                choices=[
                    ("safe", "平安"),
                    ("all_safe", "全家平安"),
                    ("needs_help", "需要帮助"),
                    ("left_area", "已离开"),
                    ("wants_out", "平安但需撤离"),
                    ("possible_help", "可能需要帮助"),
                    ("stop", "退订"),
                    ("wrong_number", "号码有误"),
                    ("details", "补充情况"),
                    ("unknown", "不明"),
                ],
                max_length=13,
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client_key", ""), _negated=True),
                fields=("delivery", "client_key"),
                name="reply_once_a_press",
            ),
        ),
    ]
