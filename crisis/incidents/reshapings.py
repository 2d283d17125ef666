"""New ground for an incident in the place of the old: narrower, or elsewhere. Looked at first."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.announcements import words_of_alert
from crisis.incidents.drafts import (
    AreaDraft,
    area_of,
    digest_of,
    draft_of,
    ground_as_hashed,
    text_variables,
)
from crisis.incidents.ground import Shift, shift_to
from crisis.incidents.models import Incident
from crisis.incidents.preview import PreviewText, needs_second_officer, post_for, texts_shown
from crisis.incidents.selectors import alert_wave
from crisis.incidents.states import ResponseLevel
from crisis.incidents.widenings import alert_for_newcomers, needs_another
from crisis.staff.models import User
from notifications.texts import Texts, render, template_named
from registry.geography.inside import people_inside
from registry.reach import addresses_for

RELEASED = "released"
SAYS = ("news", "news_en")


@dataclass(frozen=True, slots=True)
class ReshapingPreview:
    """Counts of people, except `addresses`, which counts messages to those newly inside.

    `added` are new in the audience, `returning` were out and are in again, `released` are out from
    now on (`released_ids` are who), `staying` hear nothing. `affected`, all but those who stay, is
    the number to be typed. `release_texts` are what the released read, where anything.
    """

    added: int
    certain: int
    uncertain: int
    returning: int
    released: int
    staying: int
    affected: int
    unaddressed: int
    addresses: int
    texts: list[PreviewText]
    release_texts: list[PreviewText]
    needs_second_officer: bool
    content_hash: str
    released_ids: list[int]

    @property
    def moves(self) -> bool:
        """Whether anybody is newly inside; else the area only becomes narrower."""
        return bool(self.added or self.returning)


def preview_reshaping(
    *, incident: Incident, area: AreaDraft, words: Mapping[str, str], officer: User
) -> ReshapingPreview:
    """Look at it. Changes nothing. Raises DomainError for whatever reshaping would refuse, but for
    ground that changes nothing for anybody, which is shown as such."""
    post_for(draft_of(incident), officer)
    said = clean_release(incident, words)
    shift = shift_to(people_inside(area_of(area), at=clock.now()), incident)
    check_not_empty(shift)
    told = [*shift.fresh.person_ids.tolist(), *shift.back.tolist()]
    reach = addresses_for(told, prefer_first=incident.response_level != ResponseLevel.RED)
    certain = int(shift.fresh.certain.sum())
    return ReshapingPreview(
        added=len(shift.fresh),
        certain=certain,
        uncertain=len(shift.fresh) - certain,
        returning=len(shift.back),
        released=len(shift.left),
        staying=len(shift.stay),
        affected=affected(shift),
        unaddressed=len(reach.unaddressed),
        addresses=len(reach.addresses),
        texts=texts_shown(alert_for_newcomers(incident).texts) if told else [],
        release_texts=texts_shown(render_release(incident, said)) if said else [],
        needs_second_officer=needs_second(incident, shift),
        content_hash=content_hash(incident, area, said, shift),
        released_ids=shift.left.tolist(),
    )


def affected(shift: Shift) -> int:
    return shift.told + len(shift.left)


def check_not_empty(shift: Shift) -> None:
    """A slip of the hand must not let everybody go. Raises DomainError nobody_left."""
    if not shift.told and not len(shift.stay):
        raise DomainError(
            "nobody_left",
            _("新的区域内没有任何登记人，未作更改。请检查坐标、半径、多边形和国家；"
              "不再需要点名时，请解除事件。"),
        )  # fmt: skip


def needs_second(incident: Incident, shift: Shift) -> bool:
    """Exactly as widening for those who are told, and for as many who are let go."""
    if needs_second_officer(len(shift.left)):
        return True
    return bool(shift.told) and needs_another(incident, shift.told)


def clean_release(incident: Incident, words: Mapping[str, str]) -> dict[str, str]:
    """What those left out are told, in both languages or not at all. Raises DomainError
    missing_words, and what is wrong with the words."""
    said = {name: words.get(name, "").strip() for name in SAYS}
    if not any(said.values()):
        return {}
    if missing := [name for name in SAYS if not said[name]]:
        raise DomainError(
            "missing_words",
            _("告知移出者的内容须同时有中文和英文，或都留空。"),
            {"missing": missing},
        )
    render_release(incident, said)
    return said


def render_release(incident: Incident, said: Mapping[str, str]) -> Texts:
    """The texts as they would leave, but for the code."""
    post = incident.post
    return render(
        template_named(RELEASED),
        variables={
            **text_variables(draft_of(incident), post),
            **words_of_alert(incident),
            **said,
            "hotline": settings.HOTLINE,
            "code": "K7M4Q2",
        },
        signature_zh=post.signature_zh,
        signature_en=post.signature_en,
        mode=settings.MODE,
    )


def content_hash(incident: Incident, area: AreaDraft, said: Mapping[str, str], shift: Shift) -> str:
    """Covers the ground, what those left out are told, and what those newly inside are told."""
    alert = alert_for_newcomers(incident) if shift.told else alert_wave(incident)
    return digest_of(
        {
            "incident": incident.pk,
            "alert": alert.code if alert else "",
            "words": dict(said),
            "countries": list(area.countries),
            **ground_as_hashed(area),
        }
    )
