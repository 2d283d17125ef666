"""`manage.py manifest INCIDENT`: draft, seal and export, with the rules of the pages."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.evacuation.exports import FORMATS
from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.profiles import EVERYTHING, PROFILES
from crisis.evacuation.selectors import difference, is_intact, transports_of
from crisis.evacuation.services import Receiver, draft_manifest, export_manifest, seal_manifest
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.prompting import demand_password
from crisis.staff.selectors import within_jurisdiction
from crisis.transports.models import Transport


class Command(BaseCommand):
    help = (
        "Draft, seal and export an incident's manifest; without an act, list its versions. An act "
        "asks for the planner's password, at the terminal or as the first line of the input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", type=int)
        parser.add_argument("--by", required=True, metavar="USER", help="the planner who acts")
        parser.add_argument("--draft", action="store_true", help="a new version from the roll call")
        parser.add_argument("--seal", action="store_true", help="seal the newest version")
        for format in FORMATS:
            parser.add_argument(f"--{format}", type=Path, metavar="FILE")
        parser.add_argument("--profile", default=EVERYTHING.code, choices=[*PROFILES])
        parser.add_argument("--transport", metavar="NUMBER", help="only who takes this one")
        parser.add_argument("--country", default="", metavar="CODE", help="the receiver's: CN")
        parser.add_argument("--release", type=int, metavar="N", help="what lets it go abroad")
        parser.add_argument("--purpose", default="撤离", help="why the file is made (audited)")
        parser.add_argument("--receiver", default="", help="who gets it (audited); default: USER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._act(options)
        except DomainError as problem:
            raise CommandError(str(problem)) from None

    def _act(self, options: dict[str, Any]) -> None:
        planner = _planner(options["by"])
        incident = _incident(options["incident"], planner)
        asked = [name for name in FORMATS if options[_flag(name)]]
        if asked or options["draft"] or options["seal"]:
            demand_password(planner)
        if options["draft"]:
            draft_manifest(incident=incident, planner=planner)
        if options["seal"]:
            seal_manifest(manifest=_newest(incident), planner=planner)
        for name in asked:
            _export(_newest(incident), planner, name, options)
        self._list(incident)

    def _list(self, incident: Incident) -> None:
        former: Manifest | None = None
        for manifest in incident.manifests.order_by("version"):
            self.stdout.write(_line(manifest, former))
            former = manifest


def _planner(username: str) -> User:
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise CommandError(_("没有用户名为 %(name)s 的工作人员。") % {"name": username}) from None


def _incident(pk: int, planner: User) -> Incident:
    incident = within_jurisdiction(Incident.objects.all(), planner).filter(pk=pk).first()
    if incident is None:
        raise CommandError(
            _("%(name)s 没有编号为 %(pk)d 的事件。") % {"name": planner.username, "pk": pk}
        )
    return incident


def _newest(incident: Incident) -> Manifest:
    manifest = incident.manifests.order_by("-version").first()
    if manifest is None:
        raise CommandError(_("还没有撤离名单，请先用 --draft 编制。"))
    return manifest


def _flag(format: str) -> str:
    return format.replace("-", "_")


def _release(manifest: Manifest, pk: int | None) -> Release | None:
    if pk is None:
        return None
    found = Release.objects.filter(incident=manifest.incident_id, pk=pk).first()
    if found is None:
        raise CommandError(_("没有编号为 %(pk)d 的对外提供授权。") % {"pk": pk})
    return found


def _transport(manifest: Manifest, number: str | None) -> Transport | None:
    """The one that people call so; of several, the one that leaves first."""
    if not number:
        return None
    found = next((one for one in transports_of(manifest) if one.number == number), None)
    if found is None:
        raise CommandError(_("这一版名单没有人乘坐这个运输工具。"))
    return found


def _export(manifest: Manifest, planner: User, format: str, options: dict[str, Any]) -> None:
    path = options[_flag(format)]
    export = export_manifest(
        manifest=manifest,
        user=planner,
        format=format,
        receiver=Receiver(
            name=options["receiver"] or planner.username,
            purpose=options["purpose"],
            profile=options["profile"],
            country=options["country"],
            release=_release(manifest, options["release"]),
        ),
        transport=_transport(manifest, options["transport"]),
    )
    try:
        export.save(path)
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}") from None


def _line(manifest: Manifest, former: Manifest | None) -> str:
    parts = [f"v{manifest.version}", manifest.state, f"{manifest.entries.count()} people"]
    if former is not None:
        change = difference(former, manifest)
        parts.append(f"+{len(change.added)} -{len(change.removed)} ~{len(change.changed)}")
    if manifest.state == Manifest.State.SEALED:
        parts.append(manifest.content_hash)
        parts.append("intact" if is_intact(manifest) else "CHANGED SINCE THE SEAL")
    return "  ".join(parts)
