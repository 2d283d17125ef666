"""`manage.py audit verify|head|show`: look after the audit chain."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.models import AuditEntry


class Command(BaseCommand):
    help = "Verify the audit chain, print its head to be noted elsewhere, or show its entries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        verify = acts.add_parser(
            "verify", help="check every link; a broken chain ends with status 1"
        )
        verify.add_argument(
            "--against",
            metavar="NUMBER:DIGEST",
            help="a head printed earlier: finds a cut-off tail, which the chain alone cannot",
        )
        acts.add_parser("head", help="print NUMBER:DIGEST of the last entry")
        show = acts.add_parser("show", help="print the newest entries, oldest first")
        show.add_argument("--last", type=int, default=20, metavar="N")
        show.add_argument("--act", dest="only_act", help="only this act, such as manifest.sealed")
        show.add_argument("--subject", help="only this subject, such as incident:12")
        show.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        {"verify": self._verify, "head": self._head, "show": self._show}[act](options)

    def _verify(self, options: dict[str, Any]) -> None:
        broken = audit.first_broken()
        if broken is not None:
            raise CommandError(_("审计链在第 %(number)d 条断开。") % {"number": broken})
        number, digest = audit.head()
        if options["against"]:
            _compare(options["against"])
        self.stdout.write(f"whole: {number} entries, head {number}:{digest}")

    def _head(self, options: dict[str, Any]) -> None:
        number, digest = audit.head()
        self.stdout.write(f"{number}:{digest}")

    def _show(self, options: dict[str, Any]) -> None:
        for entry in reversed(_entries(options)):
            self.stdout.write(_as_json(entry) if options["json"] else _as_line(entry))


def _compare(noted: str) -> None:
    """The noted head must still stand where it stood; the chain may have grown since."""
    number, _colon, digest = noted.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise CommandError("--against takes what `audit head` printed: NUMBER:DIGEST")
    if int(number) == 0 and digest == audit.GENESIS.hex():
        return
    entry = AuditEntry.objects.filter(number=int(number)).first()
    if entry is None:
        raise CommandError(
            _("第 %(number)d 条已不存在：日志末尾被截断。") % {"number": int(number)}
        )
    if bytes(entry.digest).hex() != digest.lower():
        raise CommandError(
            _("第 %(number)d 条与记下的不同：日志被改写。") % {"number": int(number)}
        )


def _entries(options: dict[str, Any]) -> list[AuditEntry]:
    entries = AuditEntry.objects.order_by("-number")
    if options["only_act"]:
        entries = entries.filter(act=options["only_act"])
    if options["subject"]:
        entries = entries.filter(subject=options["subject"])
    return list(entries[: max(options["last"], 0)])


def _as_line(entry: AuditEntry) -> str:
    detail = json.dumps(entry.detail, ensure_ascii=False) if entry.detail else ""
    when = f"{entry.at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{entry.number}  {when}  {entry.actor}  {entry.act}  {entry.subject}  {detail}".rstrip()


def _as_json(entry: AuditEntry) -> str:
    fields = {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "detail": entry.detail,
        "digest": bytes(entry.digest).hex(),
    }
    return json.dumps(fields, ensure_ascii=False)
