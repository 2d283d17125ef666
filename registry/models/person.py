"""A registered person and the household they belong to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField


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

    Names stand plain, for search and for the manifest; the document number and the health note
    are encrypted. `needs` holds codes that matter on a plane: wheelchair, stretcher, oxygen,
    infant, pregnant, infirm.
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
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    basis = models.CharField(_("处理依据"), max_length=16, choices=Basis, default=Basis.CONSENT)
    external_ref = models.CharField(
        max_length=60, null=True, blank=True, unique=True, help_text="The loader's own row key."
    )
    registered_at = models.DateTimeField(_("登记时间"))
    left_at = models.DateTimeField(_("退出登记时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("登记人")
        verbose_name_plural = _("登记人")
        indexes = [
            models.Index(
                fields=["left_at"], condition=models.Q(left_at__isnull=False), name="person_left"
            ),
            models.Index(fields=["name"], name="person_by_name"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"
