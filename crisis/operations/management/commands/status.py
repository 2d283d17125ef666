"""`manage.py status`: what is waiting, what is stuck, what is slow, on one screen."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from crisis.operations.judging import read_status
from crisis.operations.status import Status
from crisis.operations.wording import duration, sentence
from notifications.states import Outcome, Priority


class Command(BaseCommand):
    help = "What is waiting, stuck, slow. Exit code 1 when anything is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=("zh-hans", "en"))
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or translation.get_language() or "zh-hans"):
            status = read_status()
            if options["json"]:
                self.stdout.write(json.dumps(asdict(status), default=str, ensure_ascii=False))
            else:
                self.stdout.write("\n".join(lines(status)))
        if status.found:
            sys.exit(1)


def lines(status: Status) -> list[str]:
    return [*_stuck(status), *_waiting(status), *_slow(status), *_who(status)]


def _stuck(status: Status) -> list[str]:
    if not status.found:
        return [_("一切正常。")]
    return [_("异常"), *(f"  ! {sentence(found)}" for found in status.found)]


def _waiting(status: Status) -> list[str]:
    rows = [_("等待")]
    for queue in status.queues:
        rows.append(
            "  "
            + _("%(name)s：待发 %(messages)d 条（%(batches)d 批），发送中 %(sent)d 条")
            % {
                "name": Priority(queue.priority).label,
                "messages": queue.messages,
                "batches": queue.batches,
                "sent": queue.being_sent,
            }
        )
    facts = [
        (_("最早待发"), duration(status.oldest_waiting_s)),
        (_("尚未展开的人数"), status.unexpanded_people),
        (_("结果存疑"), f"{status.in_doubt} · {duration(status.oldest_doubt_s)}"),
        (_("来信待处理"), f"{status.inbox} · {duration(status.inbox_oldest_s)}"),
        (_("对外事件待发"), f"{status.outbox} · {duration(status.outbox_oldest_s)}"),
    ]
    return rows + [f"  {name}: {value}" for name, value in facts]


def _slow(status: Status) -> list[str]:
    rows = [_("速度（最近一分钟）")]
    for pace in status.paces:
        outcomes = "  ".join(f"{Outcome(o).label} {n}" for o, n in pace.outcomes.items())
        rows.append(
            f"  {pace.gateway}: {pace.per_second:.1f}/s  {_seconds(pace.median_s)} / "
            f"{_seconds(pace.slow_s)}  {outcomes}"
        )
    rows.append("  " + _("预计发完还需 %(time)s") % {"time": duration(status.seconds_left)})
    return [*rows, "  " + _("每分钟答复 %(n)d 条") % {"n": status.answers_a_minute}]


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f} s"


def _who(status: Status) -> list[str]:
    rows = [_("进程")]
    for process in status.processes:
        detail = process.detail
        rows.append(
            f"  {process.name}@{process.host}  pid {process.pid}  {detail.get('state', '')}  "
            + _("上次进展 %(idle)s前，重启 %(n)d 次")
            % {"idle": duration(process.idle_s), "n": detail.get("restarts") or 0}
        )
    names = "、".join(status.on_duty) or "—"
    return [*rows, _("值班：%(names)s") % {"names": names}]
