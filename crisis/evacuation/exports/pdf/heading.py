"""What stands at the head and the foot of every page: of what, which version, by which hash.

Words are fetched when this is made, because pages are written after the request, and its language,
are gone.
"""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crisis.evacuation.exports.pdf.document import About
from crisis.evacuation.exports.pdf.page import Page
from crisis.evacuation.exports.pdf.typeface import Type
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.models import Manifest
from crisis.transports.models import Place, Transport

MARGIN = 28.0
HEAD = 64.0
"""From the top edge to where the list begins."""
FOOT = 28.0
"""From the bottom edge to where the list ends."""
TITLE_SIZE, SMALL = 13.0, 7.5
NUMBER_ROOM = 100.0
DOT = "·"  # as wide as a Chinese character in this typeface


class Heading:
    """The frame of every page of one sheet under one `title`."""

    def __init__(self, sheet: Sheet, title: str) -> None:
        manifest = sheet.manifest
        self._chinese = (get_language() or "zh").startswith("zh")
        self.sealed = manifest.state == Manifest.State.SEALED
        version = _("第 %(version)s 版") % {"version": manifest.version}
        self.title = DOT.join((title, manifest.incident.title, version))
        self._lines = [self._origin(manifest, str(sheet.profile.label))]
        if sheet.transport is not None:
            self._lines.append(self._movement(sheet.transport))
        seal = f"SHA-256 {manifest.content_hash}" if self.sealed else _("草稿，未封存，只供核对")
        self._foot = DOT.join((version, seal))
        self._draft = str(Manifest.State.DRAFT.label)
        self._number = _("第 %(page)s 页，")
        self.of_pages = _("共 %(pages)s 页")
        self.about = About(
            title=self.title,
            language="zh-Hans" if self._chinese else "en",
            ident=hashlib.sha256(f"{manifest.pk} {seal} {title}".encode()).hexdigest()[:32],
        )

    def draw(self, page: Page, number: int, type: Type) -> None:
        """Title, lines and foot of page `number`; across a draft the word that it is one."""
        if not self.sealed:
            page.across(self._draft)
        right = page.width - MARGIN
        page.fitted(MARGIN, 34, TITLE_SIZE, right - MARGIN, self.title, bold=True)
        for place, line in enumerate(self._lines):
            page.fitted(MARGIN, 47 + 10 * place, SMALL, right - MARGIN, line)
        base = page.height - 14
        page.text(MARGIN, base, SMALL, self._foot)
        words = self._number % {"page": number}
        page.text(right - NUMBER_ROOM, base, SMALL, words)
        page.ending(right - NUMBER_ROOM + type.length(words, SMALL), base, SMALL)

    def _origin(self, manifest: Manifest, receiver: str) -> str:
        post = manifest.incident.post
        said = [post.name_zh if self._chinese else post.name_en]
        if manifest.sealed_at is not None:
            said.append(
                _("%(who)s 封存于 %(when)s（当地时间）")
                % {"who": manifest.sealed_by, "when": local(manifest.sealed_at, post.time_zone)}
            )
        said.append(_("用于：%(receiver)s") % {"receiver": receiver})
        return DOT.join(said)

    def _movement(self, transport: Transport) -> str:
        """Which transport, from where to where, on the clocks of each place."""
        origin, destination = transport.origin, transport.destination
        return DOT.join(
            (
                " ".join(filter(None, (transport.number, transport.get_kind_display()))),
                *filter(None, [transport.carrier]),
                f"{self._place(origin)} {local(transport.departs_at, origin.time_zone)} → "
                f"{self._place(destination)} {local(transport.arrives_at, destination.time_zone)}",
                _("均为当地时间"),
            )
        )

    def _place(self, place: Place) -> str:
        return place.name_zh if self._chinese else place.name_en or place.name_zh


def local(moment: datetime, zone: str) -> str:
    """2024-12-17 13:05, on the clocks there."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
