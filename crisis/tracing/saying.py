"""What a relative may be told: one pure function from what is known to the sentence to read aloud.

The rule: the asker hears only what the sought person allowed, and everything that may not be said
sounds the same. «We have noted your enquiry» is said, word for word alike, whether the person is
registered or not, agreed or refused, is missing or has died: no answer betrays a registration, and
no death is ever told from here. The consent «tracing» covers whether somebody was reached and
whether they are safe, for relatives, and no place (registry/consent/texts.py, tracing-1).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crisis.rollcall.states import Condition, Contact
from crisis.tracing.states import RELATIVES, Checked, Kinship, Permission


class Say(models.TextChoices):
    NOTED = "noted", gettext_lazy("只说已登记")
    NOT_REACHED = "not_reached", gettext_lazy("正在联系")
    REACHED = "reached", gettext_lazy("已联系上")
    REPORTED = "reported", gettext_lazy("联络员代报平安")
    SAFE = "safe", gettext_lazy("本人报平安")
    PLACE = "place", gettext_lazy("平安及所在城市")


class Ground(models.TextChoices):
    """Why this and no more; for the officer's eyes, never for the asker's."""

    UNMATCHED = "unmatched", gettext_lazy("尚未匹配到登记人")
    REFUSED = "refused", gettext_lazy("本人不同意告知")
    NO_CONSENT = "no_consent", gettext_lazy("本人没有同意告知亲属")
    CHILD = "child", gettext_lazy("未满十四周岁，须监护人就此次询问表态")
    NO_RELATIVE = "no_relative", gettext_lazy("询问人不是亲属，同意不包括此人")
    NOT_CHECKED = "not_checked", gettext_lazy("询问人身份尚未核实")
    NO_NEWS = "no_news", gettext_lazy("没有可以告知的消息")
    NOT_BY_THIS_PAGE = (
        "not_by_this_page",
        gettext_lazy("此人情况不由本页告知，请报馆领导指定专人按规定联系家属"),
    )
    CONSENT = "consent", gettext_lazy("本人同意告知亲属")
    PERMISSION = "permission", gettext_lazy("本人就此次询问同意告知")


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the decision rests on. Times are UTC.

    `consent`: «告知寻人的亲属» is in force. `in_incident`: the person stands in a roll call;
    `condition`, `contact`, `spoken_for`, `answered_at` are that standing. `city` is where they said
    they are, in words, or empty.
    """

    number: str
    name: str
    kinship: Kinship = Kinship.UNKNOWN
    checked: Checked = Checked.NO
    matched: bool = False
    consent: bool = False
    permission: Permission = Permission.NOT_ASKED
    is_child: bool = False
    in_incident: bool = False
    condition: Condition = Condition.UNKNOWN
    contact: Contact = Contact.NOT_CONTACTED
    spoken_for: bool = False
    answered_at: datetime | None = None
    city: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What may be said, why no more, and the sentence itself, in the language that is active."""

    say: Say
    ground: Ground
    text: str


# Told to a family by a person whom the head of the post names, face to face or by voice.
NOT_BY_THIS_PAGE = frozenset({Condition.DECEASED, Condition.IDENTITY_PENDING})


def what_may_be_said(known: Known) -> Words:
    """The one decision. Blind to everything but `known`."""
    ground = _ground(known)
    if ground not in (Ground.CONSENT, Ground.PERMISSION):
        return Words(Say.NOTED, ground, _sentence(Say.NOTED, known))
    say = _news(known)
    if say is None:
        return Words(Say.NOTED, Ground.NO_NEWS, _sentence(Say.NOTED, known))
    place = known.permission == Permission.PLACE and known.city and known.answered_at
    if say == Say.SAFE and place:
        say = Say.PLACE
    return Words(say, ground, _sentence(say, known))


def _ground(known: Known) -> Ground:
    """The first reason to be silent, else what allows speaking."""
    allowed = known.permission in (Permission.SAFE, Permission.PLACE)
    silent = (
        (not known.matched, Ground.UNMATCHED),
        (
            known.condition in NOT_BY_THIS_PAGE or known.contact == Contact.MISSING,
            Ground.NOT_BY_THIS_PAGE,
        ),
        (known.permission == Permission.NOTHING, Ground.REFUSED),
        (known.checked == Checked.NO, Ground.NOT_CHECKED),
        (known.is_child and not allowed, Ground.CHILD),
        (not allowed and not known.consent, Ground.NO_CONSENT),
        (not allowed and known.kinship not in RELATIVES, Ground.NO_RELATIVE),
    )
    reason = next((ground for holds, ground in silent if holds), None)
    return reason or (Ground.PERMISSION if allowed else Ground.CONSENT)


def _news(known: Known) -> Say | None:
    """What there is to tell. Of somebody who is hurt or needs help only that they were reached:
    how somebody is beyond «safe» is not covered by what they agreed to."""
    if not known.in_incident:
        return None
    if known.condition == Condition.SAFE:
        return Say.REPORTED if known.spoken_for else Say.SAFE
    if known.contact == Contact.ANSWERED:
        return Say.REACHED
    return Say.NOT_REACHED


def _sentence(say: Say, known: Known) -> str:
    """The sentence. The name is the asker's own spelling, so that it tells nothing new."""
    if say == Say.NOTED:
        return _(
            "您的询问我们已经登记，编号%(number)s。如能联系上，我们会转达您的话。按照个人信息保护的"
            "规定，我们不能告知任何人是否登记以及其情况，这不说明任何好或坏的消息。"
        ) % {"number": known.number}
    if say == Say.SAFE and known.answered_at is None:
        return _("%(name)s本人已报平安。我们会转达您的话。") % {"name": known.name}
    words = {
        "name": known.name,
        "city": known.city,
        "when": f"{known.answered_at:%Y-%m-%d %H:%M}" if known.answered_at else "",
    }
    return _texts()[say] % words


def _texts() -> dict[Say, str]:
    return {
        Say.NOT_REACHED: _(
            "我们正在联系%(name)s，目前暂未联系上。通信不畅时常有这种情况，不等于有危险。"
            "有消息会转达您的话。"
        ),
        Say.REACHED: _("我们已联系上%(name)s，会转达您的话，并请其尽快与您联系。"),
        Say.REPORTED: _("%(name)s所在团组的联络员报告其平安。我们会转达您的话。"),
        Say.SAFE: _("%(name)s本人于%(when)s（世界时）报了平安。我们会转达您的话。"),
        Say.PLACE: _(
            "%(name)s本人于%(when)s（世界时）报了平安，目前在%(city)s。我们会转达您的话。"
        ),
    }
