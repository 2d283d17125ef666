"""Which receiver gets which columns, and no more.

What each is for (个人信息保护法 第六条: no more than the purpose needs):

- airline: whoever carries them checks in by passport and seats by need. No Chinese name, no phone,
  no illness in words, no reason why somebody goes first.
- border: who crosses, by which document, on what. Nothing about health or family.
- haven: who comes to stay, with whom, what they need, and how they go on. No document.
- gate: our own people at the door: who, which document, which place, whom to call.
- family: the line that relatives call learns who is on a list, of those alone who agreed that
  relatives may be told. That consent covers no place (registry/consent/texts.py, tracing-1), so
  neither transport nor destination is among the columns.
- tracing: organisations that trace people, in PFIF, of those alone who agreed that such are told
  (partners-1): who they are, and whether they were reached. What a column holds leaves us coarser
  than it stands here (crisis.evacuation.exports.pfif).
- ministry: all that the manifest holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry.models import ConsentPurpose


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of receiver. `columns` in order, and the width of each on a sheet, in characters.

    `own`: our own people, who may have a draft too; others get sealed versions alone.
    `abroad`: may stand outside the mainland, which needs a release (crisis.evacuation.releasing).
    `by_transport`: gets one transport at a time. `consent`: only people whose consent for this
    purpose (registry.models.ConsentPurpose) is in force.
    """

    code: str
    label: str | Promise
    widths: Mapping[str, int]
    own: bool = False
    abroad: bool = False
    by_transport: bool = False
    consent: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.widths)


_WIDTHS = {
    "position": 6,
    "party": 7,
    "priority": 14,
    "name": 12,
    "passport_name": 24,
    "sex": 6,
    "birth_date": 12,
    "nationality": 7,
    "document_kind": 20,
    "document_number": 16,
    "document_expires_on": 14,
    "phone": 18,
    "needs": 14,
    "condition": 10,
    "place_class": 10,
    "legs": 48,
    "reasons": 40,
}


def _columns(names: str) -> Mapping[str, int]:
    return MappingProxyType({name: _WIDTHS[name] for name in names.split()})


_DOCUMENT = "sex birth_date nationality document_kind document_number document_expires_on"
_ALL = (
    Profile(
        "airline",
        _("承运人"),
        _columns(f"position party passport_name {_DOCUMENT} needs place_class"),
        abroad=True,
        by_transport=True,
    ),
    Profile(
        "border",
        _("边检"),
        _columns(f"position name passport_name {_DOCUMENT}"),
        abroad=True,
        by_transport=True,
    ),
    Profile(
        "haven",
        _("临时安置点"),
        _columns(
            "position party name passport_name sex birth_date nationality phone"
            " needs condition legs"
        ),
        abroad=True,
    ),
    Profile(
        "gate",
        _("登乘口"),
        _columns(f"position party priority name passport_name {_DOCUMENT} phone needs place_class"),
        own=True,
        by_transport=True,
    ),
    Profile(
        "family",
        _("家属热线"),
        _columns("position name passport_name sex birth_date"),
        consent=ConsentPurpose.TRACING,
    ),
    Profile(
        "tracing",
        _("寻人合作机构"),
        _columns("position name passport_name sex birth_date condition"),
        abroad=True,
        consent=ConsentPurpose.PARTNERS,
    ),
    Profile("ministry", _("部内"), MappingProxyType(_WIDTHS), own=True),
)
PROFILES: dict[str, Profile] = {profile.code: profile for profile in _ALL}
EVERYTHING = PROFILES["ministry"]
