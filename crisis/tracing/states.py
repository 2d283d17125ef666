"""The closed vocabularies of an enquiry, and the only ways in which it moves on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnquiryState(models.TextChoices):
    OPEN = "open", _("待查找")
    MATCHED = "matched", _("已匹配")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已结案")


_S = EnquiryState
TRANSITIONS: dict[EnquiryState, frozenset[EnquiryState]] = {
    _S.OPEN: frozenset({_S.MATCHED, _S.CLOSED}),
    # A match that is undone leaves it open again.
    _S.MATCHED: frozenset({_S.OPEN, _S.ANSWERED, _S.CLOSED}),
    _S.ANSWERED: frozenset({_S.OPEN, _S.CLOSED}),
    _S.CLOSED: frozenset({_S.OPEN, _S.MATCHED}),
}


class CameBy(models.TextChoices):
    CALL = "call", _("来电")
    DESK = "desk", _("来访")
    LETTER = "letter", _("来信")
    HOTLINE = "hotline", _("12308热线转来")
    FORM = "form", _("网上登记")
    UNKNOWN = "unknown", _("其他")


class Kinship(models.TextChoices):
    """What the asker is to the sought person."""

    SPOUSE = "spouse", _("配偶")
    PARENT = "parent", _("父母")
    CHILD = "child", _("子女")
    SIBLING = "sibling", _("兄弟姐妹")
    RELATIVE = "relative", _("其他亲属")
    FRIEND = "friend", _("朋友、同学")
    EMPLOYER = "employer", _("单位、学校")
    UNKNOWN = "unknown", _("其他")


# Whom the consent «告知寻人的亲属» speaks of (registry/consent/texts.py).
RELATIVES = frozenset(
    {Kinship.SPOUSE, Kinship.PARENT, Kinship.CHILD, Kinship.SIBLING, Kinship.RELATIVE}
)


class Checked(models.TextChoices):
    """How an officer knows that the asker is who they say."""

    NO = "no", _("尚未核实")
    DOCUMENT = "document", _("核对了证件或户籍材料")
    CALLED_BACK = "called_back", _("回拨了登记的紧急联系人号码")
    PERSON = "person", _("被寻人本人确认")


class Publish(models.TextChoices):
    """Whether it may be told to others that this person is sought (PFIF's shared records)."""

    NOT_ASKED = "not_asked", _("尚未询问")
    REFUSED = "refused", _("不同意对外提供")
    PARTNERS = "partners", _("可提供给参与救援的机构")
    PUBLIC = "public", _("可公开寻人")


class Permission(models.TextChoices):
    """What the sought person said about this one enquiry."""

    NOT_ASKED = "not_asked", _("本人尚未表态")
    NOTHING = "nothing", _("本人不同意告知")
    SAFE = "safe", _("可告知是否平安")
    PLACE = "place", _("可告知平安及所在城市")


class Closed(models.TextChoices):
    IN_TOUCH = "in_touch", _("双方已取得联系")
    ANSWERED = "answered", _("已答复询问人")
    WITHDRAWN = "withdrawn", _("询问人撤回")
    DUPLICATE = "duplicate", _("重复询问")
    HANDED_ON = "handed_on", _("已转主管部门")
    UNKNOWN = "unknown", _("其他")
