"""What becomes of an uploaded roster."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UploadState(models.TextChoices):
    WAITING = "waiting", _("等待处理")
    LOADING = "loading", _("正在处理")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未能完成")


OVER = frozenset({UploadState.DONE, UploadState.FAILED})
