"""Of whom an incident leaves something open: those who are handed over when it is stood down."""

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet

from crisis.incidents.models import Incident
from crisis.rollcall.models import Handover, Standing
from crisis.rollcall.services.concerning import SILENT
from crisis.rollcall.states import Condition, Contact, Movement
from crisis.staff.models import User
from crisis.staff.roles import Capability
from registry.models import Post

# In the order of urgency. Whoever is left out of a narrowed area is not silent: nobody waits for
# them. What they asked for stays open wherever they are.
OPEN: Mapping[str, Q] = {
    "needs_help": Q(condition__in=(Condition.NEEDS_HELP, Condition.INJURED)),
    "identity_pending": Q(condition=Condition.IDENTITY_PENDING),
    "possible_help": Q(possible_help=True),
    "missing": Q(contact=Contact.MISSING),
    "evacuating": Q(movement=Movement.EVACUATING),
    "silent": Q(contact__in=SILENT, condition=Condition.UNKNOWN, outside_since=None),
}


def unresolved(incident: Incident, *, what: str = "") -> QuerySet[Standing]:
    """Their standings, the most urgent first; `what` is one key of OPEN, or empty for all. The
    dead are not among them."""
    wanted = OPEN[what] if what in OPEN else Q()
    if what not in OPEN:
        for kind in OPEN.values():
            wanted |= kind
    found = Standing.objects.counted().filter(incident=incident).filter(wanted)
    return found.exclude(condition=Condition.DECEASED).order_by("urgency", "pk")


def unresolved_counts(incident: Incident) -> dict[str, int]:
    """How many by what is open, and `all` of them; somebody may be in two."""
    kinds = {name: Count("pk", filter=kind) for name, kind in OPEN.items()}
    counted: dict[str, int] = unresolved(incident).order_by().aggregate(all=Count("pk"), **kinds)
    return counted


def handover_of(incident: Incident) -> Handover | None:
    """The one in force."""
    found = incident.handovers.filter(ended_at=None).select_related("officer", "handed_by")
    return found.first()


def waiting_for(user: User) -> QuerySet[Handover]:
    """What was handed to this officer and not accepted yet."""
    found = Handover.objects.filter(officer=user, accepted_at=None, ended_at=None)
    return found.select_related("incident__post", "handed_by").order_by("handed_at")


def who_may_take_over(post: Post) -> list[User]:
    """Officers of the post who may record what they find out."""
    staff = User.objects.filter(posts=post, is_active=True).order_by("username")
    return [user for user in staff if user.can(Capability.RECORD)]
