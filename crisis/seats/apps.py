from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SeatsConfig(AppConfig):
    name = "crisis.seats"
    label = "seats"
    verbose_name = _("意愿与席位")

    def ready(self) -> None:
        from config.kernel import sweep
        from crisis.seats import receivers  # noqa: F401 - connects its receivers
        from crisis.seats.services import gathering, keeping, lapsing, telling
        from registry import holds

        keeping.register_rules()
        holds.register_eraser(keeping.forget_people)
        sweep.register("travellers", gathering.follow_roll_call, interval=2.0, eager=False)
        sweep.register("lapsed_offers", lapsing.lapse_offers, interval=1.0)
        sweep.register("tell_seats", telling.tell_seats, interval=1.0)
