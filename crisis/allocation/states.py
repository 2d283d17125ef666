"""The life of a plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    PROPOSED = "proposed", _("建议")
    ADOPTED = "adopted", _("采用")
    REPLACED = "replaced", _("已被取代")
    DISCARDED = "discarded", _("已放弃")
