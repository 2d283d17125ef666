"""`manage.py declare`: preview, confirm and declare, with the rules of the pages."""

import json
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.incidents.api import DraftIn, draft_from
from crisis.incidents.drafts import IncidentDraft, draft_of
from crisis.incidents.likeness import who_declared
from crisis.incidents.models import Incident
from crisis.incidents.preview import Preview, preview_incident
from crisis.incidents.selectors import incidents_for
from crisis.incidents.services import approve_incident, declare_incident
from crisis.incidents.states import IncidentState
from crisis.staff.models import User
from crisis.staff.prompting import demand_password
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from notifications import bell
from registry.models import Post

EXAMPLE = {
    "post": "VLI",
    "title": "维拉港7.3级地震",
    "hazard": "earthquake",
    "response_level": "red",
    "occurred_at": "2024-12-17T01:47:25Z",
    "latitude": -17.6914,
    "longitude": 168.0842,
    "radius_m": 150000,
    "countries": ["VU"],
    "template": "earthquake_tsunami",
    "variables": {
        "place": "维拉港",
        "place_en": "Port Vila",
        "event": "强震",
        "event_en": "Strong quake",
        "magnitude": "7.3",
    },
}


class Command(BaseCommand):
    help = (
        "Preview a declaration from a JSON file; with --confirm N (the number of people shown) "
        "declare it. Above the threshold it becomes a draft, which a second officer confirms "
        "with --approve ID (which shows it) and --confirm N. Confirming asks for "
        "the officer's password, or reads it from standard input. --example prints a file to "
        "start from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--by", metavar="USER", help="the officer who acts")
        parser.add_argument("--confirm", type=int, metavar="N", help="the number of people shown")
        parser.add_argument("--approve", type=int, metavar="ID", help="a draft of another officer")
        parser.add_argument("--key", help="makes a repeated call the same incident")
        parser.add_argument(
            "--another-than",
            type=int,
            nargs="+",
            default=(),
            metavar="ID",
            help="incidents that look the same; this is another event",
        )
        parser.add_argument("--example", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["example"]:
            self.stdout.write(json.dumps(EXAMPLE, ensure_ascii=False, indent=2))
            return
        try:
            incident = self._act(options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        if incident is not None:
            bell.flush()
            self.stdout.write(_told(incident))

    def _act(self, options: dict[str, Any]) -> Incident | None:
        officer = _officer(options["by"])
        if options["approve"] is not None:
            return self._approve(options["approve"], officer, options["confirm"])
        if options["file"] is None:
            raise CommandError(_("请给出宣布文件，或用 --example 查看格式。"))
        draft = read_draft(options["file"])
        if options["confirm"] is None:
            demand(officer, Capability.DECLARE)
            self._show(preview_incident(draft=draft, officer=officer))
            return None
        demand_password(officer)
        return declare_incident(
            draft=draft,
            officer=officer,
            declaration_key=options["key"] or str(uuid.uuid4()),
            confirmed_count=options["confirm"],
            another_than=options["another_than"],
        )

    def _approve(self, pk: int, officer: User, confirmed: int | None) -> Incident | None:
        """Without a number, show what is to be confirmed, as the page does."""
        incident = incidents_for(officer).filter(pk=pk).first()
        if incident is None:
            raise CommandError(_("没有编号为 %(pk)d 的草稿。") % {"pk": pk})
        if confirmed is None:
            demand(officer, Capability.APPROVE)
            self._show(preview_incident(draft=draft_of(incident), officer=officer, own=pk))
            return None
        demand_password(officer)
        return approve_incident(
            incident=incident,
            officer=officer,
            content_hash=incident.content_hash,
            confirmed_count=confirmed,
        )

    def _show(self, preview: Preview) -> None:
        self.stdout.write(
            _("受众 %(total)d 人：确定 %(certain)d，不确定 %(uncertain)d，无地址 %(unaddressed)d。")
            % {
                "total": preview.total,
                "certain": preview.certain,
                "uncertain": preview.uncertain,
                "unaddressed": preview.unaddressed,
            }
        )
        for text in preview.texts:
            self.stdout.write(f"{text.channel} {text.language}: {text.text}")
        if preview.takes_s is not None:
            self.stdout.write(_("预计 %(s)d 秒发完。") % {"s": preview.takes_s})
        for other in preview.same:
            self.stdout.write(f"#{other.pk} {who_declared(other)}")
        self.stdout.write(_("确认请加 --confirm %(total)d") % {"total": preview.total})


def _officer(username: str | None) -> User:
    officer = User.objects.filter(username=username or "").first()
    if officer is None:
        raise CommandError(_("请用 --by 写明在册官员的用户名。"))
    return officer


def _told(incident: Incident) -> str:
    words = {"pk": incident.pk, "people": incident.audience_count or incident.people_previewed}
    if incident.state == IncidentState.DRAFT:
        return _("事件 %(pk)d 共 %(people)d 人，等待第二位官员复核。") % words
    return _("事件 %(pk)d 已宣布，受众 %(people)d 人。") % words


def read_draft(path: Path) -> IncidentDraft:
    """The draft in a JSON file like EXAMPLE. Raises CommandError naming the field."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        post = Post.objects.get(code=given["post"])
    except (OSError, ValueError) as problem:
        raise CommandError(f"{path}: {problem}") from None
    except (KeyError, TypeError, Post.DoesNotExist):
        raise CommandError(_("文件的 post 字段应为使领馆代码，例如 VLI。")) from None
    fields = DraftIn(data=given | {"post": post.pk})
    if not fields.is_valid():
        wrong = "; ".join(f"{name}: {' '.join(why)}" for name, why in fields.errors.items())
        raise CommandError(f"{path}: {wrong}")
    return draft_from(fields.validated_data)
