"""寻人询问: who asks after whom, whom that was found to be, and every word that was answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.cases.models import Case
from crisis.incidents.models import Incident
from crisis.tracing.states import (
    CameBy,
    Checked,
    Closed,
    EnquiryState,
    Kinship,
    Permission,
    Publish,
)
from registry.models import Person, Post, Sex

# What the blind index of a name is computed for.
SOUND = "tracing.sound"


class Enquiry(models.Model):
    """One relative's question after one person.

    `number` is what the asker reads aloud. `asked_at` is when they asked, `recorded_at` when we
    learned it. Nothing of the asker or the sought stands in clear. The columns are those that a
    PFIF 1.4 record of a sought person needs (author, source date, full and alternate names, sex,
    year of birth, description, last known place); none leaves without `publish`.

    `permission` is the sought person's own word on this enquiry, with when and who recorded it.
    `touched_at` begins the period of keeping; `scrubbed_at` is when everything personal went.
    """

    number = models.CharField(_("编号"), max_length=12, unique=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="enquiries")
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="enquiries"
    )
    state = models.CharField(max_length=8, choices=EnquiryState, default=EnquiryState.OPEN)
    came_by = models.CharField(_("来源"), max_length=8, choices=CameBy)
    asked_at = models.DateTimeField(_("询问时间"))
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.CharField(max_length=150)
    touched_at = models.DateTimeField()

    asker_name = EncryptedTextField(_("询问人"), purpose="tracing.asker.name")
    asker_phone = EncryptedTextField(_("询问人电话"), purpose="tracing.asker.phone", blank=True)
    asker_phone_index = models.BinaryField(max_length=16, null=True, editable=False, db_index=True)
    asker_other = EncryptedTextField(
        _("询问人其他联系方式"), purpose="tracing.asker.other", blank=True
    )
    kinship = models.CharField(_("与被寻人关系"), max_length=8, choices=Kinship)
    checked = models.CharField(_("身份核实"), max_length=11, choices=Checked, default=Checked.NO)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=150, blank=True)
    publish = models.CharField(
        _("对外提供"), max_length=9, choices=Publish, default=Publish.NOT_ASKED
    )
    publish_at = models.DateTimeField(null=True)
    publish_by = models.CharField(max_length=150, blank=True)

    birth_year = models.PositiveSmallIntegerField(_("出生年份"), null=True, blank=True)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNSPECIFIED)
    passport = EncryptedTextField(_("证件号码"), purpose="tracing.passport", blank=True)
    passport_index = models.BinaryField(max_length=16, null=True, editable=False, db_index=True)
    phone = EncryptedTextField(_("被寻人电话"), purpose="tracing.phone", blank=True)
    phone_index = models.BinaryField(max_length=16, null=True, editable=False, db_index=True)
    last_country = models.CharField(_("最后所在国家"), max_length=2, blank=True)
    last_place = EncryptedTextField(_("最后所在地点"), purpose="tracing.last_place", blank=True)
    last_heard_at = models.DateTimeField(_("最后联系时间"), null=True, blank=True)
    description = EncryptedTextField(_("情况说明"), purpose="tracing.description", blank=True)
    message = EncryptedTextField(_("请转达的话"), purpose="tracing.message", blank=True)

    permission = models.CharField(
        _("本人意见"), max_length=9, choices=Permission, default=Permission.NOT_ASKED
    )
    permission_at = models.DateTimeField(null=True)
    permission_by = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_as = models.CharField(max_length=9, choices=Closed, blank=True)
    scrubbed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("寻人询问")
        verbose_name_plural = _("寻人询问")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(publish="not_asked") | models.Q(publish_at__isnull=False),
                name="enquiry_publish_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(permission="not_asked") | models.Q(permission_at__isnull=False),
                name="enquiry_permission_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["post", "state", "-id"], name="enquiry_of_post"),
            models.Index(
                fields=["touched_at"],
                name="enquiry_to_scrub",
                condition=models.Q(scrubbed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"enquiry {self.number}"


class SoughtName(models.Model):
    """One spelling of the sought person's name. `sound` is the name in plain letters
    (registry.pinyin), sealed as well; by its blind index enquiries after the same person meet."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="names")
    text = EncryptedTextField(purpose="tracing.name")
    sound = EncryptedTextField(purpose="tracing.sound", blank=True)
    sound_index = models.BinaryField(max_length=16, null=True, editable=False, db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"name {self.pk} of enquiry {self.enquiry_id}"


class Match(models.Model):
    """An officer found that the sought person is this registered one. Undone matches stay.

    Where two registrations are merged, the registry moves it with everything else that refers to
    the person; where a person is erased, it goes with them.
    """

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="matches")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enquiry_matches")
    score = models.SmallIntegerField(help_text="What the search had given, 0 to 100.")
    matched_at = models.DateTimeField()
    matched_by = models.CharField(max_length=150)
    told_at = models.DateTimeField(null=True, help_text="When the person was told of it.")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("寻人匹配")
        verbose_name_plural = _("寻人匹配")
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry"],
                condition=models.Q(undone_at=None),
                name="enquiry_matched_once",
            )
        ]

    def __str__(self) -> str:
        return f"enquiry {self.enquiry_id} is after person {self.person_id}"


class LinkedCase(models.Model):
    """A request for help that is about the sought person. An undone link stays."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="linked_cases")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="linked_enquiries")
    linked_at = models.DateTimeField()
    linked_by = models.CharField(max_length=150)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "case"],
                condition=models.Q(undone_at=None),
                name="enquiry_case_once",
            )
        ]

    def __str__(self) -> str:
        return f"enquiry {self.enquiry_id} and case {self.case_id}"


class Answer(models.Model):
    """What was said to the asker, word for word, and on what ground. Append-only."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="answers")
    said = models.CharField(max_length=12)
    ground = models.CharField(max_length=20)
    text = EncryptedTextField(purpose="tracing.answer")
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("寻人答复")
        verbose_name_plural = _("寻人答复")

    def __str__(self) -> str:
        return f"{self.said} to enquiry {self.enquiry_id}"
