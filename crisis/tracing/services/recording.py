"""Writing an enquiry down, and what is learned of the asker afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.tracing.drafts import EnquiryDraft, checked_columns, spellings
from crisis.tracing.models import SOUND, Enquiry, SoughtName
from crisis.tracing.states import Checked, Closed, EnquiryState, Permission, Publish
from notifications.codes import new_code
from registry.addresses import address_index
from registry.drafts import document_index
from registry.models import Channel, Person, Post
from registry.pinyin import typed

PREFIX = "X"


def record_enquiry(
    *, draft: EnquiryDraft, post: Post, officer: User, incident: Incident | None = None
) -> Enquiry:
    """An officer writes down that somebody asks.

    Raises DomainError: forbidden, not_found (not their post, or an incident of another post), and
    what `checked_columns` and `spellings` raise.
    """
    demand(officer, Capability.RECORD, post)
    if incident is not None and incident.post_id != post.pk:
        raise DomainError("not_found", _("未找到。"), status=404)
    return open_enquiry(draft=draft, post=post, by=officer.username, incident=incident)


@transaction.atomic
def open_enquiry(
    *, draft: EnquiryDraft, post: Post, by: str, incident: Incident | None = None
) -> Enquiry:
    """The same, for whoever the caller has let in: `by` is how the audit log names them."""
    columns, names, now = checked_columns(draft), spellings(draft.names), clock.now()
    enquiry = Enquiry.objects.create(
        number=_new_number(),
        post=post,
        incident=incident,
        asked_at=draft.asked_at or now,
        recorded_at=now,
        recorded_by=by,
        touched_at=now,
        asker_phone_index=_phone_index(str(columns["asker_phone"])),
        phone_index=_phone_index(str(columns["phone"])),
        passport_index=document_index(str(columns["passport"])),
        **_dated("checked", draft.checked != Checked.NO, by),
        **_dated("publish", draft.publish != Publish.NOT_ASKED, by),
        **columns,
    )
    SoughtName.objects.bulk_create(_named(enquiry, name) for name in names)
    note("recorded", enquiry, by, came_by=enquiry.came_by, incident=incident and incident.pk)
    return enquiry


def set_asker(*, enquiry: Enquiry, checked: Checked, publish: Publish, officer: User) -> None:
    """How the asker was checked, and whether the search may be told to others.

    Raises DomainError: forbidden, not_found, already_closed.
    """
    with working(enquiry, officer) as row:
        if row.checked != checked:
            row.checked = checked
            _stamp(row, "checked", officer)
        if row.publish != publish:
            row.publish = publish
            _stamp(row, "publish", officer)
        row.save()
        note("asker_set", row, officer.username, checked=checked.value, publish=publish.value)


def set_permission(*, enquiry: Enquiry, permission: Permission, officer: User) -> None:
    """The sought person told an officer what may be said to this asker.

    Raises DomainError: forbidden, not_found, already_closed, not_matched.
    """
    with working(enquiry, officer) as row:
        need_match(row)
        note_permission(row, permission, by=officer.username)


def decide_myself(*, person: Person, enquiry: Enquiry, permission: Permission) -> None:
    """The sought person says on their own page what may be said to this asker; they may change it
    as long as the enquiry is open.

    Raises DomainError: not_found (it is not after them, or they were not told of it),
    already_closed, no_word (none of the three answers).
    """
    if permission == Permission.NOT_ASKED:
        raise DomainError("no_word", _("请选择可以告知的内容。"))
    with transaction.atomic():
        row = _locked(enquiry.pk)
        told = row.matches.filter(person=person, undone_at=None, told_at__isnull=False)
        if not told.exists():
            raise DomainError("not_found", _("未找到。"), status=404)
        if row.state == EnquiryState.CLOSED:
            raise DomainError("already_closed", _("此询问已结案，不再告知任何内容。"), status=409)
        note_permission(row, permission, by=f"person:{person.pk}")


def note_permission(row: Enquiry, permission: Permission, *, by: str) -> None:
    """Write the person's word on a row that the caller holds."""
    row.permission = permission
    row.permission_at, row.permission_by = clock.now(), by
    row.touched_at = clock.now()
    row.save()
    note("permission_set", row, by, permission=permission.value)


def close_enquiry(*, enquiry: Enquiry, closed_as: Closed, officer: User) -> None:
    """Nothing more is to be done. Raises DomainError: forbidden, not_found, already_closed."""
    with working(enquiry, officer) as row:
        row.state, row.closed_as = EnquiryState.CLOSED, closed_as
        row.closed_at, row.closed_by = clock.now(), officer.username
        row.save()
        note("closed", row, officer.username, closed_as=closed_as.value)


def reopen_enquiry(*, enquiry: Enquiry, officer: User) -> None:
    """Somebody asks again. Raises DomainError: forbidden, not_found, not_closed, scrubbed."""
    demand(officer, Capability.RECORD, enquiry.post)
    with transaction.atomic():
        row = _locked(enquiry.pk)
        if row.state != EnquiryState.CLOSED:
            raise DomainError("not_closed", _("此询问没有结案。"), status=409)
        if row.scrubbed_at is not None:
            raise DomainError("scrubbed", _("此询问的信息已按期删除，请另行登记。"), status=409)
        matched = row.matches.filter(undone_at=None).exists()
        row.state = EnquiryState.MATCHED if matched else EnquiryState.OPEN
        row.closed_at, row.closed_by, row.closed_as = None, "", ""
        row.touched_at = clock.now()
        row.save()
        note("reopened", row, officer.username)


# -- For the other services ------------------------------------------------------------------


@contextmanager
def working(enquiry: Enquiry, officer: User) -> Iterator[Enquiry]:
    """Hold an enquiry for one act of an officer's: locked, theirs, and not closed.

    Raises DomainError: forbidden, not_found, already_closed.
    """
    demand(officer, Capability.RECORD, enquiry.post)
    with transaction.atomic():
        row = _locked(enquiry.pk)
        if row.state == EnquiryState.CLOSED:
            raise DomainError("already_closed", _("此询问已结案，请先重新打开。"), status=409)
        row.touched_at = clock.now()
        yield row


def need_match(enquiry: Enquiry) -> None:
    if not enquiry.matches.filter(undone_at=None).exists():
        raise DomainError("not_matched", _("请先匹配到登记人。"), status=409)


def _locked(pk: int) -> Enquiry:
    return Enquiry.objects.select_for_update(of=("self",)).select_related("post").get(pk=pk)


def _new_number() -> str:
    """Told apart on a bad line: no letter or digit that is mistaken for another."""
    while Enquiry.objects.filter(number=(number := PREFIX + new_code())).exists():
        continue
    return number


def _named(enquiry: Enquiry, name: str) -> SoughtName:
    sound = typed(name)
    index = blind_index(sound, SOUND) if sound else None
    return SoughtName(enquiry=enquiry, text=name, sound=sound, sound_index=index)


def _phone_index(phone: str) -> bytes | None:
    return address_index(Channel.SMS, phone) if phone else None


def _dated(what: str, known: bool, by: str) -> dict[str, object]:
    return {f"{what}_at": clock.now(), f"{what}_by": by} if known else {}


def _stamp(row: Enquiry, what: str, officer: User) -> None:
    setattr(row, f"{what}_at", clock.now())
    setattr(row, f"{what}_by", officer.username)


def note(act: str, enquiry: Enquiry, by: str, **detail: object) -> None:
    audit.record(actor=by, act=f"tracing.{act}", subject=f"enquiry:{enquiry.pk}", **detail)
