"""Who may be registered twice: side by side, merged or told apart by an officer, never silently."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.console.selectors import visible_people
from crisis.console.templatetags.console import country, need_label
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from registry.models import Merge, Person
from registry.selectors.duplicates import DOCUMENT, NAME, PHONE, duplicates_of, find_duplicates
from registry.selectors.people import persons_by_ids
from registry.services.merging import merge_persons, not_the_same, undo_merge

PAIRS_A_PAGE = 20
REASONS = {
    DOCUMENT: gettext_lazy("证件号码相同"),
    NAME: gettext_lazy("姓名和出生日期相同"),
    PHONE: gettext_lazy("电话相同"),
}


@dataclass(frozen=True)
class Line:
    """One fact of two people, as text."""

    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@requires(Capability.REGISTER)
def overview(request: StaffRequest) -> HttpResponse:
    """Pairs among the people this officer may see, the surest first."""
    pairs = find_duplicates(visible_people(request.user))
    page = Paginator(pairs, PAIRS_A_PAGE).get_page(request.GET.get("page"))
    people = persons_by_ids({pk for pair in page for pk in (pair.low, pair.high)})
    rows = [
        (people[pair.low], people[pair.high], [REASONS[reason] for reason in pair.reasons])
        for pair in page
    ]
    audit.record(actor=request.user.username, act="person.duplicates_listed", found=len(pairs))
    context = {"section": "people", "page": page, "rows": rows}
    return render(request, "console/duplicates.html", context)


@requires(Capability.REGISTER)
def compare(request: StaffRequest, low: int, high: int) -> HttpResponse:
    """Two people side by side; POST merges them into the one chosen, or remembers that they are
    two."""
    people = visible_people(request.user)
    one, other = (get_object_or_404(people, pk=pk) for pk in (low, high))
    if request.method == "POST":
        return _decide(request, one, other)
    for person in (one, other):
        audit.record(
            actor=request.user.username, act="person.viewed", subject=f"person:{person.pk}"
        )
    reasons = next(
        (pair.reasons for pair in duplicates_of(one) if {pair.low, pair.high} == {low, high}), ()
    )
    context = {
        "section": "people",
        "one": one,
        "other": other,
        "lines": side_by_side(one, other),
        "reasons": [REASONS[reason] for reason in reasons],
    }
    return render(request, "console/compare.html", context)


def _decide(request: StaffRequest, one: Person, other: Person) -> HttpResponse:
    by, wanted = request.user.username, request.POST.get("act", "")
    try:
        if wanted == "apart":
            not_the_same(one=one, other=other, by=by)
            messages.success(request, _("已记为两个人，不再提示。"))
            return redirect("console:duplicates")
        keep = {f"keep-{person.pk}": person for person in (one, other)}.get(wanted)
        if keep is None:
            raise DomainError("unknown_act", _("没有这个操作。"))
        merge_persons(kept=keep, gone=other if keep is one else one, by=by)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("console:compare", one.pk, other.pk)
    messages.success(request, _("已合并。需要时可在此人的页面上撤销合并。"))
    return redirect("console:person", keep.pk)


@require_POST
@requires(Capability.REGISTER)
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a merge apart again."""
    merge = get_object_or_404(Merge, pk=pk, kept__in=visible_people(request.user).values("pk"))
    try:
        undo_merge(merge=merge, by=request.user.username)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("合并已撤销，两份登记都已恢复。"))
    return redirect("console:person", merge.kept_id)


# -- side by side ------------------------------------------------------------------------------


def side_by_side(one: Person, other: Person) -> list[Line]:
    """Every fact that tells two registrations apart."""
    return [Line(str(label), text(one), text(other)) for label, text in FACTS]


def _lines(items: Iterable[object]) -> str:
    return "\n".join(str(item) for item in items)


def _day(moment: Any) -> str:
    return moment.strftime("%Y-%m-%d") if moment else ""


def _contacts(person: Person) -> str:
    points = person.contact_points.filter(retired_at=None).order_by("channel", "pk")
    return _lines(f"{point.get_channel_display()} {point.address}" for point in points)


def _places(person: Person) -> str:
    return _lines(
        f"{place.get_kind_display()} {country(place.country)} {place.city}".strip()
        for place in person.whereabouts.order_by("kind", "-recorded_at")
    )


def _family(person: Person) -> str:
    if person.household_id is None:
        return ""
    members = Person.objects.filter(household=person.household_id, left_at=None)
    return _lines(members.exclude(pk=person.pk).order_by("pk").values_list("name", flat=True))


def _groups(person: Person) -> str:
    rows = person.memberships.filter(ended_at=None, group__closed_at=None).select_related("group")
    return _lines(f"{row.group.name} {row.get_part_display()}" for row in rows)


FACTS: tuple[tuple[Any, Callable[[Person], str]], ...] = (
    (gettext_lazy("姓名"), lambda p: p.name),
    (gettext_lazy("证件拼写"), lambda p: p.passport_name),
    (gettext_lazy("性别"), lambda p: p.get_sex_display()),
    (gettext_lazy("出生日期"), lambda p: _day(p.birth_date)),
    (gettext_lazy("国籍"), lambda p: country(p.nationality)),
    (gettext_lazy("证件种类"), lambda p: p.get_document_kind_display()),
    (gettext_lazy("证件号码"), lambda p: p.document_number),
    (gettext_lazy("证件有效期至"), lambda p: _day(p.document_expires_on)),
    (gettext_lazy("联系方式"), _contacts),
    (gettext_lazy("所在地"), _places),
    (gettext_lazy("同行家人"), _family),
    (gettext_lazy("团组"), _groups),
    (gettext_lazy("特殊需要"), lambda p: _lines(need_label(need) for need in p.needs)),
    (gettext_lazy("登记时间"), lambda p: _day(p.registered_at)),
)
