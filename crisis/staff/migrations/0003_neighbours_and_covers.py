"""Who may take over whom, and one post acting for another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0009_geocoding"),
        ("staff", "0002_duty_roster"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cover",
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("silent", "该馆无人应答"),
                            ("evacuated", "该馆撤离或中断办公"),
                            ("overloaded", "该馆力量不足"),
                            ("planned", "例行移交"),
                            ("unknown", "其他"),
                        ],
                        max_length=10,
                        verbose_name="原因",
                    ),
                ),
                ("ordered_at", models.DateTimeField(verbose_name="决定时间")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="提前结束时间"),
                ),
                (
                    "covered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covering",
                        to="registry.post",
                        verbose_name="代管使领馆",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covers_ended",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covers_ordered",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="决定人",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covers",
                        to="registry.post",
                        verbose_name="使领馆",
                    ),
                ),
            ],
            options={
                "verbose_name": "代管",
                "verbose_name_plural": "代管",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["covered_by", "ends_at"],
                        name="cover_not_ended",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("begins_at"))),
                        name="cover_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("post", models.F("covered_by")), _negated=True),
                        name="cover_of_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Neighbour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=1, verbose_name="次序")),
                (
                    "neighbour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="neighbour_of",
                        to="registry.post",
                        verbose_name="邻馆",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="neighbours",
                        to="registry.post",
                        verbose_name="使领馆",
                    ),
                ),
            ],
            options={
                "verbose_name": "邻馆",
                "verbose_name_plural": "邻馆",
                "ordering": ["post", "order", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("post", "neighbour"), name="neighbour_once"),
                    models.CheckConstraint(
                        condition=models.Q(("post", models.F("neighbour")), _negated=True),
                        name="neighbour_of_another",
                    ),
                ],
            },
        ),
    ]
