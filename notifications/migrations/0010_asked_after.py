"""A message to whom somebody asks after."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0009_quiet_waves"),
    ]

    operations = [
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
                    ("who_else", "询问同号码家人"),
                    ("contact", "致紧急联系人"),
                    ("code", "一次性验证码"),
                    ("confirm", "请确认登记信息"),
                    ("named", "告知被列为紧急联系人"),
                    ("sought", "告知有人询问"),
                ],
                max_length=10,
            ),
        ),
    ]
