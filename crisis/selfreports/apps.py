from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SelfReportsConfig(AppConfig):
    name = "crisis.selfreports"
    label = "selfreports"
    verbose_name = _("自助报备")
