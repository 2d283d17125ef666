"""Turns of the duty roster, and one post acting for another. Rules are the services'."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.console.forms.declare import PostField
from crisis.staff.duty import Contact
from crisis.staff.models import CoverReason, DutyTurn, User
from crisis.staff.turns import who_may_be_on_duty
from registry.models import Language, Post

LOCAL = "%Y-%m-%dT%H:%M"
A_TURN = timedelta(hours=8)
FIELD_OF_CODE = {
    "duty_unreachable": "phone",
    "bad_phone": "phone",
    "bad_openid": "wechat",
    "duty_ends_before_it_begins": "ends_at",
    "same_post": "to",
}


class LocalTime(forms.DateTimeField):
    """A wall clock at the post."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        super().__init__(widget=widget, **more)


class PostForm(forms.Form):
    """A form whose times are those of one post."""

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        self.post, self.zone = post, ZoneInfo(post.time_zone)
        super().__init__(*args, **kwargs)

    def moment(self, field: str) -> datetime:
        """The instant (UTC) of a wall clock that was typed."""
        typed: datetime = self.cleaned_data[field]
        return make_aware(typed.replace(tzinfo=None), self.zone)

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field; everything typed stays."""
        field = error.extra.get("field") or FIELD_OF_CODE.get(error.code)
        self.add_error(field if field in self.fields else None, str(error))
        for name in self.errors.keys() & self.fields.keys():
            self.fields[name].widget.attrs["aria-invalid"] = "true"


class TurnForm(PostForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("人员"))
    begins_at = LocalTime(label=_("开始时间（驻地时间）"))
    ends_at = LocalTime(label=_("结束时间（驻地时间）"))
    phone = forms.CharField(
        label=_("手机"), required=False, max_length=30, help_text=_("传呼用，写国际区号。")
    )
    wechat = forms.CharField(label=_("微信 openid"), required=False, max_length=64)
    language = forms.ChoiceField(label=_("传呼语言"), choices=Language.choices)

    def __init__(self, *args: Any, turn: DutyTurn | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**(of_turn(turn, self.zone) if turn else self._next()), **self.initial}
        self.fields["user"].queryset = who_may_be_on_duty(self.post)  # type: ignore[attr-defined]

    def _next(self) -> dict[str, Any]:
        """From the next full hour."""
        begins = clock.now().astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        begins = begins.replace(tzinfo=None) + timedelta(hours=1)
        return {"begins_at": begins, "ends_at": begins + A_TURN, "language": Language.CHINESE}

    def facts(self) -> dict[str, Any]:
        """What the services take, of a valid form."""
        data = self.cleaned_data
        return {
            "user": data["user"],
            "begins_at": self.moment("begins_at"),
            "ends_at": self.moment("ends_at"),
            "contact": Contact(data["phone"], data["wechat"], data["language"]),
        }


def of_turn(turn: DutyTurn, zone: ZoneInfo) -> dict[str, Any]:
    """What the form shows of a turn that there is."""
    return {
        "user": turn.user_id,
        "begins_at": turn.begins_at.astimezone(zone).replace(tzinfo=None),
        "ends_at": turn.ends_at.astimezone(zone).replace(tzinfo=None),
        "phone": turn.phone,
        "wechat": turn.wechat,
        "language": turn.language,
    }


class HandOverForm(PostForm):
    """One's own post, for a while, to another."""

    REASONS = [choice for choice in CoverReason.choices if choice[0] != CoverReason.SILENT]
    to = PostField(Post.objects.none(), label=_("移交给"))
    ends_at = LocalTime(label=_("到（驻地时间）"))
    reason = forms.TypedChoiceField(
        label=_("原因"), coerce=CoverReason, choices=[("", "—"), *REASONS]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Post.objects.exclude(pk=self.post.pk)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]


class TakeOverForm(forms.Form):
    HOURS = [(2, _("2 小时")), (6, _("6 小时")), (12, _("12 小时"))]
    hours = forms.TypedChoiceField(label=_("接管时间"), coerce=int, choices=HOURS, initial=6)

    def ends_at(self) -> datetime:
        hours: int = self.cleaned_data["hours"]
        return clock.now() + timedelta(hours=hours)
