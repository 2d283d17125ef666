from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArrivalsConfig(AppConfig):
    name = "crisis.arrivals"
    label = "arrivals"
    verbose_name = _("抵达与安置")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.arrivals import receivers  # noqa: F401 - receivers connect
        from crisis.arrivals.services import following, keeping, telling
        from registry import holds

        keeping.register_rules()
        holds.register_hold(keeping.needed)
        holds.register_eraser(keeping.forget_stays)
        sweep.register("arrivals", following.follow_matches, interval=2.0)
        sweep.register("families", telling.tell_families, interval=2.0)
