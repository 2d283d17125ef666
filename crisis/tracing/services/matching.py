"""Who is sought: one step to match, one to take it back; cases that are about the same person."""

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.staff.models import User
from crisis.tracing.models import Enquiry, LinkedCase, Match
from crisis.tracing.services.recording import need_match, note, working
from crisis.tracing.states import EnquiryState, Permission
from registry.models import Person


def match_enquiry(*, enquiry: Enquiry, person: Person, officer: User, score: int = 0) -> Match:
    """The sought person is this registered one; the caller has seen to it that they are the
    officer's to see. Matching the same again changes nothing.

    Raises DomainError: forbidden, not_found, already_closed, already_matched, left.
    """
    with working(enquiry, officer) as row:
        standing = row.matches.filter(undone_at=None).first()
        if standing is not None and standing.person_id == person.pk:
            return standing
        if standing is not None:
            sentence = _("此询问已匹配到 #%(person)s，请先撤销。")
            raise DomainError(
                "already_matched", sentence % {"person": standing.person_id}, status=409
            )
        if person.erased_at is not None:
            raise DomainError("left", _("此人的信息已按规定删除。"), status=409)
        match = Match.objects.create(
            enquiry=row,
            person=person,
            score=score,
            matched_at=clock.now(),
            matched_by=officer.username,
        )
        row.state = EnquiryState.MATCHED
        row.save()
        note("matched", row, officer.username, person=person.pk, score=score)
    return match


def undo_match(*, enquiry: Enquiry, officer: User) -> None:
    """It was somebody else: open again, and what that person allowed is void.

    Raises DomainError: forbidden, not_found, already_closed, not_matched.
    """
    with working(enquiry, officer) as row:
        need_match(row)
        matches = row.matches.filter(undone_at=None)
        person = matches.values_list("person_id", flat=True).get()
        matches.update(undone_at=clock.now(), undone_by=officer.username)
        row.state = EnquiryState.OPEN
        row.permission = Permission.NOT_ASKED
        row.permission_at, row.permission_by = None, ""
        row.save()
        note("match_undone", row, officer.username, person=person)


def link_case(*, enquiry: Enquiry, case: Case, officer: User) -> None:
    """A request for help is about the sought person. Linking twice changes nothing.

    Raises DomainError: forbidden, not_found, already_closed.
    """
    with working(enquiry, officer) as row:
        _link, made = LinkedCase.objects.get_or_create(
            enquiry=row,
            case=case,
            undone_at=None,
            defaults={"linked_at": clock.now(), "linked_by": officer.username},
        )
        if made:
            row.save()
            note("case_linked", row, officer.username, case=case.pk)


def unlink_case(*, enquiry: Enquiry, case: Case, officer: User) -> None:
    """Raises DomainError: forbidden, not_found, already_closed."""
    with working(enquiry, officer) as row:
        links = LinkedCase.objects.filter(enquiry=row, case=case, undone_at=None)
        if links.update(undone_at=clock.now()):
            row.save()
            note("case_unlinked", row, officer.username, case=case.pk)
