"""Pages about cases of help that nobody has spoken with in time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0002_answered_pages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="page",
            name="problem",
            field=models.CharField(
                choices=[
                    ("process_stuck", "进程停滞已重启"),
                    ("process_dying", "进程反复退出"),
                    ("database_away", "数据库无应答"),
                    ("broker_away", "消息代理无应答"),
                    ("not_swept", "清扫进程无进展"),
                    ("step_failing", "清扫步骤反复失败"),
                    ("untaken", "到期批次无人处理"),
                    ("held_too_long", "批次占用超时"),
                    ("doubt_unresolved", "存疑送达未核实"),
                    ("not_whole", "批次人数不符"),
                    ("unexpanded", "受众尚未展开"),
                    ("inbox_unread", "来信未处理"),
                    ("steps_overdue", "到期步骤未执行"),
                    ("outbox_unsent", "对外事件未送出"),
                    ("not_watched", "无值守进程"),
                    ("red_case", "红色求助无人接手"),
                    ("case_overdue", "红色求助超时未联系"),
                    ("called", "请值班人员应答"),
                    ("test_page", "传呼测试，无须处置"),
                    ("cover_begun", "使馆代管已开始"),
                    ("nobody_on_duty", "无人值班"),
                ],
                max_length=20,
                verbose_name="问题",
            ),
        ),
    ]
