from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TracingConfig(AppConfig):
    name = "crisis.tracing"
    label = "tracing"
    verbose_name = _("寻人询问")

    def ready(self) -> None:
        from crisis.tracing.services import keeping
        from registry import holds

        keeping.register_rules()
        holds.register_eraser(keeping.forget_sought)
