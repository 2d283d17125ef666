from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "crisis.events"
    label = "events"
    verbose_name = _("事件外发")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.events.services import publish_waiting

        sweep.register("publish_events", publish_waiting, interval=0.5, lane="broker")
