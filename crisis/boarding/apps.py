from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardingConfig(AppConfig):
    name = "crisis.boarding"
    label = "boarding"
    verbose_name = _("登乘")

    def ready(self) -> None:
        from crisis.boarding.services import keeping
        from registry import holds

        keeping.register_rules()
        holds.register_eraser(keeping.forget)
