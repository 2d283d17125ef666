from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "crisis.cases"
    label = "cases"
    verbose_name = _("求助个案")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.cases import receivers  # noqa: F401 - connects its receivers
        from crisis.cases.services import clocks, keeping, requests
        from registry import holds

        keeping.register_rules()
        holds.register_hold(keeping.needed)
        holds.register_eraser(keeping.forget_people)
        sweep.register("help_requests", requests.work_requests, interval=1.0)
        sweep.register("case_clocks", clocks.watch_clocks, interval=1.0)
