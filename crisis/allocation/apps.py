from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllocationConfig(AppConfig):
    name = "crisis.allocation"
    label = "allocation"
    verbose_name = _("座位分配")
