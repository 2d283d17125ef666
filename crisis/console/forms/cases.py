"""What officers write into cases of help."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.cases.services import Intake
from crisis.cases.states import Grade, Outcome, PartnerKind
from crisis.incidents.models import Incident
from crisis.staff.models import User
from registry.models import Person, Post

LONG = 4_000


def area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ActForm(forms.Form):
    """A form of one act in a case; what the service refuses stands beside its field."""

    def refuse(self, error: DomainError) -> None:
        field = str(error.extra.get("field", ""))
        self.add_error(field if field in self.fields else None, str(error.message))


class NoteForm(ActForm):
    note = forms.CharField(label=_("说明"), max_length=LONG, required=False, widget=area())


class WordsForm(ActForm):
    note = forms.CharField(label=_("备注"), max_length=LONG, widget=area())


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("原因"), max_length=LONG, widget=area())


class GradeForm(ActForm):
    grade = forms.ChoiceField(label=_("级别"), choices=Grade.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("理由"), max_length=LONG, widget=area())


class PauseForm(ActForm):
    MINUTES = [(15, _("15 分钟")), (60, _("1 小时")), (240, _("4 小时")), (1440, _("24 小时"))]
    reason = forms.CharField(label=_("原因"), max_length=LONG, widget=area())
    minutes = forms.TypedChoiceField(
        label=_("暂停多久"), choices=MINUTES, coerce=int, initial=60,
        help_text=_("到时自动恢复计时；此人再次求助时也会恢复。"),
    )  # fmt: skip


class PartnerForm(ActForm):
    kind = forms.ChoiceField(label=_("类别"), choices=PartnerKind.choices)
    organisation = forms.CharField(label=_("单位"), max_length=200, required=False)
    name = forms.CharField(label=_("姓名"), max_length=80, required=False)
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    note = forms.CharField(label=_("说明"), max_length=LONG, required=False, widget=area())


class AssignForm(ActForm):
    to = forms.ModelChoiceField(User.objects.none(), label=_("改派给"))

    def __init__(self, *args: Any, staff: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = staff  # type: ignore[attr-defined]


class TransferForm(ActForm):
    post = forms.ModelChoiceField(Post.objects.all(), label=_("移交给"))
    reason = forms.CharField(label=_("原因"), max_length=LONG, widget=area())


class NumberForm(ActForm):
    """Another case, by its number, of those that this officer may see."""

    number = forms.CharField(label=_("另一个案的编号"), max_length=40)

    def __init__(self, *args: Any, cases: QuerySet[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases

    def clean_number(self) -> Case:
        number = self.cleaned_data["number"].strip().upper()
        found = self.cases.filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("没有这个编号的个案，请核对末位校验码。"))
        return found


class MergeForm(NumberForm):
    reason = forms.CharField(label=_("理由"), max_length=LONG, widget=area())


class CloseForm(ActForm):
    outcome = forms.ChoiceField(label=_("结果"), choices=[("", "—"), *Outcome.choices])
    note = forms.CharField(label=_("结案情况"), max_length=LONG, widget=area())


class PersonForm(ActForm):
    """A registered person, of those whom this officer may see."""

    person_ref = forms.IntegerField(label=_("登记编号"), min_value=1)

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people

    def clean_person_ref(self) -> int | None:
        number: int | None = self.cleaned_data["person_ref"]
        if number is not None and not self.people.filter(pk=number).exists():
            raise forms.ValidationError(_("没有这个登记编号。"))
        return number


class IntakeForm(ActForm):
    """接案信息. Degrees WGS-84."""

    person_name = forms.CharField(label=_("姓名"), max_length=80, required=False)
    contact = forms.CharField(
        label=_("联系方式"), max_length=200, required=False, help_text=_("电话、微信，可写多个。")
    )
    event = forms.CharField(label=_("发生了什么"), max_length=LONG, required=False, widget=area(3))
    place = forms.CharField(label=_("地点"), max_length=300, required=False)
    landmark = forms.CharField(label=_("附近标志物"), max_length=300, required=False)
    latitude = forms.FloatField(label=_("纬度"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(label=_("经度"), min_value=-180, max_value=180, required=False)
    steps_taken = forms.CharField(
        label=_("已采取措施"), max_length=LONG, required=False, widget=area()
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("latitude", _("纬度和经度要么都填，要么都不填。"))
        return data

    def intake(self) -> Intake:
        names = (
            "person_name", "contact", "event", "place", "landmark", "latitude", "longitude",
            "steps_taken",
        )  # fmt: skip
        return Intake(**{name: self.cleaned_data[name] for name in names})


class NewCaseForm(IntakeForm, PersonForm):
    """An officer's own intake. `key` makes a repeated press the same case."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    post = forms.ModelChoiceField(Post.objects.none(), label=_("使领馆"), empty_label=None)
    incident = forms.ModelChoiceField(
        Incident.objects.none(),
        label=_("突发事件"),
        required=False,
        empty_label=_("不属于任何事件"),
    )
    grade = forms.ChoiceField(
        label=_("级别"), required=False, choices=[("", _("暂不定级（按红色计时）")), *Grade.choices]
    )
    person_ref = forms.IntegerField(label=_("登记编号"), min_value=1, required=False)
    speaking = forms.BooleanField(label=_("我正在与本人或现场人员通话"), required=False)

    def __init__(
        self, *args: Any, posts: QuerySet[Post], incidents: QuerySet[Incident], **kwargs: Any
    ) -> None:
        """`people` as for PersonForm."""
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["incident"].queryset = incidents  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not any(data.get(name) for name in ("person_name", "contact", "event", "person_ref")):
            self.add_error("person_name", _("请至少填写姓名、联系方式或发生了什么。"))
        return data


class HandOverForm(ActForm):
    post = forms.ModelChoiceField(Post.objects.none(), label=_("使领馆"), empty_label=None)
    whole_post = forms.BooleanField(
        label=_("交出本馆全部未结个案（不勾选则只交自己经办的）"), required=False
    )
    to = forms.ModelChoiceField(
        User.objects.none(), label=_("接班人"), required=False, empty_label=_("本馆任何一名同事")
    )
    summary = forms.CharField(
        label=_("交班小结"), max_length=LONG, widget=area(4),
        help_text=_("接班人最先要知道的：谁最急、在等谁回电、下一步是什么。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, posts: QuerySet[Post], staff: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["to"].queryset = staff  # type: ignore[attr-defined]
