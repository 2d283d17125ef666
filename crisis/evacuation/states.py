"""The life of a release to a receiver outside the mainland, and on what ground it stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReleaseState(models.TextChoices):
    WAITING = "waiting", _("待决定")
    RELEASED = "released", _("已授权")
    REFUSED = "refused", _("不同意")
    REVOKED = "revoked", _("已收回")


_S = ReleaseState
TRANSITIONS: dict[ReleaseState, frozenset[ReleaseState]] = {
    _S.WAITING: frozenset({_S.RELEASED, _S.REFUSED}),
    _S.RELEASED: frozenset({_S.REVOKED}),
    _S.REFUSED: frozenset(),
    _S.REVOKED: frozenset(),
}


class LegalGround(models.TextChoices):
    """On what personal data may leave the mainland (个人信息保护法 第十三条、三十八至四十一条)."""

    VITAL = "vital", _("紧急情况下为保护生命健康所必需（第十三条第一款第四项）")
    DUTY = "duty", _("履行法定职责所必需（第十三条第一款第三项）")
    TREATY = "treaty", _("我国缔结或参加的国际条约、协定有规定（第三十八条第二款）")
    CONSENT = "consent", _("已取得本人单独同意（第三十九条）")
    AUTHORITY = "authority", _("主管机关已批准向境外机关提供（第四十一条）")
