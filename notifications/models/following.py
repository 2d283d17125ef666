"""随后: how far a later wave has come in reaching those whom an earlier one reached."""

from django.db import models

from notifications.models.wave import Wave


class Following(models.Model):
    """`wave` goes to everyone who got, or may have got, `followed`.

    Whoever was still waiting gets `otherwise`, where it is set, in the place of what they waited
    for: an alert in the right words, or the same news. Deliveries of `followed` are gone through
    in order of id; those up to `after_id` are done, and all of them at `done_at`.
    """

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="follows")
    followed = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="followed_by")
    otherwise = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    after_id = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "followed"], name="following_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="following_open", condition=models.Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"wave {self.wave_id} follows {self.followed_id}"
