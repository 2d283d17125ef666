"""The outbox: what partners are told, written in the transaction that made it true."""

import uuid

from django.db import models


class OutboxEvent(models.Model):
    """One CloudEvents 1.0 event. The sweep publishes in order of `id` and never deletes."""

    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=80, help_text="cn.guihang.incident.declared")
    subject = models.CharField(max_length=80)
    time = models.DateTimeField()
    data = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="outbox_unpublished",
                condition=models.Q(published_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"
