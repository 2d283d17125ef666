"""Who is on duty, and by which number they are reached."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import config.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.DateTimeField(verbose_name="开始时间（UTC）")),
                ("ends_at", models.DateTimeField(verbose_name="结束时间（UTC）")),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "中文"), ("en", "English")],
                        default="zh-hans",
                        max_length=8,
                        verbose_name="语言",
                    ),
                ),
                (
                    "phone",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="staff.duty.phone", verbose_name="手机"
                    ),
                ),
                (
                    "wechat",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="staff.duty.wechat", verbose_name="微信"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="registry.post",
                        verbose_name="使领馆",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "值班",
                "verbose_name_plural": "值班表",
                "ordering": ["-begins_at"],
                "indexes": [models.Index(fields=["ends_at"], name="duty_by_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("begins_at"))),
                        name="duty_ends_after_it_begins",
                    )
                ],
            },
        ),
    ]
