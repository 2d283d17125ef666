from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "crisis.operations"
    label = "operations"
    verbose_name = _("运行")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.operations import (
            answering,
            checks,
            escalating,
            receivers,  # noqa: F401 - connects its receivers
            tally,
            whole,
        )

        checks.register_checks()
        sweep.register("count_waves", whole.count_waves, interval=5.0)
        sweep.register("tally", tally.advance, interval=10.0)
        # Pages wait for a gateway: they hold up nobody else's lane.
        sweep.register("hear_answers", answering.hear_answers, interval=2.0, lane="paging")
        sweep.register("escalate_pages", escalating.escalate_pages, interval=2.0, lane="paging")
