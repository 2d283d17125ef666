"""A registered person and the household they belong to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from registry.models.fields import NameKeyField


class DocumentKind(models.TextChoices):
    PASSPORT = "passport", _("护照")
    SAR_PASSPORT = "sar_passport", _("香港/澳门特区护照")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")
    TRAVEL_DOCUMENT = "travel_document", _("旅行证")
    FOREIGN_PASSPORT = "foreign_passport", _("外国护照")
    NONE = "none", _("无证件")


class Sex(models.TextChoices):
    MALE = "M", _("男")
    FEMALE = "F", _("女")
    UNSPECIFIED = "X", _("未说明")


class Obstacle(models.TextChoices):
    """Why somebody may not be able to leave with the document they have."""

    LOST = "lost", _("证件遗失")
    WITHHELD = "withheld", _("证件被雇主扣留")
    OVERSTAY = "overstay", _("逾期居留或需离境许可")
    DETAINED = "detained", _("被羁押")
    NO_GUARDIAN = "no_guardian", _("未成年且无监护人同意")


class BloodType(models.TextChoices):
    A_POSITIVE = "A+", "A+"
    A_NEGATIVE = "A-", "A−"
    B_POSITIVE = "B+", "B+"
    B_NEGATIVE = "B-", "B−"
    AB_POSITIVE = "AB+", "AB+"
    AB_NEGATIVE = "AB-", "AB−"
    O_POSITIVE = "O+", "O+"
    O_NEGATIVE = "O-", "O−"


class Language(models.TextChoices):
    CHINESE = "zh-hans", _("中文")
    ENGLISH = "en", _("English")


class Household(models.Model):
    """People who live or travel together and are never split over transports."""

    label = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.label or f"household {self.pk}"


class Person(models.Model):
    """登记人, or a family member who travels with one.

    Names stand plain, for search and for the manifest, and beside them how they sound and are
    spelled (registry.pinyin); the document number, health and insurance
    are encrypted. `needs` holds codes that matter on a plane: wheelchair, stretcher, oxygen,
    infant, pregnant, infirm; `obstacles` holds codes of Obstacle. `due_on` is the day a child is
    expected (ISO date), from which the week of pregnancy follows on any day.

    `confirmed_at` is when the person last said that all this is right, `dormant_at` when the
    registry gave up asking (they are alerted all the same), `paused_until` the day until which
    they are at home and not to be looked for, `erased_at` when what identifies them was removed.
    `provisional`: somebody reported themselves in an incident and no officer has said yet who they
    are; they have no place, so that no audience finds them
    (docs/decisions/a-self-report-counts-beside.md).
    """

    class Basis(models.TextChoices):
        CONSENT = "consent", _("本人同意")
        GUARDIAN = "guardian", _("监护人同意")
        VITAL_INTEREST = "vital_interest", _("紧急情况下为保护生命健康所必需")
        STATUTORY = "statutory", _("履行法定职责")

    name = models.CharField(_("姓名"), max_length=80)
    passport_name = models.CharField(
        _("证件拼写"), max_length=80, blank=True, help_text="WANG/XIAOMING"
    )
    pinyin = NameKeyField(max_length=160, key="pinyin")
    initials = NameKeyField(max_length=40, key="initials")
    spelled = NameKeyField(max_length=160, key="spelled")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNSPECIFIED)
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    nationality = models.CharField(_("国籍"), max_length=2, default="CN")
    document_kind = models.CharField(
        _("证件种类"), max_length=16, choices=DocumentKind, default=DocumentKind.PASSPORT
    )
    document_number = EncryptedTextField(
        _("证件号码"), purpose="registry.person.document_number", blank=True
    )
    document_index = models.BinaryField(max_length=16, null=True, editable=False, db_index=True)
    document_expires_on = models.DateField(_("证件有效期至"), null=True, blank=True)
    language = models.CharField(_("语言"), max_length=8, choices=Language, default=Language.CHINESE)
    needs = models.JSONField(_("特殊需要"), default=list, blank=True)
    health_note = EncryptedTextField(
        _("健康说明"), purpose="registry.person.health_note", blank=True
    )
    blood_type = EncryptedTextField(_("血型"), purpose="registry.person.blood_type", blank=True)
    due_on = EncryptedTextField(_("预产期"), purpose="registry.person.due_on", blank=True)
    obstacles = models.JSONField(_("离境障碍"), default=list, blank=True)
    insurer = models.CharField(_("保险公司"), max_length=60, blank=True)
    insurance_policy = EncryptedTextField(
        _("保单号"), purpose="registry.person.insurance_policy", blank=True
    )
    insurer_phone = models.CharField(_("保险公司24小时电话"), max_length=20, blank=True)
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    basis = models.CharField(_("处理依据"), max_length=16, choices=Basis, default=Basis.CONSENT)
    external_ref = models.CharField(
        max_length=60, null=True, blank=True, unique=True, help_text="The loader's own row key."
    )
    registered_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="registered"
    )
    provisional = models.BooleanField(_("自助报备，未核实"), default=False, db_default=False)
    registered_at = models.DateTimeField(_("登记时间"))
    confirmed_at = models.DateTimeField(_("最近确认时间"), null=True, blank=True)
    dormant_at = models.DateTimeField(_("休眠时间"), null=True, blank=True)
    paused_until = models.DateField(_("暂停至"), null=True, blank=True)
    erased_at = models.DateTimeField(_("信息删除时间"), null=True, blank=True)
    left_at = models.DateTimeField(_("退出登记时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("登记人")
        verbose_name_plural = _("登记人")
        indexes = [
            models.Index(
                fields=["left_at"], condition=models.Q(left_at__isnull=False), name="person_left"
            ),
            models.Index(
                fields=["paused_until"],
                condition=models.Q(paused_until__isnull=False),
                name="person_paused",
            ),
            models.Index(fields=["name"], name="person_by_name"),
            # What an officer types is their beginning; the pattern classes are PostgreSQL's.
            models.Index(
                fields=["pinyin"], opclasses=["varchar_pattern_ops"], name="person_by_pinyin"
            ),
            models.Index(
                fields=["initials"], opclasses=["varchar_pattern_ops"], name="person_by_initials"
            ),
            models.Index(
                fields=["spelled"], opclasses=["varchar_pattern_ops"], name="person_by_spelling"
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"
