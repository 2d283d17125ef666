from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransportsConfig(AppConfig):
    name = "crisis.transports"
    label = "transports"
    verbose_name = _("撤离运输")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.transports.services import keeping, missing
        from registry import holds

        keeping.register_rules()
        holds.register_hold(keeping.needed)
        holds.register_eraser(keeping.forget_people)
        sweep.register("overdue_parties", missing.watch_overdue, interval=5.0)
