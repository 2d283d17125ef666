"""登记: six short steps on one address, without scripts and without anything kept in between.

Each press is a POST that carries the sealed application (crisis.citizens.application) and what was
typed in this step; the answer is the next step, or this one with what is wrong beside its field.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.citizens import identity
from crisis.citizens.application import (
    FORMS,
    MOST_MEMBERS,
    STEPS,
    Application,
    opened,
    registration_of,
)
from crisis.citizens.forms.fields import DraftForm
from crisis.citizens.forms.join import EMERGENCY_ROWS, MOST_PHONES, MemberForm
from crisis.citizens.forms.person import ApplicantForm, with_zone
from crisis.citizens.services.joining import register_family
from crisis.citizens.services.limits import spend
from crisis.public.language import language_of, speaking
from crisis.public.privacy import private
from crisis.selfreports.services import note_joined
from registry.consent.texts import current_wording
from registry.countries import country_name
from registry.models import ConsentPurpose, Person

# Families and offices register behind one address; a flood of made-up people does not.
PER_CLIENT_AN_HOUR, HOUR = 60, timedelta(hours=1)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@private
def join(request: HttpRequest) -> HttpResponse:
    with speaking(language_of(request)):
        if request.method != "POST":
            return _page(request, Application(), "who")
        application = opened(request.POST.get("kept", ""))
        lost = application is None
        return _Press(request, application or Application(), lost).answer()


class _Press:
    """One press of one button in one step."""

    def __init__(self, request: HttpRequest, application: Application, lost: bool) -> None:
        self.request, self.application, self.lost = request, application, lost
        wanted = request.POST.get("step", "")
        self.step = wanted if wanted in (*STEPS, "member") else "who"
        self.go, _dash, self.number = request.POST.get("go", "").partition("-")

    def answer(self) -> HttpResponse:
        if self.go == "begin" and not self.lost:  # from a self-report: read it over first
            return self.show("who")
        if self.step == "member" and not self.lost:
            return self._member()
        if self.step in FORMS:
            rows = {"rows": self.application.phone_rows} if self.step == "reach" else {}
            self.application.steps[self.step] = FORMS[self.step].typed(self.request.POST, **rows)
        if self.lost:
            note = _("前面各步所填已无法读取，请从第一步重新填写；本步所填仍在。")
            return _page(self.request, self.application, "who", note=note)
        acts: dict[str, Callable[[], HttpResponse]] = {
            "next": self._next,
            "back": self._back,
            "zone": self._zone,
            "phone": self._more_phones,
            "add": self._open_member,
            "edit": self._open_member,
            "remove": self._remove_member,
            "register": self._register,
        }
        return acts.get(self.go, self._stay)()

    def show(self, step: str, form: DraftForm | None = None, **context: Any) -> HttpResponse:
        return _page(self.request, self.application, step, form, **context)

    def _stay(self) -> HttpResponse:
        return self.show(self.step)

    def _back(self) -> HttpResponse:
        return self.show(STEPS[max(0, STEPS.index(self.step) - 1)])

    def _next(self) -> HttpResponse:
        if self.step in FORMS:
            form, wrong = self._read()
            for field, sentence in wrong.items():
                form.add_error(field, sentence)
            if not form.is_valid():
                return self.show(self.step, form, status=400)
        return self.show(STEPS[min(STEPS.index(self.step) + 1, len(STEPS) - 1)])

    def _read(self) -> tuple[DraftForm, dict[str, str]]:
        """This step's form, filled from a pasted zone where there is one."""
        if self.step != "who":
            return self.application.form(self.step), {}
        form, wrong = with_zone(ApplicantForm, self.application.steps["who"])
        self.application.steps["who"] = dict(form.data)
        return form, wrong

    def _zone(self) -> HttpResponse:
        form, wrong = self._read()
        form.say_only(wrong)
        return self.show(self.step, form, read=not wrong)

    def _more_phones(self) -> HttpResponse:
        self.application.phone_rows = min(self.application.phone_rows + 1, MOST_PHONES)
        return self.show(self.step)

    # -- family ----------------------------------------------------------------------------

    def _index(self) -> int | None:
        """Which member is meant; None for a new one."""
        text = self.number or self.request.POST.get("member", "")
        index = int(text) if text.isascii() and text.isdigit() else None
        return index if index is not None and index < len(self.application.members) else None

    def _open_member(self) -> HttpResponse:
        if self.go == "add" and len(self.application.members) >= MOST_MEMBERS:
            note = _("一次最多登记 %(most)s 位家人，其余可在登记后添加。") % {"most": MOST_MEMBERS}
            return self.show("family", note=note)
        index = self._index() if self.go == "edit" else None
        typed = None if index is None else self.application.members[index]
        return self.show("member", MemberForm(initial=typed), member=index)

    def _remove_member(self) -> HttpResponse:
        if (index := self._index()) is not None:
            del self.application.members[index]
        return self.show("family")

    def _member(self) -> HttpResponse:
        """A press on the page of one member; cancelled, nothing of it is kept."""
        index, typed = self._index(), MemberForm.typed(self.request.POST)
        if self.go == "back":
            return self.show("family")
        if self.go not in ("save", "zone"):
            return self.show("member", MemberForm(initial=typed), member=index)
        form, wrong = with_zone(MemberForm, typed)
        if self.go == "zone":
            form.say_only(wrong)
            return self.show("member", form, member=index, read=not wrong)
        for field, sentence in wrong.items():
            form.add_error(field, sentence)
        if not form.is_valid():
            return self.show("member", form, member=index, status=400)
        if index is None:
            self.application.members.append(dict(form.data))
        else:
            self.application.members[index] = dict(form.data)
        return self.show("family")

    # -- the end ---------------------------------------------------------------------------

    def _register(self) -> HttpResponse:
        if step := self.application.first_wrong():
            form = self.application.form(step) if step in FORMS else None
            note = "" if step == self.step else _("还有一处需要改正，见下。")
            return self.show(step, form, note=note, status=400)
        try:
            self._hold_limit()
            registration = registration_of(self.application)
            done = register_family(registration=registration)
        except DomainError as refused:
            return self.show("consent", note=str(refused), status=refused.status)
        self.request.session[identity.JOINED] = done.person.pk
        self._remember_report(done.person)
        context = {
            "language": language_of(self.request),
            "fresh": done.fresh,
            "phones": registration.phones,
            "count": 1 + len(registration.members),
        }
        return render(self.request, "citizens/join_done.html", context)

    def _remember_report(self, person: Person) -> None:
        number, _colon, key = self.application.report.partition(":")
        if number.isascii() and number.isdigit():
            note_joined(report_id=int(number), key=key, person=person)

    def _hold_limit(self) -> None:
        if not spend("join.client", client_key(self.request), most=PER_CLIENT_AN_HOUR, per=HOUR):
            sentence = _("登记过于频繁，请一小时后再试；所填内容不会丢失，请勿关闭此页。")
            raise DomainError("too_many_registrations", sentence, status=429)


