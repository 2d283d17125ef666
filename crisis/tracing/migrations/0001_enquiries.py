"""寻人询问: enquiries, whom they were matched to, and what was answered."""

import django.db.models.deletion
from django.db import migrations, models

import config.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0001_cases"),
        ("incidents", "0006_slices_as_they_are"),
        ("registry", "0009_geocoding"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=12, unique=True, verbose_name="编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待查找"),
                            ("matched", "已匹配"),
                            ("answered", "已答复"),
                            ("closed", "已结案"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "came_by",
                    models.CharField(
                        choices=[
                            ("call", "来电"),
                            ("desk", "来访"),
                            ("letter", "来信"),
                            ("hotline", "12308热线转来"),
                            ("form", "网上登记"),
                            ("unknown", "其他"),
                        ],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="询问时间")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("recorded_by", models.CharField(max_length=150)),
                ("touched_at", models.DateTimeField()),
                (
                    "asker_name",
                    config.kernel.fields.EncryptedTextField(
                        default="", purpose="tracing.asker.name", verbose_name="询问人"
                    ),
                ),
                (
                    "asker_phone",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="tracing.asker.phone",
                        verbose_name="询问人电话",
                    ),
                ),
                ("asker_phone_index", models.BinaryField(db_index=True, max_length=16, null=True)),
                (
                    "asker_other",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="tracing.asker.other",
                        verbose_name="询问人其他联系方式",
                    ),
                ),
                (
                    "kinship",
                    models.CharField(
                        choices=[
                            ("spouse", "配偶"),
                            ("parent", "父母"),
                            ("child", "子女"),
                            ("sibling", "兄弟姐妹"),
                            ("relative", "其他亲属"),
                            ("friend", "朋友、同学"),
                            ("employer", "单位、学校"),
                            ("unknown", "其他"),
                        ],
                        max_length=8,
                        verbose_name="与被寻人关系",
                    ),
                ),
                (
                    "checked",
                    models.CharField(
                        choices=[
                            ("no", "尚未核实"),
                            ("document", "核对了证件或户籍材料"),
                            ("called_back", "回拨了登记的紧急联系人号码"),
                            ("person", "被寻人本人确认"),
                        ],
                        default="no",
                        max_length=11,
                        verbose_name="身份核实",
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_by", models.CharField(blank=True, max_length=150)),
                (
                    "publish",
                    models.CharField(
                        choices=[
                            ("not_asked", "尚未询问"),
                            ("refused", "不同意对外提供"),
                            ("partners", "可提供给参与救援的机构"),
                            ("public", "可公开寻人"),
                        ],
                        default="not_asked",
                        max_length=9,
                        verbose_name="对外提供",
                    ),
                ),
                ("publish_at", models.DateTimeField(null=True)),
                ("publish_by", models.CharField(blank=True, max_length=150)),
                (
                    "birth_year",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="出生年份"
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        choices=[("M", "男"), ("F", "女"), ("X", "未说明")],
                        default="X",
                        max_length=1,
                        verbose_name="性别",
                    ),
                ),
                (
                    "passport",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="tracing.passport", verbose_name="证件号码"
                    ),
                ),
                ("passport_index", models.BinaryField(db_index=True, max_length=16, null=True)),
                (
                    "phone",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="tracing.phone", verbose_name="被寻人电话"
                    ),
                ),
                ("phone_index", models.BinaryField(db_index=True, max_length=16, null=True)),
                (
                    "last_country",
                    models.CharField(blank=True, max_length=2, verbose_name="最后所在国家"),
                ),
                (
                    "last_place",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="tracing.last_place",
                        verbose_name="最后所在地点",
                    ),
                ),
                (
                    "last_heard_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="最后联系时间"),
                ),
                (
                    "description",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="tracing.description",
                        verbose_name="情况说明",
                    ),
                ),
                (
                    "message",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="tracing.message", verbose_name="请转达的话"
                    ),
                ),
                (
                    "permission",
                    models.CharField(
                        choices=[
                            ("not_asked", "本人尚未表态"),
                            ("nothing", "本人不同意告知"),
                            ("safe", "可告知是否平安"),
                            ("place", "可告知平安及所在城市"),
                        ],
                        default="not_asked",
                        max_length=9,
                        verbose_name="本人意见",
                    ),
                ),
                ("permission_at", models.DateTimeField(null=True)),
                ("permission_by", models.CharField(blank=True, max_length=150)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=150)),
                (
                    "closed_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_touch", "双方已取得联系"),
                            ("answered", "已答复询问人"),
                            ("withdrawn", "询问人撤回"),
                            ("duplicate", "重复询问"),
                            ("handed_on", "已转主管部门"),
                            ("unknown", "其他"),
                        ],
                        max_length=9,
                    ),
                ),
                ("scrubbed_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries",
                        to="incidents.incident",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries",
                        to="registry.post",
                    ),
                ),
            ],
            options={
                "verbose_name": "寻人询问",
                "verbose_name_plural": "寻人询问",
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said", models.CharField(max_length=12)),
                ("ground", models.CharField(max_length=20)),
                (
                    "text",
                    config.kernel.fields.EncryptedTextField(default="", purpose="tracing.answer"),
                ),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=150)),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="tracing.enquiry",
                    ),
                ),
            ],
            options={
                "verbose_name": "寻人答复",
                "verbose_name_plural": "寻人答复",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="LinkedCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("linked_at", models.DateTimeField()),
                ("linked_by", models.CharField(max_length=150)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked_enquiries",
                        to="cases.case",
                    ),
                ),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked_cases",
                        to="tracing.enquiry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "score",
                    models.SmallIntegerField(help_text="What the search had given, 0 to 100."),
                ),
                ("matched_at", models.DateTimeField()),
                ("matched_by", models.CharField(max_length=150)),
                (
                    "told_at",
                    models.DateTimeField(help_text="When the person was told of it.", null=True),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=150)),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="tracing.enquiry",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enquiry_matches",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "寻人匹配",
                "verbose_name_plural": "寻人匹配",
            },
        ),
        migrations.CreateModel(
            name="SoughtName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "text",
                    config.kernel.fields.EncryptedTextField(default="", purpose="tracing.name"),
                ),
                (
                    "sound",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="tracing.sound"
                    ),
                ),
                ("sound_index", models.BinaryField(db_index=True, max_length=16, null=True)),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="tracing.enquiry",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(fields=["post", "state", "-id"], name="enquiry_of_post"),
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(
                condition=models.Q(("scrubbed_at", None)),
                fields=["touched_at"],
                name="enquiry_to_scrub",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("publish", "not_asked"), ("publish_at__isnull", False), _connector="OR"
                ),
                name="enquiry_publish_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("permission", "not_asked"), ("permission_at__isnull", False), _connector="OR"
                ),
                name="enquiry_permission_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="linkedcase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("enquiry", "case"),
                name="enquiry_case_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("enquiry",),
                name="enquiry_matched_once",
            ),
        ),
    ]
