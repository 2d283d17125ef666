"""撤离行动."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.transports.states import OperationState


class EvacuationOperation(models.Model):
    """Bringing out those who must leave, in one incident. There is one for each incident, however
    many transports it needs, so that nobody is planned for twice."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="evacuation")
    name = models.CharField(_("名称"), max_length=80)
    state = models.CharField(
        _("状态"), max_length=6, choices=OperationState, default=OperationState.OPEN
    )
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("开始时间"))
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    forgotten_at = models.DateTimeField(null=True, help_text="When its words were removed.")

    class Meta:
        verbose_name = _("撤离行动")
        verbose_name_plural = _("撤离行动")

    def __str__(self) -> str:
        return self.name
