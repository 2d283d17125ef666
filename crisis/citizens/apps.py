from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CitizensConfig(AppConfig):
    """What a registered person, a family and a liaison do for themselves."""

    name = "crisis.citizens"
    label = "citizens"
    verbose_name = _("自助登记")

    def ready(self) -> None:
        from crisis.citizens.services import leaving
        from registry import holds

        holds.register_eraser(leaving.scrub_messages)
