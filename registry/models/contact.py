"""How a person is reached, and whom to call when they are not."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from registry.models.person import Person


class Channel(models.TextChoices):
    SMS = "sms", _("短信")
    WECHAT = "wechat", _("微信")
    EMAIL = "email", _("电子邮件")


class ContactPoint(models.Model):
    """One address of one person: an E.164 number, a WeChat openid or an e-mail address.

    The same address may belong to several people (a couple with one phone); a lower
    `preference` is tried first. A retired address is kept and never used.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_points")
    channel = models.CharField(max_length=8, choices=Channel)
    address = EncryptedTextField(purpose="address")
    address_index = models.BinaryField(max_length=16, editable=False)
    preference = models.PositiveSmallIntegerField(default=1)
    verified_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel", "address_index"], name="contact_once_a_person"
            )
        ]
        indexes = [models.Index(fields=["channel", "address_index"], name="contact_by_address")]

    def __str__(self) -> str:
        return f"{self.channel} of person {self.person_id}"


class EmergencyContact(models.Model):
    """紧急联系人: contacted only when an officer releases it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emergency_contacts")
    name = EncryptedTextField(_("姓名"), purpose="registry.emergency.name")
    relation = models.CharField(_("关系"), max_length=20, blank=True)
    phone = EncryptedTextField(_("电话"), purpose="registry.emergency.phone")
    phone_index = models.BinaryField(max_length=16, editable=False, db_index=True)
    told_at = models.DateTimeField(_("告知其被列为联系人的时间"), null=True, blank=True)

    def __str__(self) -> str:
        return f"emergency contact of person {self.person_id}"
