"""自行撤离报备: a party that leaves by itself says by which way, who, and until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.staff.models import User
from crisis.transports.models import (
    Corridor,
    EvacuationOperation,
    SelfEvacuation,
    SelfEvacuee,
)
from crisis.transports.selectors import waiting_post
from crisis.transports.services.refusing import either, hold, hold_open, refuse
from crisis.transports.states import CorridorStatus, Disclosure
from registry.countries import is_country
from registry.models import Person, Post
from registry.selectors.merging import one_with

LONGEST_WAY = timedelta(days=30)
MOST_PEOPLE = 200
_LENGTHS = {"route": 1_000, "contact": 200}
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingDraft:
    """What a party says. `person_refs` are registered people, `names` those who are not.
    `expected_at` is when it means to be across (UTC). Without a corridor `to_country` says where.
    """

    expected_at: datetime
    corridor: Corridor | None = None
    to_country: str = ""
    route: str = ""
    contact: str = ""
    person_refs: Sequence[int] = ()
    names: Sequence[str] = ()


@transaction.atomic
def file_for(
    *, operation: EvacuationOperation, draft: FilingDraft, key: str, officer: User
) -> SelfEvacuation:
    """An officer, or a planner, writes down what a party told them.

    Raises DomainError forbidden, not_found, operation_ended, not_in_audience, and what _filed
    raises.
    """
    held = hold_open(operation, officer, either(officer))
    _check_known(held, draft.person_refs)
    return _filed(held, draft, f"officer:{officer.pk}:{key}", officer.username)


@transaction.atomic
def file_own(
    *, operation: EvacuationOperation, draft: FilingDraft, key: str, citizen: Person
) -> SelfEvacuation:
    """Somebody registered says it of themselves and of who goes with them; who may speak for whom
    is the caller's to know. It is an answer: the roll call hears that they were reached.

    Raises DomainError operation_ended, corridor_closed, not_published, and what _filed raises.
    """
    held = hold(operation)
    if draft.corridor is not None:
        _check_for_citizens(draft.corridor)
    filing = _filed(held, draft, f"person:{citizen.pk}:{key}", f"person:{citizen.pk}")
    write_log(
        incident_id=held.incident_id,
        entries=[
            Entry(citizen.pk, EventKind.ADDED, filing.filed_at, f"selfevacuation:{filing.pk}")
        ],
        source=Source.SELF,
    )
    return filing


def _check_known(held: EvacuationOperation, refs: Sequence[int]) -> None:
    """Of whom the incident knows nothing, an officer of it learns nothing by a number."""
    known = Standing.objects.filter(incident=held.incident_id, person_ref__in=refs)
    missing = sorted(set(refs) - set(known.values_list("person_ref", flat=True)))
    if missing:
        numbers = "、".join(f"#{ref}" for ref in missing)
        raise refuse(
            "not_in_audience",
            _("%(numbers)s 不在本事件的名单内：请填写姓名。") % {"numbers": numbers},
            "people",
        )


def _check_for_citizens(corridor: Corridor) -> None:
    if corridor.disclosure != Disclosure.PUBLIC:
        raise refuse("not_published", _("此通道不对外公布，请拨打使领馆电话。"), "corridor")
    if corridor.status == CorridorStatus.CLOSED:
        raise refuse("corridor_closed", _("此通道现已关闭，请改走其他通道。"), "corridor")


def _filed(
    held: EvacuationOperation, draft: FilingDraft, key: str, filed_by: str
) -> SelfEvacuation:
    """The filing of this key; the same form twice files once.

    Raises DomainError bad_expected, too_long, bad_corridor, country_needed, nobody, too_many,
    already_filed.
    """
    if (before := SelfEvacuation.objects.filter(key=key[:60]).first()) is not None:
        return before
    now = clock.now()
    check_expected(draft.expected_at)
    words = check_words(route=draft.route, contact=draft.contact)
    country, post = _destination(held, draft)
    refs, names = _people(draft)
    filing = SelfEvacuation.objects.create(
        operation=held,
        corridor=draft.corridor,
        to_country=country,
        receiving_post=post,
        key=key[:60],
        expected_at=draft.expected_at,
        filed_at=now,
        filed_by=filed_by,
        **words,
    )
    _write_people(filing, refs, names)
    audit.record(
        actor=filed_by,
        act="selfevacuation.filed",
        subject=f"selfevacuation:{filing.pk}",
        operation=held.pk,
        people=len(refs) + len(names),
    )
    return filing


def check_expected(expected_at: datetime) -> None:
    """Raises DomainError bad_expected."""
    now = clock.now()
    if not now < expected_at <= now + LONGEST_WAY:
        raise refuse(
            "bad_expected",
            _("预计到达时间应在现在之后、30 天之内：请按到达地时间填写。"),
            "expected_at",
        )


def check_words(**given: str) -> dict[str, str]:
    """Raises DomainError too_long."""
    words = {name: clean(text) for name, text in given.items()}
    for name, text in words.items():
        if len(text) > (most := _LENGTHS[name]):
            raise refuse("too_long", _("请不超过 %(n)d 个字。") % {"n": most}, name)
    return words


def _destination(held: EvacuationOperation, draft: FilingDraft) -> tuple[str, Post | None]:
    """(country, the post that waits there). A corridor knows both."""
    corridor = draft.corridor
    if corridor is not None:
        if corridor.operation_id != held.pk or corridor.retired_at is not None:
            raise refuse("bad_corridor", _("此通道不属于本次行动，或已停用。"), "corridor")
        return corridor.to_country, waiting_post(corridor, "")
    if not is_country(draft.to_country):
        raise refuse("country_needed", _("请选择通道，或填写要去的国家或地区。"), "to_country")
    return draft.to_country, waiting_post(None, draft.to_country)


def _people(draft: FilingDraft) -> tuple[list[int], list[str]]:
    """Whoever was registered twice counts once."""
    one = one_with(draft.person_refs)
    refs = sorted({one[ref] for ref in draft.person_refs})
    names = [name for text in draft.names if (name := clean(text)[:NAME_LENGTH])]
    if not refs and not names:
        raise refuse("nobody", _("请至少填写一个人。"), "names")
    if len(refs) + len(names) > MOST_PEOPLE:
        raise refuse("too_many", _("一次最多报备 200 人，请分批。"), "names")
    return refs, names


def _write_people(filing: SelfEvacuation, refs: Collection[int], names: Collection[str]) -> None:
    rows = [
        *(SelfEvacuee(filing=filing, operation=filing.operation, person_ref=ref) for ref in refs),
        *(SelfEvacuee(filing=filing, operation=filing.operation, name=name) for name in names),
    ]
    try:
        with transaction.atomic():
            SelfEvacuee.objects.bulk_create(rows)
    except IntegrityError:
        raise already_filed() from None


def already_filed() -> DomainError:
    return refuse(
        "already_filed",
        _("其中有人已报备、尚未抵达：请先更新或撤回那一次报备。"),
        "person_refs",
        status=409,
    )
