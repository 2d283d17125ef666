"""Where journeys begin, change and end."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.transports.models.operation import EvacuationOperation
from crisis.transports.states import Disclosure, PlaceKind
from registry.models import Post


class Place(models.Model):
    """集合点, 口岸, 临时安置点 or a destination at home.

    `code` is the IATA or UN/LOCODE code that carriers use, where there is one. `post` is the post
    that receives people here; for a safe haven it says whose officers see its list. `beds` is how
    many can stay. A place is told to the public only where `disclosure` says so.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="places"
    )
    kind = models.CharField(_("类型"), max_length=8, choices=PlaceKind)
    name_zh = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    country = models.CharField(_("国家或地区"), max_length=2)
    code = models.CharField(_("代码"), max_length=5, blank=True)
    latitude = models.FloatField(_("纬度"))
    longitude = models.FloatField(_("经度"))
    time_zone = models.CharField(_("时区"), max_length=40)
    directions = models.CharField(_("到达方式"), max_length=300, blank=True)
    contact = EncryptedTextField(_("现场联系人"), purpose="transports.place.contact", blank=True)
    beds = models.PositiveIntegerField(_("可住人数"), default=0)
    post = models.ForeignKey(
        Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    disclosure = models.CharField(
        _("公布范围"), max_length=10, choices=Disclosure, default=Disclosure.PUBLIC
    )
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name = _("地点")
        verbose_name_plural = _("地点")
        constraints = [
            models.UniqueConstraint(fields=["operation", "name_zh"], name="place_name_once"),
            models.CheckConstraint(
                name="place_on_earth",
                condition=models.Q(
                    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh
