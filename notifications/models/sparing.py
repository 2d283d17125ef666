"""免扰: whom a source has let go."""

from django.db import models


class Spared(models.Model):
    """`source` says nothing new to this person any more. What takes back, corrects or ends
    something that they read still reaches them."""

    source = models.CharField(max_length=40)
    person_ref = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "person_ref"], name="spared_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} spares {self.person_ref}"
