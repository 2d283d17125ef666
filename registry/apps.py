from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = _("登记")

    def ready(self) -> None:
        from config.kernel import sweep
        from registry import indexes
        from registry.services import current, geocoding, retention

        retention.register_rules()
        indexes.register_indexes()
        # A lane of its own: a night in which 100,000 legs begin holds up no alert.
        sweep.register("settle_whereabouts", current.settle_due, interval=2.0, lane="whereabouts")
        # A provider may hang: a lane of its own, one address a turn.
        sweep.register("geocode", geocoding.geocode_next, interval=1.0, lane="outside", eager=False)
