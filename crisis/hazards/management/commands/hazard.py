"""`manage.py hazard FILE`: take in a hazard report that came as a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.hazards.models import HazardSignal
from crisis.hazards.services import take_in_usgs


class Command(BaseCommand):
    help = (
        "Record the hazard signals of a USGS GeoJSON file. Nobody is alerted: an officer declares."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            signals, reading = take_in_usgs(text=file.read_bytes())
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}") from None
        except DomainError as problem:
            raise CommandError(f"{file}: {problem}") from None
        for signal in signals:
            self.stdout.write(_line(signal))
        for sentence in reading.problems:
            self.stderr.write(sentence)
        if reading.problems:
            raise CommandError(
                _("文件中有 %(count)d 个事件无法读取。") % {"count": len(reading.problems)}
            )


def _line(signal: HazardSignal) -> str:
    magnitude = "M ?" if signal.magnitude is None else f"M {signal.magnitude:.1f}"
    where = f"{signal.latitude:.4f} {signal.longitude:.4f}"
    return (
        f"{signal.pk}  {signal.external_id}  {signal.occurred_at:%Y-%m-%dT%H:%M:%SZ}  "
        f"{signal.kind}  {magnitude}  {where}  {signal.place}"
    )
