"""Where each person is thought to be now: one row a person, kept by registry.services.current."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.person import Person
from registry.models.whereabouts import Whereabouts


class Ground(models.TextChoices):
    """What the answer rests on."""

    SHARED = "shared", _("72 小时内分享的位置")
    TRIP = "trip", _("行程进行中")
    TRIP_OVER = "trip_over", _("行程刚结束")
    TRIP_AHEAD = "trip_ahead", _("行程即将开始")
    RESIDENCE = "residence", _("常住地")
    NONE = "none", _("没有可依据的所在地")


class CurrentWhereabouts(models.Model):
    """The whereabouts that counts for one person now, by registry.whereabouts.deciding.

    `since` is when it began to count and `recheck_at` when time alone changes the answer (a leg
    begins or ends, its grace runs out, a shared position goes stale); null: never. Until then
    the row is right; after it, registry.services.current.settle_due writes it anew. `contested`
    says that another place counts as well: the search for an incident takes both.
    """

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="current_whereabouts"
    )
    # Without a check: it is written for every row of a roster, and one that points at a place
    # removed meanwhile is read as unsettled (docs/decisions/foreign-keys-without-a-check.md).
    whereabouts = models.ForeignKey(
        Whereabouts,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    ground = models.CharField(_("依据"), max_length=10, choices=Ground)
    since = models.DateTimeField(null=True)
    contested = models.BooleanField(default=False)
    recheck_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("当前所在地")
        verbose_name_plural = _("当前所在地")
        indexes = [
            models.Index(
                fields=["recheck_at"],
                condition=models.Q(recheck_at__isnull=False),
                name="current_to_recheck",
            )
        ]

    def __str__(self) -> str:
        return f"current whereabouts of person {self.person_id}"
