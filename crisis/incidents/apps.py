from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "crisis.incidents"
    label = "incidents"
    verbose_name = _("突发事件")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.incidents.services import expanding

        sweep.register("expand_audience", expanding.expand_unfinished, interval=0.5)
