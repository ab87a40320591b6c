"""The window with the rows of a picture: doubtful cells to be corrected, the others to be seen, each row to be left out. Pure."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from bot.slack.audits.looking import Looking, Pictured
from bot.slack.escape import clean, length, safe
from bot.slack.inline import counted
from bot.slack.message import (
    LABEL,
    OPTION,
    SECTION,
    TITLE,
    Block,
    Element,
    context,
    option,
    plain_text,
    section,
    within,
)
from bot.sources.screenshots import Cell, Column, Picture, Row, as_understood, left_out, retaken
from bot.sources.screenshots.dates import day_first
from bot.sources.screenshots.meaning import DATES

CALLBACK = "audit.rows"
COUNT, AS_IT_STANDS = "count", "as it stands"
"""What a row's boxes say when they are ticked."""
FOR_DOUBTFUL = 60
"""Blocks for doubtful rows; what does not fit is shown next."""
IN_A_GROUP = 10
"""Rows of one group of boxes: Slack allows no more."""
MOST_GROUPS = 30
WRITTEN = 500
"""Characters of one cell."""
CELL = 60
"""Characters of a cell that needs no correction."""

HOW = (
    "What is read from a picture may be wrong, so look at it before it counts. Correct what was misread; "
    "what you leave as it is counts as it stands. Rows marked ⚠️ count only once they are corrected."
)
CONFIRMABLE = frozenset({"check digit", "length"})
"""Doubts that somebody settles by saying that it is so."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an open window is about; travels in its private_metadata."""

    audit_id: str
    channel: str
    thread: str
    ts: str
    """Of the message that asks."""
    turn: int
    picture: int
    """Counted from 0."""
    taken: str
    """Day of the picture, ISO, as far as the window does not ask for it."""
    day_first: tuple[str, ...]
    """Fields in which days are written before months."""

    def as_json(self) -> str:
        """Return it as text, far below Slack's 3,000 characters."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Subject":
        """Read it back."""
        told = json.loads(text)
        return cls(**{**told, "day_first": tuple(told["day_first"])})


def view(looking: Looking, audit_id: str, channel: str, thread: str, ts: str) -> dict[str, Any]:
    """Return the window for the next picture, or for as many of its rows as Slack takes.

    `channel`, `thread` and `ts`: where the message is that asks.
    """
    at = looking.at or 0
    pictured = looking.pictures[at]
    picture = pictured.picture
    subject = Subject(
        audit_id, channel, thread, ts, looking.turn, at, str(picture.taken), tuple(_european(picture))
    )
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain_text("Look at the rows", TITLE),
        "submit": plain_text("Accept", TITLE),
        "close": plain_text("Cancel", TITLE),
        "private_metadata": subject.as_json(),
        "blocks": list(_blocks(pictured)),
    }


def _european(picture: Picture) -> Iterator[str]:
    for column in picture.columns:
        if column.field in DATES and day_first(row.cells[column.field].text for row in picture.rows):
            yield column.field


def _blocks(pictured: Pictured) -> Iterator[Block]:
    picture = pictured.picture
    yield section(f"*{safe(picture.path, CELL)}*: {picture.grid}, {counted(len(picture.rows), 'row')}. {HOW}")
    yield from _small_print(picture)
    if depends_on_day(picture):
        yield _input("day", "Day of the picture", _day(picture.taken), hint=_DAY)
    room = FOR_DOUBTFUL
    for row in pictured.waiting:
        blocks = list(_doubtful(picture, row))
        room -= len(blocks)
        if room < 0:
            yield section("There are more doubtful rows than fit here: they come next.")
            break
        yield from blocks
    if not pictured.opened:
        yield from _sure(picture, [row for row in picture.rows if not row.doubtful])


_DAY = "By it, dates such as Today or Nov 14 are read."


def _day(taken: date) -> Element:
    return {"type": "datepicker", "initial_date": str(taken)}


def _small_print(picture: Picture) -> Iterator[Block]:
    said = []
    if picture.unread:
        said.append(f"Not read, because no check needs them: {_names(picture.unread)}.")
    if left_out(picture):
        names = _names(column.heading for column in left_out(picture))
        said.append(f"Left out, as long as not every row says it: {names}.")
    if said:
        yield context(*said)


def _names(names: Iterable[str]) -> str:
    return within([safe(name, CELL) for name in names], SECTION - 100, separator=", ")


def depends_on_day(picture: Picture) -> bool:
    """Whether another day of the picture would change what its dates say, or end a doubt about them."""
    far = timedelta(days=400)
    earlier, later = retaken(picture, picture.taken - far), retaken(picture, picture.taken + far)
    return _values(earlier) != _values(picture) or _doubts(later) != _doubts(picture)


def _values(picture: Picture) -> list[str | None]:
    return [cell.value for row in picture.rows for cell in row.cells.values()]


def _doubts(picture: Picture) -> int:
    return sum(len(cell.doubts) for row in picture.rows for cell in row.cells.values())


# ---------------------------------------------------------------- rows with a doubt


def _doubtful(picture: Picture, row: Row) -> Iterator[Block]:
    sure = [column for column in picture.columns if not row.cells[column.field].doubts]
    told = [
        f"{safe(column.heading, CELL)} {safe(as_understood(row.cells[column.field]), CELL)}"
        for column in sure
        if row.cells[column.field].text.strip()
    ]
    head = f"*Row {row.number}*" if row.counts else f"⚠️ *Row {row.number}*: left out unless it is corrected"
    yield section(within([head, *([" · ".join(told)] if told else [])], SECTION))
    for column in picture.columns:
        if row.cells[column.field].doubts:
            yield _cell(row, column)
    yield from _boxes(row)


def _cell(row: Row, column: Column) -> Block:
    cell = row.cells[column.field]
    text = clean(cell.text)[:WRITTEN]
    element: Element = {"type": "plain_text_input", "max_length": WRITTEN}
    said = "; ".join(doubt.text for doubt in cell.doubts)
    perhaps = f" Perhaps {cell.suggestion}." if cell.suggestion else ""
    return _input(
        f"cell:{row.number}:{column.field}:{_standing(cell)}",
        f"{clean(column.heading)[:CELL]}, row {row.number}",
        element | ({"initial_value": text} if text else {}),
        hint=f"{said[:1].upper()}{said[1:]}.{perhaps}",
    )


def _standing(cell: Cell) -> str:
    """Return what becomes of a cell that nobody changes: `fine`; `unsettled`: somebody may say that it is so; `useless`."""
    stopping = {doubt.kind for doubt in cell.doubts if doubt.stops}
    if not stopping:
        return "fine"
    return "unsettled" if stopping <= CONFIRMABLE else "useless"


def _boxes(row: Row) -> Iterator[Block]:
    options = [option("This row counts", COUNT)] if row.counts else []
    if row.cells.get("tracking", Cell("tracking", "")).doubts:
        options.append(option("The tracking number is right as it stands here", AS_IT_STANDS))
    if options:
        element: Element = {"type": "checkboxes", "options": options}
        chosen = {"initial_options": options[:1]} if row.counts else {}
        yield _input(f"row:{row.number}", f"Row {row.number}", element | chosen)


# ---------------------------------------------------------------- rows without one


def _sure(picture: Picture, rows: Sequence[Row]) -> Iterator[Block]:
    groups = [rows[start : start + IN_A_GROUP] for start in range(0, len(rows), IN_A_GROUP)]
    columns = [clean(column.heading)[:CELL] for column in picture.columns]
    for number, group in enumerate(groups[:MOST_GROUPS]):
        options = [_line(picture, row) for row in group]
        element: Element = {"type": "checkboxes", "options": options, "initial_options": options}
        label = "More of them" if number else "Read without a doubt; those that are ticked count"
        yield _input(
            f"sure:{number}", label, element, hint="" if number else f"In each line: {' · '.join(columns)}"
        )
    rest = sum(map(len, groups[MOST_GROUPS:]))
    if rest:
        yield section(f"And {counted(rest, 'more row')}, read without a doubt.")


def _line(picture: Picture, row: Row) -> Element:
    """Return one row as a box: as many cells as fit on its line, and the others below."""
    parts = [clean(as_understood(row.cells[column.field]))[:CELL] or "\u2013" for column in picture.columns]
    head, fitting = f"Row {row.number}", 0
    while fitting < len(parts) and length(f"{head} · {parts[fitting]}") <= OPTION - 2:
        head, fitting = f"{head} · {parts[fitting]}", fitting + 1
    box = option(head, str(row.number))
    below = " · ".join(parts[fitting:])
    return box | {"description": plain_text(below, OPTION)} if below else box


def _input(block_id: str, label: str, element: Element, *, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, LABEL),
        "element": element | {"action_id": "value"},
        "optional": element["type"] != "datepicker",
    }
    return block | {"hint": plain_text(hint, LABEL)} if hint else block
