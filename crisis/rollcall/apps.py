from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RollCallConfig(AppConfig):
    name = "crisis.rollcall"
    label = "rollcall"
    verbose_name = _("点名")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.incidents import series
        from crisis.rollcall import receivers, tallies  # noqa: F401 - receivers connect
        from crisis.rollcall.services import following, keeping, timers
        from crisis.rollcall.services.series import answered_since
        from registry import holds
        from registry.services import merging

        keeping.register_rules()
        series.register_fresh(answered_since)
        holds.register_hold(keeping.needed)
        holds.register_eraser(keeping.forget_notes)
        merging.register_follower(following.follow_merges)
        sweep.register("due_steps", timers.work_due_steps, interval=0.5)
        sweep.register("tallies", tallies.fold_tallies, interval=1.0, eager=False)
