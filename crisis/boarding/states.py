"""What happens at a gate."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScanKind(models.TextChoices):
    """What somebody at a gate recorded. Among scans of one moment the later in this list counts."""

    NO_SHOW = "no_show", _("未到")
    REFUSED = "refused", _("未予登乘")
    BOARDED = "boarded", _("已登乘")
    TAKEN_OFF = "taken_off", _("已离乘")


class RefusalReason(models.TextChoices):
    NO_PAPERS = "no_papers", _("没有有效证件")
    NOT_LISTED = "not_listed", _("不在名单上")
    UNFIT = "unfit", _("身体状况不宜乘坐")
    SECURITY = "security", _("安检或边检不准")
    OTHER = "other", _("其他")
