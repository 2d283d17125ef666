"""What is answered to quiet messages."""

from collections.abc import Sequence

from crisis.citizens.services import confirming, naming
from notifications.signals import ReadReply
from notifications.states import Meaning

REFUSES = (Meaning.STOP, Meaning.WRONG_NUMBER)
AGREES = (Meaning.SAFE, Meaning.ALL_SAFE)


def hear_replies(replies: Sequence[ReadReply]) -> None:
    """«1» to the question confirms; «stop» from an emergency contact removes the naming."""
    refused = {r.address_index for r in replies if r.by_contact and r.meaning in REFUSES}
    if refused:
        naming.object_to_naming(indexes=refused)
    for reply in replies:
        if reply.source == confirming.SOURCE and reply.meaning in AGREES:
            persons = [person for person, _ in reply.persons]
            confirming.confirm_registration(person_ids=persons, by=f"reply:{reply.reply_id}")
