from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TracingConfig(AppConfig):
    name = "crisis.tracing"
    label = "tracing"
    verbose_name = _("寻人询问")
