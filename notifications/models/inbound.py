"""What came in: kept raw first, understood afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from notifications.models.delivery import Delivery
from notifications.states import Meaning, Plan, ReceiptStatus, ReplyState


class Inbound(models.Model):
    """One webhook call as it came, verified and not yet understood.

    `event_id` is the provider's id of the event, or a digest of the body where there is none;
    with the gateway it is unique, so a repeated push is stored once.
    """

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=80)
    body = EncryptedTextField(purpose="notifications.inbound.body")
    received_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=120, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="inbound_once")]
        indexes = [
            models.Index(
                fields=["id"], name="inbound_unworked", condition=models.Q(worked_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"inbound {self.pk}"


class Receipt(models.Model):
    """回执: what a provider says became of a message. One that comes early waits, unmatched."""

    inbound = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="receipts")
    gateway = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=64)
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.CASCADE, related_name="receipts"
    )
    status = models.CharField(max_length=11, choices=ReceiptStatus)
    provider_code = models.CharField(max_length=40, default="")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["provider_ref"],
                name="receipt_waiting",
                condition=models.Q(delivery__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk} {self.status}"


class Reply(models.Model):
    """回复: an answer by SMS, WeChat, link or call. What matches nobody stays visible.

    `details` is what was added to an answer behind a link, without words of anybody's own: `party`
    (how many are with the sender), `plan` (notifications.states.Plan), `members` (pairs of a
    person's number and what was said of them) and `with_help` (it adds to a call for help).
    `client_key` names one press, so that it counts once however often it is sent.
    """

    class Via(models.TextChoices):
        SMS = "sms", _("短信")
        WECHAT = "wechat", _("微信")
        LINK = "link", _("链接")
        CALL = "call", _("电话")

    inbound = models.ForeignKey(
        Inbound, null=True, on_delete=models.PROTECT, related_name="replies"
    )
    via = models.CharField(max_length=6, choices=Via)
    address_index = models.BinaryField(max_length=16, null=True)
    address = EncryptedTextField(purpose="address", blank=True)
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.SET_NULL, related_name="replies"
    )
    source = models.CharField(
        max_length=40, default="", help_text="What it answers, as waves name it: `incident:12`."
    )
    text = EncryptedTextField(purpose="notifications.reply.text", blank=True)
    meaning = models.CharField(max_length=13, choices=Meaning)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    details = models.JSONField(null=True)
    client_key = models.CharField(max_length=64, blank=True, default="", db_default="")
    state = models.CharField(max_length=9, choices=ReplyState)
    answered_at = models.DateTimeField(help_text="When the person answered, as far as we know.")
    received_at = models.DateTimeField()
    handled_by = models.CharField(max_length=150, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("回复")
        verbose_name_plural = _("回复")
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "client_key"],
                condition=~models.Q(client_key=""),
                name="reply_once_a_press",
            )
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="reply_unmatched", condition=models.Q(state="unmatched")
            ),
            models.Index(fields=["source"], name="reply_by_source", condition=~models.Q(source="")),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk} {self.meaning}"

    @property
    def plan_label(self) -> str:
        """What they mean to do, in words; empty where they did not say."""
        plan = (self.details or {}).get("plan")
        return str(Plan(plan).label) if plan else ""
