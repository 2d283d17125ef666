"""Three kinds of lines: a plan to leave, a plan to stay, and words beside an answer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0007_self_reports")]

    operations = [
        migrations.AlterField(
            model_name="rollcallevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("alerted", "已告警"),
                    ("unreached", "告警未送达"),
                    ("reported_safe", "联络员代报平安"),
                    ("safe", "报平安"),
                    ("needs_help", "求助"),
                    ("possible_help", "可能求助"),
                    ("left_area", "报已离开"),
                    ("wants_out", "要求撤离"),
                    ("plans_out", "希望撤离"),
                    ("plans_stay", "暂时留下"),
                    ("added", "补充情况"),
                    ("no_answer", "到时未答"),
                    ("contact_word", "紧急联系人来信"),
                    ("wrong_number", "致电：号码有误"),
                    ("call_again", "致电：约定再打"),
                    ("withdrawn", "撤销一行误记"),
                    ("injured", "受伤"),
                    ("identity_pending", "身份待核"),
                    ("deceased", "死亡"),
                    ("missing", "失联"),
                    ("help_closed", "协助完成"),
                    ("boarded", "登乘"),
                    ("disembarked", "离乘"),
                    ("arrived", "抵达"),
                ],
                max_length=16,
            ),
        ),
    ]
