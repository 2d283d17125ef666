"""What the terminal shows of a drill: bars while it runs, a summary, addresses and a log-in."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.drills.preparing import Prepared
from crisis.drills.settling import unsettled
from crisis.drills.supervisor import Supervisor
from crisis.incidents.models import Incident
from crisis.incidents.preview import Preview
from crisis.rollcall.selectors import counts
from crisis.rollcall.states import Condition, Contact
from notifications.models import Delivery
from notifications.states import HANDED_OVER, DeliveryState

LOOK_EVERY_S = 0.5
# Settled must hold for this many looks: a reply may be on its way between two processes.
QUIET_LOOKS = 3

console = Console(highlight=False)


def announce(preview: Preview, incident: Incident) -> None:
    console.print(
        f"[bold]{incident.title}[/bold]  宣布 declared {clock.now():%Y-%m-%d %H:%M} UTC  "
        f"受众 {preview.total} 人 (确定 {preview.certain}, 不确定 {preview.uncertain}, "
        f"无地址 {preview.unaddressed})"
    )
    for text in preview.texts:
        console.print(f"[dim]{text.channel} {text.language}:[/dim] {text.text}", soft_wrap=True)


def watch(incident: Incident, supervisor: Supervisor, *, limit_s: float) -> None:
    """Show bars until all has settled. Raises DomainError not_settled after `limit_s`."""
    deadline = time.monotonic() + limit_s
    quiet = 0
    bars = _bars()
    draw = _drawing(bars, incident)
    with Live(bars, console=console, refresh_per_second=4) as live:
        while quiet < QUIET_LOOKS:
            for name in supervisor.tend():
                console.print(f"[yellow]{name} 已重启 restarted[/yellow]")
            live.update(Group(bars, draw()))
            waiting = unsettled(incident)
            quiet = 0 if waiting else quiet + 1
            if time.monotonic() > deadline:
                raise DomainError("not_settled", f"not settled after {limit_s:.0f} s: {waiting}")
            time.sleep(LOOK_EVERY_S)
        live.update(Group(bars, draw()))
    if not console.is_terminal:
        console.print()  # what is redrawn in a terminal has no line end in a file


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )


def _drawing(progress: Progress, incident: Incident) -> Callable[[], Text]:
    """A function that moves the bars and returns the line below them."""
    sent = progress.add_task("交付网关 handed over")
    arrived = progress.add_task("已送达   delivered  ")
    heard = progress.add_task("已答复   answered   ")

    def draw() -> Text:
        states = list(
            Delivery.objects.filter(wave__source=incident.source).values_list("state", flat=True)
        )
        handed = sum(1 for state in states if state in HANDED_OVER)
        delivered = sum(1 for state in states if state == DeliveryState.DELIVERED)
        now = counts(incident)
        progress.update(sent, completed=handed, total=len(states))
        progress.update(arrived, completed=delivered, total=len(states))
        progress.update(heard, completed=now.contact[Contact.ANSWERED], total=now.in_audience)
        return Text(
            f"{clock.now():%H:%M} UTC  平安 safe {now.condition[Condition.SAFE]}  "
            f"需要协助 help {now.condition[Condition.NEEDS_HELP]}  静默 silent {now.silent}"
        )

    return draw


def summarise(found: dict[str, Any]) -> None:
    """The figures as a table; the whole of them goes to --json."""
    table = Table(title="演练小结 Summary", show_header=False, title_justify="left")
    for name, value in found.items():
        if name == "standings":
            for facet, by_state in value.items():
                shown = "  ".join(f"{state} {n}" for state, n in by_state.items() if n)
                table.add_row(facet, shown)
        elif name == "manifest":
            table.add_row("manifest", f"{value['rows']} 人  " + "  ".join(value["files"]))
        else:
            table.add_row(name, str(value))
    console.print(table)


def say_where(prepared: Prepared, incident: Incident) -> None:
    console.print(
        f"[bold]工作台 officers[/bold]   {settings.PUBLIC_URL}/\n"
        f"[bold]事件 incident[/bold]      {settings.PUBLIC_URL}/incidents/{incident.pk}/\n"
        f"[bold]手机 phones[/bold]        {settings.TWILIO_URL}/phones\n"
        f"[bold]核验 check a code[/bold]  {settings.PUBLIC_URL}/v/\n"
        f"[bold]登录 log-in[/bold]        officer / {prepared.password}\n"
        "    同一密码 same: second, head, planner, liaison, auditor, admin"
    )
