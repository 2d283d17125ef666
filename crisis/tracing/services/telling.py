"""Telling the sought person that somebody asks after them, so that they can decide what is said."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.services.expanding import as_recipient
from crisis.staff.models import User
from crisis.tracing.models import Enquiry, Match
from crisis.tracing.saying import Ground
from crisis.tracing.selectors import words_for
from crisis.tracing.services.recording import need_match, note, working
from crisis.tracing.states import Kinship
from notifications.models import Wave
from notifications.services.recipients import Recipient, add_recipients
from notifications.services.waves import create_wave, recipients_done
from notifications.states import Priority, WaveKind
from registry.names import masked_name
from registry.reach import addresses_for

TEMPLATE = "sought"
HELPS_FOR = timedelta(days=3)


def tell_person(*, enquiry: Enquiry, officer: User) -> Wave:
    """Write to the matched person, once for each match, at their own best address: never at one
    that they share with somebody else in the family, who may be the one who asks.

    Raises DomainError: forbidden, not_found, already_closed, not_matched, already_told,
    not_by_this_page (they have died or are missing), unaddressed.
    """
    with working(enquiry, officer) as row:
        need_match(row)
        match = row.matches.select_for_update().get(undone_at=None)
        if match.told_at is not None:
            raise DomainError("already_told", _("已经告知过本人。"), status=409)
        if words_for(row).ground == Ground.NOT_BY_THIS_PAGE:
            raise DomainError("not_by_this_page", _("此人情况不由本页处理。"), status=409)
        recipients = _own_addresses(match)
        if not recipients:
            raise DomainError(
                "unaddressed", _("此人没有自己的已验证联系方式，请设法当面或电话告知。"), status=409
            )
        wave = _open(row)
        add_recipients(wave=wave, recipients=recipients)
        recipients_done(wave=wave)
        Match.objects.filter(pk=match.pk).update(told_at=clock.now())
        row.save()
        note("person_told", row, officer.username, person=match.person_id, wave=wave.pk)
    return wave


def _own_addresses(match: Match) -> list[Recipient]:
    reach = addresses_for([match.person_id], prefer_first=True)
    return [as_recipient(one) for one in reach.addresses if (match.person_id, True) in one.persons]


def _open(row: Enquiry) -> Wave:
    chinese, english = masked_name(row.asker_name, "")
    return create_wave(
        kind=WaveKind.SOUGHT,
        priority=Priority.ORDINARY,
        template=TEMPLATE,
        variables={
            "asker": chinese[:10],
            "asker_en": english[:20],
            "kinship": _kinship(row, "zh-hans"),
            "kinship_en": _kinship(row, "en").lower(),
        },
        signature=(row.post.signature_zh, row.post.signature_en),
        source=f"enquiry:{row.pk}",
        expires_at=clock.now() + HELPS_FOR,
    )


def _kinship(row: Enquiry, language: str) -> str:
    with override(language):
        return str(Kinship(row.kinship).label)
