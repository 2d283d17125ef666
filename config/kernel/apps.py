from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "config.kernel"
    label = "kernel"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from config.kernel import (
            beats,
            checks,
            installation,
            keys,
            lookups,  # noqa: F401 - registers its own
            sweep,
        )

        post_migrate.connect(installation.settle_mode, sender=self)
        post_migrate.connect(keys.note_keys, sender=self)
        checks.register_checks()
        sweep.register("tell_steps", sweep.tell_steps, interval=3.0)
        sweep.register("forget_beats", beats.forget_old, interval=60.0)
