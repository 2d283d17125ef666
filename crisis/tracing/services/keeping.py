"""How long enquiries are kept, and what is left of them: a number, dates and what was decided."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, reindexing, retention
from crisis.tracing.models import SOUND, Answer, Enquiry, SoughtName
from crisis.tracing.states import EnquiryState
from registry.drafts import DOCUMENT_PURPOSE
from registry.holds import Erasure
from registry.models import Sex

ADDRESS = "address.sms"
_ASKER = {
    "asker_name": "", "asker_phone": "", "asker_phone_index": None, "asker_other": "",
}  # fmt: skip
_SOUGHT = {
    "birth_year": None, "sex": Sex.UNSPECIFIED.value, "passport": "", "passport_index": None,
    "phone": "", "phone_index": None, "last_country": "", "last_place": "", "last_heard_at": None,
    "description": "", "message": "",
}  # fmt: skip


def register_rules() -> None:
    """Tell the kernel: what is old, and which blind indexes there are."""
    retention.register(
        retention.Rule(
            "enquiries", _("寻人询问中的个人信息"), "KEEP_ENQUIRY_DAYS", _untouched, _scrub
        )
    )
    for column in (
        reindexing.Column(Enquiry, "asker_phone_index", "asker_phone", lambda: ADDRESS),
        reindexing.Column(Enquiry, "phone_index", "phone", lambda: ADDRESS),
        reindexing.Column(Enquiry, "passport_index", "passport", lambda: DOCUMENT_PURPOSE),
        reindexing.Column(SoughtName, "sound_index", "sound", lambda: SOUND),
    ):
        reindexing.register(column)


def _untouched(moment: datetime) -> QuerySet[Enquiry]:
    """Nobody has worked on them for as long, closed or forgotten about."""
    return Enquiry.objects.filter(touched_at__lt=moment, scrubbed_at=None)


@transaction.atomic
def _scrub(ids: Collection[int]) -> int:
    """Whoever asks again is written down again."""
    SoughtName.objects.filter(enquiry__in=ids).delete()
    Answer.objects.filter(enquiry__in=ids).update(text="")
    rows = Enquiry.objects.filter(pk__in=ids)
    rows.exclude(state=EnquiryState.CLOSED).update(
        state=EnquiryState.CLOSED, closed_at=clock.now(), closed_by=retention.ACTOR
    )
    return rows.update(**_ASKER, **_SOUGHT, scrubbed_at=clock.now())


def forget_sought(erasure: Erasure) -> None:
    """Of an erased person nothing is left here either: whatever describes them goes from the
    enquiries that were found to be after them, what was answered too. And whoever asked and is
    erased is forgotten where their matter is closed; an open one is still to be answered."""
    after = Enquiry.objects.filter(matches__person__in=erasure.person_ids).values("pk")
    about = list(after.values_list("pk", flat=True))
    SoughtName.objects.filter(enquiry__in=about).delete()
    Answer.objects.filter(enquiry__in=about).update(text="")
    Enquiry.objects.filter(pk__in=about).update(**_SOUGHT)
    numbers = [index for channel, index in erasure.addresses if channel == "sms"]
    asked = Enquiry.objects.filter(Q(asker_phone_index__in=numbers), state=EnquiryState.CLOSED)
    asked.update(**_ASKER)
