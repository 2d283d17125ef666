"""What was typed so far of a registration, carried from step to step sealed inside the page.

Nothing stands on the server before the last step, nothing in a cookie or an address, and what
the page carries nobody else can read: docs/decisions/a-registration-travels-sealed.md.
"""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from config.kernel.encryption import UnreadableValue, seal, unseal
from crisis.citizens.forms.fields import DraftForm, Raw
from crisis.citizens.forms.join import ConsentForm, ExtrasForm, HomeForm, MemberForm, ReachForm
from crisis.citizens.forms.person import ApplicantForm
from crisis.citizens.services.joining import Registration, place_of

SEAL = "citizens.application"
STEPS = ("who", "reach", "home", "family", "extras", "consent")
FORMS: dict[str, type[DraftForm]] = {
    "who": ApplicantForm,
    "reach": ReachForm,
    "home": HomeForm,
    "extras": ExtrasForm,
    "consent": ConsentForm,
}
MOST_MEMBERS = 12
LONGEST = 200_000  # characters of a sealed application; a family of three needs some 2,200


@dataclass
class Application:
    """`steps` and `members` hold what was typed, right or wrong; `key` names the registration.
    `report` is the self-report («number:key») whose confirmation led here, if one did."""

    key: str = field(default_factory=lambda: secrets.token_hex(16))
    steps: dict[str, Raw] = field(default_factory=dict)
    members: list[Raw] = field(default_factory=list)
    phone_rows: int = 1
    report: str = ""

    def sealed(self) -> str:
        return base64.b64encode(seal(json.dumps(vars(self)), SEAL)).decode()

    def form(self, step: str) -> DraftForm:
        """The step's form with what was typed, judged; never filled in, it is unbound."""
        typed = self.steps.get(step)
        return self.reach(typed) if step == "reach" else FORMS[step](typed)

    def reach(self, typed: Raw | None) -> ReachForm:
        return ReachForm(typed, rows=self.phone_rows)

    def names(self) -> list[str]:
        return [member.get("name", "") for member in self.members]

    def first_wrong(self) -> str | None:
        """The first step that cannot stand as it is, or None; «family» where a member cannot."""
        for step in STEPS:
            if step == "family":
                if not all(MemberForm(member).is_valid() for member in self.members):
                    return step
            elif not self.form(step).is_valid():
                return step
        return None


def opened(sealed: str) -> Application | None:
    """What the page carried; None where nobody can read it (cut off, changed, its key gone)."""
    try:
        written = unseal(base64.b64decode(sealed[:LONGEST], validate=True), SEAL)
        return Application(**json.loads(written))
    except (UnreadableValue, binascii.Error, ValueError, TypeError, IndexError):
        return None


def registration_of(application: Application) -> Registration:
    """Of an application with nothing wrong."""
    who, reach = (
        ApplicantForm(application.steps["who"]),
        application.reach(application.steps["reach"]),
    )
    home, extras = HomeForm(application.steps["home"]), ExtrasForm(application.steps["extras"])
    consent = ConsentForm(application.steps["consent"])
    members = [MemberForm(member) for member in application.members]
    for form in (who, reach, home, extras, consent, *members):
        form.full_clean()
    facts = reach.cleaned_data
    more: dict[str, Any] = {**extras.health(), **extras.insurance()}
    draft = replace(who.draft(), language=facts["language"], **more)
    where = {name: facts[name] for name in ("country", "city", "address")}
    return Registration(
        key=application.key,
        draft=draft,
        place=place_of(**where),
        phones=reach.phones(),
        email=facts["email"],
        emergency=home.contacts(),
        members=[form.member() for form in members],
        consents=consent.consents() | extras.consent(),
    )
