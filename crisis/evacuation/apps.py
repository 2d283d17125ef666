from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvacuationConfig(AppConfig):
    name = "crisis.evacuation"
    label = "evacuation"
    verbose_name = _("撤离")
