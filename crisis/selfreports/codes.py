"""The public code of an incident's form."""

import secrets

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.selfreports.models import PublicForm
from notifications.codes import ALPHABET, normalise

# 31 to the tenth: whoever tries a thousand a second finds one of ten open ones in 2,600 years.
LENGTH = 10


def open_form(incident: Incident) -> PublicForm:
    """The incident's form; made on its declaration, in the same commit."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    form, _created = PublicForm.objects.get_or_create(
        incident=incident, defaults={"code": code, "made_at": clock.now()}
    )
    return form


def form_of_code(typed: str) -> PublicForm | None:
    """The form with this code, however it was typed; None for any other."""
    code = normalise(typed)[:12]
    found = PublicForm.objects.filter(code=code, incident__declared_at__isnull=False)
    return found.select_related("incident__post").first()
