"""Groups of people abroad, and who speaks for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.person import Person
from registry.models.post import Post


class GroupKind(models.TextChoices):
    TOUR = "tour", _("旅行团")
    COMPANY = "company", _("企业")
    PROJECT = "project", _("项目营地")
    CAMPUS = "campus", _("校园")
    COMMUNITY = "community", _("社团")
    VESSEL = "vessel", _("船舶")
    CONTACT_POINT = "contact_point", _("联络点")


class Group(models.Model):
    """A group with a liaison. A family is a Household, which is never split; a group may be.

    Until an officer has confirmed it, its liaison registers and corrects people and reports
    for nobody. A vessel's place is that of its members: `latitude`, `longitude` (WGS-84
    degrees), `accuracy_m` and `position_at` are the last it reported.
    """

    kind = models.CharField(_("种类"), max_length=13, choices=GroupKind)
    name = models.CharField(_("名称"), max_length=80)
    country = models.CharField(_("所在国家"), max_length=2)
    city = models.CharField(_("城市"), max_length=80, blank=True)
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.SET_NULL)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("团组")
        verbose_name_plural = _("团组")

    def __str__(self) -> str:
        return f"group {self.pk}"


class Membership(models.Model):
    """One person in one group, as a member or as its liaison (联络员)."""

    class Part(models.TextChoices):
        MEMBER = "member", _("成员")
        LIAISON = "liaison", _("联络员")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    part = models.CharField(max_length=7, choices=Part, default=Part.MEMBER)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("团组成员")
        verbose_name_plural = _("团组成员")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"],
                condition=models.Q(ended_at=None),
                name="membership_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} in group {self.group_id}"
