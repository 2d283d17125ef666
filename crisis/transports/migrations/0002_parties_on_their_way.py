"""Where a party goes, and that nobody is on two ways at once. No SelfEvacuee was written before."""

import django.db.models.deletion
from django.db import migrations, models

import config.kernel.fields


class Migration(migrations.Migration):
    dependencies = [("transports", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="evacuationoperation",
            name="forgotten_at",
            field=models.DateTimeField(help_text="When its words were removed.", null=True),
        ),
        migrations.AddField(
            model_name="selfevacuation",
            name="arrival_line",
            field=models.CharField(blank=True, max_length=60, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="selfevacuation",
            name="to_country",
            field=models.CharField(
                blank=True, max_length=2, verbose_name="前往的国家或地区", default=""
            ),
            preserve_default=False,
        ),
        migrations.DeleteModel(name="SelfEvacuee"),
        migrations.CreateModel(
            name="SelfEvacuee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("live", models.BooleanField(default=True)),
                ("person_ref", models.BigIntegerField(null=True)),
                (
                    "name",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="transports.selfevacuee.name",
                        verbose_name="姓名",
                    ),
                ),
                (
                    "filing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="transports.selfevacuation",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="transports.evacuationoperation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person_ref"], name="selfevacuee_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person_ref__isnull", False)),
                        fields=("filing", "person_ref"),
                        name="selfevacuee_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("live", True), ("person_ref__isnull", False)),
                        fields=("operation", "person_ref"),
                        name="selfevacuee_one_way",
                    ),
                ],
            },
        ),
    ]
