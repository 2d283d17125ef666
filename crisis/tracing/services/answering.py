"""Reading the sentence to the asker: what was shown is what is said, and every word is kept."""

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.staff.models import User
from crisis.tracing.models import Answer, Enquiry
from crisis.tracing.saying import Say, Words
from crisis.tracing.selectors import words_for
from crisis.tracing.services.recording import note, working
from crisis.tracing.states import EnquiryState


def give_answer(*, enquiry: Enquiry, shown: str, officer: User) -> Answer:
    """Put on record that the sentence was read out. `shown` is its `say` as the officer's page
    had it: where it has changed meanwhile, nothing is recorded and the new one is shown.

    Raises DomainError: forbidden, not_found, already_closed, words_changed.
    """
    with working(enquiry, officer) as row:
        words = words_for(row)
        if words.say.value != shown:
            raise DomainError(
                "words_changed",
                _("可以告知的内容刚刚有变，请看新的答复语，再读给对方。"),
                {"say": words.say.value},
                status=409,
            )
        answer = _keep(row, words, officer)
        if words.say != Say.NOTED:
            row.state = EnquiryState.ANSWERED
        row.save()
        note("answered", row, officer.username, say=words.say.value, ground=words.ground.value)
    return answer


def _keep(row: Enquiry, words: Words, officer: User) -> Answer:
    return Answer.objects.create(
        enquiry=row,
        said=words.say.value,
        ground=words.ground.value,
        text=words.text,
        given_at=clock.now(),
        given_by=officer.username,
    )
