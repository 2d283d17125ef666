from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "crisis.cases"
    label = "cases"
    verbose_name = _("求助个案")
