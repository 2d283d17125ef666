"""Posts abroad and the countries they serve."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Post(models.Model):
    """使领馆. `code` is short and stable, such as `VLI` for the embassy in Port Vila."""

    code = models.CharField(max_length=12, unique=True)
    name_zh = models.CharField(_("中文名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80)
    signature_zh = models.CharField(_("短信签名"), max_length=20, help_text="驻瓦努阿图使馆")
    signature_en = models.CharField(max_length=40, help_text="Chinese Embassy Vanuatu")
    duty_phone = models.CharField(_("值班电话"), max_length=20)
    time_zone = models.CharField(_("时区"), max_length=40, default="UTC")

    class Meta:
        ordering = ["code"]
        verbose_name = _("使领馆")
        verbose_name_plural = _("使领馆")

    def __str__(self) -> str:
        return self.name_zh


class Jurisdiction(models.Model):
    """领区: one country served by one post (ISO 3166-1 alpha-2)."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="jurisdictions")
    country = models.CharField(max_length=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "country"], name="jurisdiction_once")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.country}"
