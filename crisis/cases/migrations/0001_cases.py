"""Cases of help, their log, partners, merges, links and hand-overs; the raw public requests."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import config.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("incidents", "0006_slices_as_they_are"),
        ("registry", "0009_geocoding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=32, unique=True, verbose_name="编号")),
                (
                    "person_ref",
                    models.BigIntegerField(help_text="Who called, if registered.", null=True),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("reply", "回复“2”"),
                            ("button", "报平安页面求助"),
                            ("form", "公开求助表"),
                            ("officer", "官员登记"),
                            ("call", "电话"),
                            ("selfreport", "自助报备"),
                            ("tracing", "寻人询问"),
                            ("liaison", "联络员"),
                            ("overdue", "逾期未归"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("origin_key", models.CharField(max_length=60, unique=True)),
                ("raised_at", models.DateTimeField(verbose_name="收到时间")),
                ("opened_at", models.DateTimeField(verbose_name="立案时间")),
                ("opened_by", models.CharField(blank=True, max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待联系"),
                            ("in_contact", "已联系上"),
                            ("under_way", "协助中"),
                            ("closed", "已结案"),
                            ("merged", "已并入"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[("red", "红"), ("orange", "橙"), ("yellow", "黄")],
                        max_length=6,
                        verbose_name="级别",
                    ),
                ),
                ("clock_from", models.DateTimeField()),
                ("contacted_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("paused_s", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("overdue_told_at", models.DateTimeField(null=True)),
                (
                    "person_name",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="cases.case.person_name",
                        verbose_name="姓名",
                    ),
                ),
                (
                    "contact",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="cases.case.contact",
                        verbose_name="联系方式",
                    ),
                ),
                (
                    "place",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.case.place", verbose_name="地点"
                    ),
                ),
                (
                    "landmark",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="cases.case.landmark",
                        verbose_name="附近标志物",
                    ),
                ),
                (
                    "event",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="cases.case.event",
                        verbose_name="发生了什么",
                    ),
                ),
                (
                    "steps_taken",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="cases.case.steps",
                        verbose_name="已采取措施",
                    ),
                ),
                (
                    "pause_reason",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.case.pause"
                    ),
                ),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("accuracy_m", models.FloatField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("helped", "协助完成"),
                            ("not_needed", "本人表示不再需要"),
                            ("referred", "已移交其他单位"),
                            ("unfounded", "误报或无法核实"),
                        ],
                        max_length=10,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "forgotten_at",
                    models.DateTimeField(help_text="When its words were removed.", null=True),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="incidents.incident",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="cases.case",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="registry.post",
                    ),
                ),
            ],
            options={
                "verbose_name": "求助个案",
                "verbose_name_plural": "求助个案",
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "立案"),
                            ("called_again", "再次求助"),
                            ("human_contact", "已与本人或现场人员通话"),
                            ("tried", "尝试联系未果"),
                            ("note", "备注"),
                            ("intake", "补充接案信息"),
                            ("graded", "定级"),
                            ("assigned", "接手"),
                            ("paused", "暂停计时"),
                            ("resumed", "恢复计时"),
                            ("overdue", "超时未联系"),
                            ("under_way", "协助开始"),
                            ("partner", "登记协作方"),
                            ("handed_over", "交班"),
                            ("taken_over", "接班"),
                            ("merged", "并入另一个案"),
                            ("absorbed", "并入了另一个案"),
                            ("parted", "撤销合并"),
                            ("linked", "关联"),
                            ("unlinked", "取消关联"),
                            ("transferred", "移交使领馆"),
                            ("closed", "结案"),
                            ("reopened", "重新打开"),
                        ],
                        max_length=13,
                    ),
                ),
                ("at", models.DateTimeField(help_text="When it happened.")),
                ("learned_at", models.DateTimeField()),
                ("by", models.CharField(blank=True, max_length=150)),
                (
                    "note",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.event.note"
                    ),
                ),
                ("detail", models.JSONField(default=dict)),
                ("source_key", models.CharField(blank=True, max_length=60)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "high",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "low",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record", models.JSONField(default=dict)),
                ("merged_at", models.DateTimeField()),
                ("merged_by", models.CharField(max_length=150)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=150)),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CasePartner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ambulance", "急救"),
                            ("police", "警方"),
                            ("fire", "消防、搜救"),
                            ("hospital", "医院"),
                            ("lawyer", "律师"),
                            ("interpreter", "翻译"),
                            ("insurer", "保险公司"),
                            ("employer", "用人单位、学校、旅行社"),
                            ("family", "家属"),
                            ("other", "其他"),
                        ],
                        max_length=11,
                        verbose_name="类别",
                    ),
                ),
                (
                    "name",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.partner.name", verbose_name="姓名"
                    ),
                ),
                (
                    "organisation",
                    config.kernel.fields.EncryptedTextField(
                        blank=True,
                        default="",
                        purpose="cases.partner.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "phone",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.partner.phone", verbose_name="电话"
                    ),
                ),
                (
                    "note",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.partner.note", verbose_name="说明"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=150)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partners",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CasePerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_ref", models.BigIntegerField()),
                ("live", models.BooleanField(default=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="persons",
                        to="cases.case",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.incident",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "summary",
                    config.kernel.fields.EncryptedTextField(
                        default="", purpose="cases.handover.summary"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="registry.post",
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="HandOverCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "summary",
                    config.kernel.fields.EncryptedTextField(
                        blank=True, default="", purpose="cases.handover.case"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "hand_over",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="cases.handover",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HelpRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=36, unique=True)),
                (
                    "body",
                    config.kernel.fields.EncryptedTextField(
                        default="", purpose="cases.request.body"
                    ),
                ),
                ("client", models.BinaryField(max_length=16)),
                ("received_at", models.DateTimeField()),
                ("held", models.BooleanField(default=False)),
                ("worked_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requests",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at"],
                name="case_clock_runs",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "in_contact", "under_way"])),
                fields=["post", "state"],
                name="case_live",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["incident", "state"], name="case_of_incident"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False), ("forgotten_at__isnull", True)),
                fields=["closed_at"],
                name="case_to_forget",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at", None),
                    ("state__in", ["open", "in_contact", "under_way"]),
                    _connector="OR",
                ),
                name="case_clock_only_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("state", "merged")),
                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into", None)),
                    _connector="OR",
                ),
                name="case_merged_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_key", ""), _negated=True),
                fields=("case", "source_key"),
                name="case_event_once_a_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="caselink",
            constraint=models.UniqueConstraint(fields=("low", "high"), name="case_link_once"),
        ),
        migrations.AddConstraint(
            model_name="caselink",
            constraint=models.CheckConstraint(
                condition=models.Q(("low__lt", models.F("high"))), name="case_link_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="casemerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("gone",), name="case_gone_once"
            ),
        ),
        migrations.AddIndex(
            model_name="caseperson",
            index=models.Index(fields=["person_ref"], name="case_by_person"),
        ),
        migrations.AddConstraint(
            model_name="caseperson",
            constraint=models.UniqueConstraint(
                fields=("case", "person_ref"), name="case_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("incident__isnull", False), ("live", True)),
                fields=("person_ref", "incident"),
                name="case_person_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("incident__isnull", True), ("live", True)),
                fields=("person_ref",),
                name="case_person_one_live_outside",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_by", None),
                    models.Q(("accepted_by", models.F("from_user")), _negated=True),
                    _connector="OR",
                ),
                name="hand_over_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at", None), ("withdrawn_at", None), _connector="OR"),
                name="hand_over_one_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="handovercase",
            constraint=models.UniqueConstraint(
                fields=("hand_over", "case"), name="hand_over_case_once"
            ),
        ),
        migrations.AddIndex(
            model_name="helprequest",
            index=models.Index(fields=["client", "received_at"], name="help_by_client"),
        ),
        migrations.AddIndex(
            model_name="helprequest",
            index=models.Index(
                condition=models.Q(("worked_at__isnull", True)), fields=["id"], name="help_unworked"
            ),
        ),
    ]
