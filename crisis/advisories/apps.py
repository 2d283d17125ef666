from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdvisoriesConfig(AppConfig):
    name = "crisis.advisories"
    label = "advisories"
    verbose_name = _("安全提醒")
