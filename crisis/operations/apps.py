from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "crisis.operations"
    label = "operations"
    verbose_name = _("运行")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.operations import checks, tally, whole

        checks.register_checks()
        sweep.register("count_waves", whole.count_waves, interval=5.0)
        sweep.register("tally", tally.advance, interval=10.0)
