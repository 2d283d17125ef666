"""What a person agreed to, in which words, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.person import Person


class ConsentPurpose(models.TextChoices):
    REGISTRY = "registry", _("登记与应急联系")
    HEALTH = "health", _("健康信息")
    POSITION = "position", _("位置信息")
    WECHAT = "wechat", _("微信联系")
    TRACING = "tracing", _("告知寻人的亲属")
    PARTNERS = "partners", _("告知寻人合作机构")
    GUARDIAN = "guardian", _("监护人代未满十四周岁者同意")
    FAMILY = "family", _("抵达后告知家人")


class Consent(models.Model):
    """One consent for one purpose; withdrawn consents stay, as proof of what was agreed.

    `text_version` names the wording shown (registry/consent/texts.py). `given_by` is whoever
    consented: the person, or the guardian or relative who registered them.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=ConsentPurpose)
    text_version = models.CharField(max_length=20)
    given_by = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="consents_given"
    )
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=models.Q(withdrawn_at=None),
                name="consent_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of person {self.person_id}"
