from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "config.kernel"
    label = "kernel"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from config.kernel import checks, installation

        post_migrate.connect(installation.settle_mode, sender=self)
        checks.register_checks()
