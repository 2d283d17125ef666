from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArrivalsConfig(AppConfig):
    name = "crisis.arrivals"
    label = "arrivals"
    verbose_name = _("抵达与安置")
