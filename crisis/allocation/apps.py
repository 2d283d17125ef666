from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllocationConfig(AppConfig):
    """Who goes on which transport: plans proposed by a solver, decided on by planners."""

    name = "crisis.allocation"
    label = "allocation"
    verbose_name = _("座位分配")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.allocation import receivers  # noqa: F401 - connects its receivers
        from crisis.allocation.services import running

        # A lane of its own: thinking for half a minute holds up neither timers nor replies.
        sweep.register("make_plans", running.make_waiting, interval=1.0, lane="plans")
