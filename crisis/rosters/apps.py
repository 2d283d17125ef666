from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RostersConfig(AppConfig):
    """Rosters that liaisons and officers upload, worked off row by row."""

    name = "crisis.rosters"
    label = "rosters"
    verbose_name = _("名册")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.rosters.services import keeping, loading
        from registry import holds

        holds.register_eraser(keeping.forget_people)
        keeping.register_rules()
        # A lane of its own: a big roster holds up neither timers nor replies.
        sweep.register("load_rosters", loading.load_waiting, interval=1.0, lane="rosters")
