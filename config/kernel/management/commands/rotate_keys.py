"""`manage.py rotate_keys`: seal everything anew under the newest key, and let old keys go."""

import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.kernel import audit, clock, keys, progress, reindexing, rotation
from config.kernel.models import Beat

ACTOR = "rotate_keys"
TELL_EVERY_S = 1.0
# Processes are seen twice a second; one that was not seen for so long is gone.
SEEN_WITHIN = timedelta(minutes=1)


class Command(BaseCommand):
    help = (
        "Seal everything anew under the highest key of GUIHANG_FIELD_KEYS. Everybody works on"
        " meanwhile; killed, it goes on where it was."
    )

    # It asks by itself: two of its acts mend what the check complains of.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--status", action="store_true", help="only count what needs which key")
        acts.add_argument("--retire", type=int, metavar="ID", help="let a key go that none needs")
        acts.add_argument(
            "--accept-link-key",
            action="store_true",
            help="GUIHANG_LINK_KEY was changed on purpose: links sent before are dead",
        )
        acts.add_argument(
            "--index",
            action="store_true",
            help="GUIHANG_INDEX_KEY was changed: compute every index anew, with nobody at work",
        )
        parser.add_argument("--batch", type=int, default=rotation.PIECE, metavar="ROWS")

    def handle(self, *args: Any, **options: Any) -> None:
        _hold_keys({"link"} if options["accept_link_key"] else {"index"} & set(_chosen(options)))
        if options["status"]:
            self._status()
        elif options["index"]:
            self._reindex(options["batch"])
        elif options["retire"] is not None:
            self._retire(options["retire"])
        elif options["accept_link_key"]:
            keys.accept("link")
            audit.record(actor=ACTOR, act="keys.link_accepted")
            self.stdout.write("the link key is accepted; links sent before are dead")
        else:
            self._rotate(options["batch"])

    def _status(self) -> None:
        for key_id in sorted(settings.FIELD_KEYS):
            rows = rotation.needing(key_id)
            tables = ", ".join(f"{name} {count}" for name, count in rows.items()) or "nothing"
            self.stdout.write(f"key {key_id}: {tables}")

    def _rotate(self, size: int) -> None:
        keys.note_keys()
        began = time.monotonic()
        made: list[rotation.Progress] = []
        while self._round(size, made):  # until one finds nothing that others wrote meanwhile
            continue
        sealed = sum(one.done for one in made)
        unreadable = {one.table.name: one.unreadable for one in made if one.unreadable}
        held = {one.table.name: one.left for one in made}
        took = time.monotonic() - began
        audit.record(
            actor=ACTOR, act="keys.rotated", key=max(settings.FIELD_KEYS), rows=sealed,
            unreadable={name: len(rows) for name, rows in unreadable.items()},
        )  # fmt: skip
        self.stdout.write(f"done: {sealed} rows in {took:.1f} s")
        if unreadable:
            shown = "; ".join(f"{name} {rows[:20]}" for name, rows in unreadable.items())
            raise CommandError(f"some rows do not open and were left as they are: {shown}")
        if any(held.values()):
            raise CommandError("some rows were held by others all the time: run this again")

    def _round(self, size: int, made: list[rotation.Progress]) -> int:
        """Every table once; how many rows were sealed anew."""
        before = len(made)
        for table in rotation.sealed_tables():
            if (one := self._rotate_table(table, size)) is not None:
                made.append(one)
        return sum(one.done for one in made[before:])

    def _rotate_table(self, table: rotation.Table, size: int) -> rotation.Progress | None:
        made, told = None, 0.0
        began = time.monotonic()
        for made in rotation.rotate(table, size=size):
            progress.moved()
            if settings.SQLITE:  # one writer: leave the others as long as we took
                Event().wait(min(time.monotonic() - began, 0.1))
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                self._tell(made)
            began = time.monotonic()
        if made is not None:
            self._tell(made)
        return made

    def _tell(self, made: rotation.Progress) -> None:
        left = max(made.total - made.done - len(made.unreadable), 0)
        self.stdout.write(f"{made.table.name}: {made.done} sealed anew, {left} to go")
        self.stdout.flush()

    def _reindex(self, size: int) -> None:
        """With nobody at work: a look-up while half of the table is changed would miss."""
        if running := _processes(clock.real_now()):
            raise CommandError(f"these processes still run, end them first: {', '.join(running)}")
        rows = sum(self._reindex_column(column, size) for column in reindexing.columns())
        reindexing.finish()
        keys.accept("index")
        audit.record(actor=ACTOR, act="keys.reindexed", rows=rows)
        self.stdout.write(f"done: {rows} rows; take GUIHANG_INDEX_KEY_BEFORE away and start")

    def _reindex_column(self, column: reindexing.Column, size: int) -> int:
        changed = max(reindexing.reindex(column, size=size), default=0)
        self.stdout.write(f"{column.name}: {changed} indexes computed anew")
        return changed

    def _retire(self, key_id: int) -> None:
        newest = max(settings.FIELD_KEYS)
        if key_id >= newest:
            raise CommandError(f"key {key_id} is the one that seals: add a higher one first")
        if older := _older_processes(newest):
            raise CommandError(
                f"these processes started before key {newest} was there and may still seal with"
                f" key {key_id}; restart them first: {', '.join(older)}"
            )
        if rows := rotation.needing(key_id):
            left = ", ".join(f"{name} {count}" for name, count in rows.items())
            raise CommandError(f"key {key_id} is still needed: {left}. Run rotate_keys first")
        keys.retire(key_id)
        audit.record(actor=ACTOR, act="keys.retired", key=key_id)
        self.stdout.write(f"key {key_id} is retired: take it out of GUIHANG_FIELD_KEYS")


def _chosen(options: dict[str, Any]) -> list[str]:
    return [name for name in ("index", "status") if options[name]]


def _hold_keys(mended: set[str]) -> None:
    """Raises CommandError for a wrong key that this run is not there to mend."""
    for name, sentence in keys.problems():
        if name not in mended:
            raise CommandError(sentence)


def _older_processes(newest: int) -> list[str]:
    return _processes(keys.noted_at(newest))


def _processes(started_before: datetime) -> list[str]:
    """Those seen lately, on whatever host, that started before then."""
    seen = Beat.objects.filter(
        beaten_at__gte=clock.real_now() - SEEN_WITHIN, started_at__lt=started_before
    )
    return [str(beat) for beat in seen.order_by("host", "name")]
