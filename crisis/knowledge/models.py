"""领事知识: what citizens look up. Append-only: the newest version holds, the others tell how."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crisis.staff.models import User


class CountryFacts(models.Model):
    """What is known of one country, as an officer of its posts wrote it on one day.

    `police`, `fire` and `ambulance` are numbers as they are dialled there, several parted by
    blanks; empty is «not known». `checked_on` is the day on which the officer checked them with
    `source`. `without_relations`: the country has no diplomatic relations with China, so that the
    post that serves it covers it from elsewhere.
    """

    country = models.CharField(_("国家"), max_length=2)
    police = models.CharField(_("报警"), max_length=40, blank=True)
    fire = models.CharField(_("火警"), max_length=40, blank=True)
    ambulance = models.CharField(_("急救"), max_length=40, blank=True)
    without_relations = models.BooleanField(_("未建交"), default=False)
    note_zh = models.TextField(_("说明"), max_length=1000, blank=True)
    note_en = models.TextField(_("说明（英文）"), max_length=1000, blank=True)
    source = models.CharField(_("来源"), max_length=200)
    checked_on = models.DateField(_("核对日期"))
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("国别信息")
        verbose_name_plural = _("国别信息")
        indexes = [models.Index(fields=["country", "-id"], name="country_facts_newest")]

    def __str__(self) -> str:
        return f"{self.country} v{self.pk}"


class Listing(models.Model):
    """One hospital, law firm or interpreter of a country's list. A change is a new row that
    `replaces` the old one, which ends with it.

    These are addresses of businesses that post them themselves; nothing of private people.
    """

    class Kind(models.TextChoices):
        HOSPITAL = "hospital", _("医院")
        LAWYER = "lawyer", _("律师")
        INTERPRETER = "interpreter", _("翻译")

    country = models.CharField(_("国家"), max_length=2)
    kind = models.CharField(_("种类"), max_length=11, choices=Kind)
    name = models.CharField(_("名称"), max_length=120)
    city = models.CharField(_("城市"), max_length=80, blank=True)
    phone = models.CharField(_("电话"), max_length=40)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    languages = models.CharField(_("语言"), max_length=80, blank=True)
    source = models.CharField(_("来源"), max_length=200)
    checked_on = models.DateField(_("核对日期"))
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "city", "name"]
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        constraints = [
            models.CheckConstraint(
                name="listing_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="listing_replaces_another", condition=Q(replaces=None) | ~Q(replaces=F("id"))
            ),
        ]
        indexes = [models.Index(fields=["country", "ended_at"], name="listing_of_country")]

    def __str__(self) -> str:
        return f"{self.kind} {self.country}"


class GuidePage(models.Model):
    """One version of one page of the guide in one language. `body` is plain text: an empty line
    parts paragraphs, and a line that begins with «- » is an item of a list."""

    slug = models.SlugField(max_length=20)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField(help_text="From 1; version 0 is the file's.")
    title = models.CharField(_("标题"), max_length=80)
    body = models.TextField(_("正文"), max_length=8000)
    source = models.CharField(_("来源"), max_length=200)
    checked_on = models.DateField(_("核对日期"))
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("指南页面")
        verbose_name_plural = _("指南页面")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language", "version"], name="guide_page_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.language} v{self.version}"
