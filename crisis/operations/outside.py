"""Pages that leave by no gateway of ours: a webhook and e-mail, where they are set."""

import json
import logging
import smtplib
import urllib.request

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.operations.checks import outside_of_drill
from crisis.operations.problems import Found

log = logging.getLogger("guihang.paging")
WEBHOOK_SECONDS = 5


def tell(found: Found) -> None:
    """Both, each on its own: what one cannot do is logged. Raises DomainError mode_mismatch where
    a drill would reach somebody outside this machine."""
    if refused := outside_of_drill():
        raise DomainError(
            "mode_mismatch", _("演练只能在本机传呼：%(why)s") % {"why": "; ".join(refused)}
        )
    for name, send in (("webhook", _webhook), ("e-mail", _mail)):
        try:
            send(found)
        except (OSError, smtplib.SMTPException) as failure:  # URLError is an OSError
            log.error("page by %s failed: %s", name, type(failure).__name__)


def _webhook(found: Found) -> None:
    if not settings.PAGE_WEBHOOK:
        return
    facts = {
        "mode": settings.MODE,
        "problem": found.problem.value,
        "text": str(found.problem.label),
        "where": found.where,
        "count": found.count,
        "age_s": round(found.age_s, 1),
        "status": f"{settings.PUBLIC_URL}/status/",
    }
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        settings.PAGE_WEBHOOK,
        data=json.dumps(facts, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS):  # noqa: S310
        return


def _mail(found: Found) -> None:
    if not settings.PAGE_EMAIL:
        return
    drill = "演练 DRILL " if settings.MODE == "drill" else ""
    EmailMessage(
        subject=f"{drill}Guihang: {found.problem.label} {found.where}".replace("\n", " "),
        body=f"{found.problem.label} ({found.problem.value}) {found.where}\n"
        f"{found.count} · {found.age_s:.0f} s\n{settings.PUBLIC_URL}/status/\n",
        from_email=settings.PAGE_EMAIL_FROM,
        to=settings.PAGE_EMAIL,
        connection=get_connection(fail_silently=False),
    ).send()
