"""How the command line shows things to people: tables on stdout, progress and errors on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.secrets import strike
from bot.terminal import COLOUR, safe, stdout

if TYPE_CHECKING:  # only the shapes; the rooms behind them are loaded by the command that needs them
    from bot.doctor import Check
    from bot.lookup import OrderView
    from bot.reconcile import RunReport
    from bot.slack.kept import Kept
    from storage.gap import Gap


def print_json(value: Any) -> None:
    """Print exactly one JSON document to stdout, in ASCII so that every terminal and pipe can hold it."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_error(what: str, why: str = "", todo: str = "") -> None:
    """Tell a failure on stderr, without secrets: what happened, why it matters, what to do."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text.assemble(("✗ ", "bold red"), strike(what)))
    for part in (why, todo):
        if part:
            console.print(Text("  " + strike(part)))


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being read; silent where stderr is not a terminal."""
    with Console(stderr=True).status(Text(title)) as status:
        yield lambda text: status.update(safe(text))


def age(since: datetime, now: datetime) -> str:
    """Return how long ago in the two largest units: `3d 4h`."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {rest}m" if hours else f"{rest}m"


def print_gaps(gaps: Sequence["Gap"], now: datetime) -> None:
    """Print the queue as a table."""
    if not gaps:
        stdout().print("No gaps match. `stuck sync` reads both systems now.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Order", "Kind", "Severity", "State", "Owner", "Age", "What is wrong"):
        table.add_column(column, overflow="fold")
    for gap in gaps:
        table.add_row(
            safe(gap.order or "whole store"),
            gap.kind,
            Text(gap.severity.word, style=COLOUR[gap.severity]),
            gap.state(now),
            safe(gap.owner),
            age(gap.finding.since, now),
            safe(gap.finding.headline),
        )
    stdout().print(table)


def print_reports(reports: Sequence["RunReport"]) -> None:
    """Print what each store's run did."""
    console = stdout()
    for report in reports:
        head = "complete" if report.complete else "not complete: nothing was opened or resolved"
        mark = ("✓ ", "green") if report.complete else ("✗ ", "bold red")
        console.print(Text.assemble(mark, safe(report.store), f": {head} ({report.seconds:.1f} s)"))
        read = ", ".join(f"{count} {what}" for what, count in report.read.items()) or "nothing"
        asked = ", ".join(f"{system} {count}" for system, count in report.requests.items()) or "none"
        console.print(f"  read {read}; requests: {asked}", markup=False)
        console.print(f"  opened {report.opened}, updated {report.updated}, resolved {report.resolved}")


def print_unread(reports: Sequence["RunReport"]) -> None:
    """Tell on stderr which stores could not be read completely, and why."""
    for report in reports:
        if report.error:
            print_error(f"{report.store}: {safe(report.error).plain}")


def print_kept(kept: Sequence["Kept"]) -> None:
    """Tell on stderr which stores' messages do not reach Slack, and what brings them there."""
    for each in kept:
        print_error(each.text, "Nothing is lost: all of it goes out when Slack takes it again.", each.todo)


def print_order(views: Sequence["OrderView"], now: datetime) -> None:
    """Print what each side says of an order, and why it is or is not a gap."""
    console = stdout()
    for view in views:
        console.print(Text.assemble(safe(view.order, "bold"), f" ({view.store}): ", _verdict(view.verdict)))
        console.print(Text.assemble("  ", safe(view.why)))
        if view.error:
            console.print(Text.assemble("  ", ("Not everything could be read: ", "red"), safe(view.error)))
        for gap in view.gaps:
            _print_gap(console, gap, now)
        _print_sides(console, view)


def print_checks(checks: Sequence["Check"]) -> None:
    """Print the doctor's findings, red ones with what to do."""
    console = stdout()
    marks = {True: ("✓ ", "green"), False: ("✗ ", "bold red"), None: ("? ", "yellow")}
    for check in checks:
        console.print(Text.assemble(marks[check.ok], (check.subject, "bold"), ": ", check.text))
        if check.todo and check.ok is not True:
            console.print(Text("    " + check.todo))


def _verdict(verdict: str) -> tuple[str, str]:
    styles = {"gap": "bold red", "healthy": "green", "waiting": "yellow"}
    return verdict.replace("_", " "), styles.get(verdict, "dim")


def _print_gap(console: Console, gap: "Gap", now: datetime) -> None:
    finding = gap.finding
    owner = "nobody" if gap.owner is None else gap.owner
    head = (
        f"  {gap.kind}, {gap.severity.word}, {gap.state(now)}, owner {owner}, {age(finding.since, now)} old: "
    )
    console.print(Text.assemble(head, safe(finding.headline)))
    console.print(Text.assemble(f"    cause ({finding.cause.confidence}): ", safe(finding.cause.text)))
    console.print(Text.assemble("    do: ", safe(finding.next_action.text)))


def _print_sides(console: Console, view: "OrderView") -> None:
    order = view.shopify
    if order is not None:
        paid, done = order.financial_status or "unknown", order.fulfillment_status
        console.print(
            Text.assemble("  Shopify: ", safe(f"{paid}, {done}, {len(order.fulfillments)} fulfilments"))
        )
    for row in view.shipstation:
        console.print(Text.assemble("  ShipStation: ", safe(f"{row.number}, {row.status}")))
    for parcel in view.shipments:
        told = {True: "store notified", False: "store not notified", None: "notification unknown"}[
            parcel.notified
        ]
        state = "voided" if parcel.voided else told
        number = parcel.tracking or "no tracking number"
        console.print(Text.assemble(f"  ShipStation {parcel.kind}: ", safe(f"{number}, {state}")))
    for link in (view.links.shopify, view.links.shipstation):
        if link:
            console.print(Text.assemble("  ", safe(link)))
    console.print(f"  read {view.read_at:%Y-%m-%d %H:%M} UTC")
