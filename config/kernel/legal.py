"""On what basis personal data are used: one table for the audit log, the pages and the documents.

In an incident it is a statutory duty (领事保护与协助条例) and the protection of life
(个人信息保护法 第十三条第一款第三、四项); otherwise what the person agreed to (第一项). Erasing is
itself a duty (第四十七条).
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    CONSENT = "consent", _("本人同意（个人信息保护法第十三条第一款第一项）")
    STATUTORY = "statutory", _("履行法定职责（领事保护与协助条例；第十三条第一款第三项）")
    VITAL_INTEREST = "vital_interest", _("紧急情况下为保护生命健康所必需（第十三条第一款第四项）")
    ERASURE_DUTY = "erasure_duty", _("处理目的已实现，应当删除（个人信息保护法第四十七条）")


@dataclass(frozen=True, slots=True)
class Use:
    """One way in which personal data are used. `acts` are the audit log's names for it; one that
    ends in «.» stands for all that begin so."""

    label: str | Promise
    bases: tuple[Basis, ...]
    acts: tuple[str, ...]

    @property
    def code(self) -> str:
        return "+".join(self.bases)


INCIDENT = (Basis.STATUTORY, Basis.VITAL_INTEREST)
IN_AN_INCIDENT = "+".join(INCIDENT)
USES: tuple[Use, ...] = (
    Use(
        _("突发事件：找到受影响区域内的人，冻结受众"),
        INCIDENT,
        ("incident.submit", "incident.approve", "incident.declare"),
    ),
    Use(
        _("突发事件：发出告警、更正和后续消息，点名"),
        INCIDENT,
        ("announcement.", "incident.all_clear", "wave.retract", "rollcall.", "reply."),
    ),
    # Audited as «person.viewed», with this basis given by the page of the incident.
    Use(_("突发事件中，官员查看受众中的人"), INCIDENT, ()),
    Use(_("受理、办理和交接求助个案"), INCIDENT, ("case.",)),
    Use(_("突发事件中，受理、核对自助报备"), INCIDENT, ("selfreport.",)),
    Use(_("编制撤离方案，安排席位"), INCIDENT, ("plan.",)),
    Use(_("受理自行撤离报备，转告接收的使领馆"), INCIDENT, ("selfevacuation.",)),
    Use(_("撤离：记录意愿和证件情况，安排、告知席位"), INCIDENT, ("seat.",)),
    Use(_("编制、封存和交出撤离名单"), INCIDENT, ("manifest.",)),
    Use(_("核对撤离人员的登乘和抵达，安置和移交"), INCIDENT, ("arrival.", "stay.")),
    Use(_("经本人同意，告知家人其已抵达"), (Basis.CONSENT,), ("family.",)),
    Use(_("撤离登乘：登乘口核对名单，记录谁已登乘"), INCIDENT, ("boarding.",)),
    Use(_("平时官员查找、查看登记人"), (Basis.CONSENT,), ("person.viewed", "person.searched")),
    Use(_("答复寻人的亲属"), (Basis.CONSENT,), ("tracing.",)),
    Use(
        _("登记、核对本人信息，请您每年确认"),
        (Basis.CONSENT,),
        (
            "registry.",
            "contact.",
            "emergency.",
            "wechat.",
            "person.corrected",
            "person.paused",
            "person.resumed",
            "person.left",
            "person.asked",
            "person.confirmed",
            "person.downloaded",
            "citizen.",
        ),
    ),
    Use(_("团组及其联络员"), (Basis.CONSENT,), ("group.",)),
    Use(
        _("找出并合并重复的登记"),
        (Basis.CONSENT,),
        ("person.duplicates_listed", "person.merged", "person.parted", "person.not_the_same"),
    ),
    Use(_("告知紧急联系人其被列为联系人"), (Basis.STATUTORY,), ("emergency_contact.",)),
    Use(
        _("到期或退出后删除、去标识化"),
        (Basis.ERASURE_DUTY,),
        ("person.erased", "retention.", "manifest.pseudonymised"),
    ),
)
_EXACT = {act: use for use in USES for act in use.acts if not act.endswith(".")}
_BEGINS = {act: use for use in USES for act in use.acts if act.endswith(".")}


def use_of(act: str) -> Use | None:
    """The use that an act of the audit log is; None for what touches no personal data."""
    return _EXACT.get(act) or _BEGINS.get(act.partition(".")[0] + ".")
