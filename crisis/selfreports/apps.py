from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SelfReportsConfig(AppConfig):
    """People whom nobody looked for say themselves that they are there."""

    name = "crisis.selfreports"
    label = "selfreports"
    verbose_name = _("自助报备")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.selfreports import receivers  # noqa: F401 - connects its receivers
        from crisis.selfreports.services import keeping, placing, receiving
        from registry import holds
        from registry.services import merging

        keeping.register_rules()
        holds.register_hold(keeping.needed)
        holds.register_eraser(keeping.forget_people)
        merging.register_follower(placing.follow_partings)
        sweep.register("self_reports", receiving.work_reports, interval=2)
