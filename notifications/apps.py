from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("通知")

    def ready(self) -> None:
        from config.kernel import sweep
        from notifications import broker_checks, checks
        from notifications.services import (
            following,
            inbox,
            receipts,
            recovery,
            reindexed,
            retention,
            telling,
        )

        checks.register_checks()
        broker_checks.register_checks()
        retention.register_rules()
        reindexed.register_indexes()
        sweep.register("follow_waves", following.follow_unfinished, interval=0.5)
        sweep.register("recover_batches", recovery.recover_batches, interval=1.0)
        sweep.register("work_inbox", inbox.work_inbox, interval=0.2)
        sweep.register("match_receipts", receipts.match_waiting, interval=0.5)
        sweep.register("tell_outcomes", telling.tell_outcomes, interval=0.3, eager=False)
        sweep.register("ring_again", recovery.ring_again, interval=1.0)
        sweep.register("close_over", recovery.close_what_no_longer_helps, interval=2.0)
        sweep.register("send_untaken", recovery.send_untaken, interval=0.5, lane="gateways")
        sweep.register("resolve_in_doubt", recovery.resolve_in_doubt, interval=1.0, lane="gateways")
