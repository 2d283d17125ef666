"""Taking a roster in: looked through at once, loaded by whoever hears the bell."""

import hashlib
import json
from datetime import timedelta
from functools import partial

from celery import current_app
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.rosters.models import RosterUpload
from crisis.rosters.services.files import keep_file
from crisis.rosters.states import OVER
from notifications import bell
from registry.consent.texts import ROSTER
from registry.drafts import refusal
from registry.models import Group
from registry.rosters.columns import Roster
from registry.rosters.reading import check_size, read_roster
from registry.rosters.rows import GIVEN
from registry.selectors.groups import is_liaison
from registry.services.groups import Acting

LOAD = "rosters.load"
MAX_ROWS = 20_000
# A liaison corrects and uploads again some times; a script does so without end.
MOST_A_DAY = 50


def take_roster(*, group: Group, content: bytes, stated: bool, by: Acting) -> RosterUpload:
    """Keep a roster for `group` and have it loaded; the same file, still unfinished, is the same
    upload.

    `stated`: the uploader says that the listed agreed (wording ROSTER). Whose business the group
    is, is asked of officers before; of liaisons here. Raises DomainError: forbidden, wrong_state,
    not_stated, file_too_big, too_many_rows, no_rows, too_many_uploads, and those of read_roster.
    """
    _check_act(group, stated, by)
    check_size(len(content))
    roster, rows = _looked_through(content)
    digest = hashlib.sha256(content).digest()
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        if same := _unfinished(group, digest):
            return same
        _check_number(group)
        upload = RosterUpload.objects.create(
            group=group,
            given_by_id=by.person_id,
            actor=by.name,
            language=get_language() or "zh-hans",
            kind=roster.kind,
            digest=digest,
            text_version=ROSTER.version,
            rows=rows,
            notes=json.dumps(_notes(roster), ensure_ascii=False),
            uploaded_at=clock.now(),
        )
        keep_file(upload, content)
        audit.record(
            actor=by.name,
            act="roster.uploaded",
            subject=f"group:{group.pk}",
            upload=upload.pk,
            rows=rows,
            text_version=ROSTER.version,
        )
        transaction.on_commit(partial(ring, upload.pk))
    return upload


def ring(upload_id: int) -> None:
    """Tell a worker; the sweep loads what none of them hears of."""
    bell.call(partial(current_app.send_task, LOAD, (upload_id,)))


def _check_act(group: Group, stated: bool, by: Acting) -> None:
    if group.closed_at is not None:
        raise DomainError("wrong_state", _("该团组已经结束。"), status=409)
    if by.person_id is not None and not is_liaison(group, by.person_id):
        sentence = _("只有该团组的联络员或领事官员可以这样做。")
        raise DomainError("forbidden", sentence, status=403)
    if not stated:
        sentence = _("请先确认名册所列各人已同意登记。")
        raise refusal("not_stated", "stated", sentence)


def _looked_through(content: bytes) -> tuple[Roster, int]:
    """The roster and how many rows it has: a file that breaks further down is refused whole."""
    roster = read_roster(content, given=GIVEN)
    rows = 0
    for _row in roster.rows:
        rows += 1
        if rows > MAX_ROWS:
            sentence = _("一个文件最多 %(limit)d 行，请分成几个文件上传。")
            raise DomainError("too_many_rows", sentence % {"limit": MAX_ROWS}, status=413)
    if not rows:
        raise DomainError("no_rows", _("文件中没有人员，请在列名之下逐行填写。"))
    return roster, rows


def _notes(roster: Roster) -> list[str]:
    unknown = _("未知的列“%(heading)s”，已略过。")
    return [*roster.notes, *(unknown % {"heading": heading} for heading in roster.unknown)]


def _unfinished(group: Group, digest: bytes) -> RosterUpload | None:
    return RosterUpload.objects.filter(group=group, digest=digest).exclude(state__in=OVER).first()


def _check_number(group: Group) -> None:
    since = clock.now() - timedelta(days=1)
    if RosterUpload.objects.filter(group=group, uploaded_at__gt=since).count() >= MOST_A_DAY:
        sentence = _("一天内上传的文件过多，请明天再试，或联系使领馆。")
        raise DomainError("too_many_uploads", sentence, status=429)
