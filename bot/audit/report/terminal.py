"""The audit's summary for a terminal of 80 columns. Colour only repeats what the words say."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bot.audit.report import wording
from bot.audit.report.common import UNKNOWN, CauseRow
from bot.audit.report.tally import KindRow, Tally
from bot.audit.result import Audit, NotJudged
from bot.gaps import catalog
from bot.terminal import safe

MOST_KINDS = 8
MOST_CAUSES = 4
MOST_NEEDS = 5
MOST_FILES = 4
"""Lines that a summary has for each; what is left out is counted."""


def show(audit: Audit, console: Console, written: Sequence[Path] = ()) -> None:
    """Print the summary; `written` are the report's files, named at its end."""
    tally = Tally(audit)
    for part in _parts(tally, written):
        console.print(part)


def _parts(tally: Tally, written: Sequence[Path]) -> Iterator[RenderableType]:
    yield Text(f"{wording.verdict(tally)}.", style="bold")
    yield Text(" ".join(wording.asides(tally)))
    if tally.kinds:
        yield ""
        yield _kinds(tally)
    if tally.causes:
        yield Text("\nWhat they have in common", style="bold")
        yield from map(_cause, tally.causes[:MOST_CAUSES])
    if tally.needs:
        yield Text(
            "\nNot judged, which is not to say that it is fine, and what would settle it", style="bold"
        )
        yield from _not_judged(tally)
    if tally.audit.rejected_rows:
        yield Text("\nRejected rows", style="bold")
        yield from _rejected(tally.audit)
    if written:
        yield Text.assemble("\nThe report: ", safe(str(written[0])))


def _kinds(tally: Tally) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Kind", overflow="fold", ratio=3)
    table.add_column("Gaps", justify="right")
    if tally.edge:
        table.add_column("Edge", justify="right")
    table.add_column("Oldest", justify="right", no_wrap=True)
    table.add_column("Most often", overflow="ellipsis", no_wrap=True, max_width=21)
    for row in tally.kinds[:MOST_KINDS]:
        table.add_row(*_kind(row, edge=bool(tally.edge)))
    rest = tally.kinds[MOST_KINDS:]
    if rest:
        sums = [sum(row.gaps for row in rest), *([sum(row.edge for row in rest)] if tally.edge else [])]
        table.add_row(wording.counted(len(rest), "more kind"), *map(wording.number, sums))
    return table


def _kind(row: KindRow, *, edge: bool) -> list[RenderableType]:
    return [
        row.kind.title,
        wording.number(row.gaps),
        *([wording.number(row.edge)] if edge else []),
        f"{wording.figure(row.oldest_days)} d" if row.gaps else "-",
        row.cause,
    ]


def _cause(row: CauseRow) -> Text:
    shared = f": {'; '.join(row.shared)}" if row.shared else ""
    name = "cause unknown" if row.code == UNKNOWN else row.label.lower()
    return safe(f"{wording.counted(row.gaps, 'gap')}, {name}{shared}")


def _not_judged(tally: Tally) -> Iterator[Text]:
    groups = list(tally.needs.items())
    yield from (_needs(needs, members) for needs, members in groups[:MOST_NEEDS])
    rest = sum(len(members) for _, members in groups[MOST_NEEDS:])
    if rest:
        yield Text(f"and {wording.counted(rest, 'more kind')}, which the report names")


def _needs(needs: str, members: Sequence[NotJudged]) -> Text:
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    return Text.assemble("? ", catalog.title(members[0].kind), more, ": ", safe(needs))


def _rejected(audit: Audit) -> Iterator[Text]:
    files = [file for file in audit.files if file.rejected]
    for file in files[:MOST_FILES]:
        first = next((row for row in audit.rejected_rows if row.file == file.path), None)
        why = f"; line {first.line}: {first.reason}" if first else ""
        told = f"{file.path}: {wording.number(file.rejected)} of {wording.counted(file.rows, 'row')}{why}"
        yield safe(told)
    if len(files) > MOST_FILES:
        yield Text(f"and {wording.counted(len(files) - MOST_FILES, 'more file')}")
