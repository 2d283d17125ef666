from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "crisis.calls"
    label = "calls"
    verbose_name = _("呼叫名单")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.calls import receivers  # noqa: F401 - connects its receivers
        from crisis.calls.services import keeping, listing
        from registry import holds

        keeping.register_rules()
        holds.register_eraser(keeping.forget_words)
        sweep.register("call_list", listing.list_newcomers, interval=3.0, lane="calls")
        sweep.register(
            "call_list_found", listing.follow_standings, interval=30.0, lane="calls", eager=False
        )
