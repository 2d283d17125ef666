from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CitizensConfig(AppConfig):
    """What a registered person, a family and a liaison do for themselves."""

    name = "crisis.citizens"
    label = "citizens"
    verbose_name = _("自助登记")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.citizens import receivers  # noqa: F401 - connects its receivers
        from crisis.citizens.services import binding, codes, leaving, limits, wechat_door
        from registry import holds

        holds.register_eraser(leaving.scrub_messages)
        sweep.register("forget_codes", codes.forget_old_codes, interval=300, eager=False)
        sweep.register("forget_bindings", binding.forget_old, interval=300, eager=False)
        sweep.register("forget_wechat_doors", wechat_door.forget_old, interval=300, eager=False)
        sweep.register("forget_tallies", limits.forget_old, interval=300, eager=False)