def _page(
    request: HttpRequest,
    application: Application,
    step: str,
    form: DraftForm | None = None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    if form is None and step in FORMS:
        form = _unjudged(application, step)
    shown = "family" if step == "member" else step
    context |= {
        "language": language_of(request),
        "form": form,
        "step": step,
        "number": STEPS.index(shown) + 1,
        "steps": len(STEPS),
        "kept": application.sealed(),
        "application": application,
        "most_phones": MOST_PHONES,
        "wordings": {p.value: _words(request, p) for p in ConsentPurpose},
        "version": current_wording(ConsentPurpose.REGISTRY).version,
        "summary": _summary(application, language_of(request)) if step == "consent" else (),
    }
    return render(request, f"citizens/join_{step}.html", context, status=status)


def _unjudged(application: Application, step: str) -> DraftForm:
    """What was typed before, shown without finding fault."""
    rows = {"rows": application.phone_rows} if step == "reach" else {}
    return FORMS[step](initial=application.steps.get(step), **rows)


def _words(request: HttpRequest, purpose: ConsentPurpose) -> Any:
    return current_wording(purpose).words(language_of(request))


def _summary(application: Application, language: str) -> list[tuple[str, str]]:
    """What is about to be registered, in the words that were typed."""
    who, reach = (application.steps.get(step, {}) for step in ("who", "reach"))
    home = application.steps.get("home", {})
    phones = [reach.get(f"phone_{n}", "") for n in range(1, application.phone_rows + 1)]
    calls = [home.get(f"name_{n}", "") for n in EMERGENCY_ROWS]
    country = country_name(reach.get("country", ""), language)
    return [
        (_("姓名"), who.get("name", "")),
        (_("证件号码"), who.get("document_number", "")),
        (_("所在地"), " ".join([country, reach.get("city", ""), reach.get("address", "")])),
        (_("手机号码"), _listed(phones)),
        (_("紧急联系人"), _listed(calls)),
        (_("家人"), _listed(application.names())),
    ]


def _listed(words: list[str]) -> str:
    return " · ".join(word for word in words if word) or "—"
