from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SeatsConfig(AppConfig):
    name = "crisis.seats"
    label = "seats"
    verbose_name = _("意愿与席位")
