from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvacuationConfig(AppConfig):
    name = "crisis.evacuation"
    label = "evacuation"
    verbose_name = _("撤离")

    def ready(self) -> None:
        from crisis.evacuation import erasing
        from registry import holds

        erasing.register_rules()
        holds.register_eraser(erasing.forget_rows)
