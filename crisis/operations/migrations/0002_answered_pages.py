"""Pages that go on until somebody answers, and the steps they took."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0010_asked_after"),
        ("operations", "0001_initial"),
        ("registry", "0009_geocoding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PageCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "待传呼"),
                            (1, "该馆值班人员"),
                            (2, "下一班和馆领导"),
                            (3, "邻馆值班人员"),
                            (4, "所有值班人员"),
                        ]
                    ),
                ),
                ("at", models.DateTimeField(help_text="Real time.")),
                (
                    "turns",
                    models.JSONField(default=list, help_text="Ids of the turns that were called."),
                ),
            ],
        ),
        migrations.AddField(
            model_name="page",
            name="answered_at",
            field=models.DateTimeField(help_text="Real time.", null=True, verbose_name="应答时间"),
        ),
        migrations.AddField(
            model_name="page",
            name="answered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="应答人",
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="post",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pages",
                to="registry.post",
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="step",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "待传呼"),
                    (1, "该馆值班人员"),
                    (2, "下一班和馆领导"),
                    (3, "邻馆值班人员"),
                    (4, "所有值班人员"),
                ],
                default=1,
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="step_at",
            field=models.DateTimeField(help_text="Real time.", null=True),
        ),
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
                    ("called", "请值班人员应答"),
                    ("test_page", "传呼测试，无须处置"),
                    ("cover_begun", "使馆代管已开始"),
                    ("nobody_on_duty", "无人值班"),
                ],
                max_length=20,
                verbose_name="问题",
            ),
        ),
        migrations.AddIndex(
            model_name="page",
            index=models.Index(
                condition=models.Q(("answered_at", None), ("post__isnull", False)),
                fields=["post", "-at"],
                name="page_not_answered",
            ),
        ),
        migrations.AddField(
            model_name="pagecall",
            name="page",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calls",
                to="operations.page",
            ),
        ),
        migrations.AddField(
            model_name="pagecall",
            name="wave",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="notifications.wave",
            ),
        ),
        migrations.AddConstraint(
            model_name="pagecall",
            constraint=models.UniqueConstraint(
                fields=("page", "step"), name="page_call_once_a_step"
            ),
        ),
    ]
