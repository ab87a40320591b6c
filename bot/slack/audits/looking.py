"""What was read of pictures and waits for somebody to look at it: which rows are next, and in the end files of what counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from bot.slack.audits.found import Look
from bot.sources.screenshots import Accepted, Picture, Row, write_accepted
from storage.codec import Codec

EXACT = 3
"""Decimal places of a confidence that are kept."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """One picture, and how far somebody has looked at it."""

    picture: Picture
    opened: bool = False
    """Whether its rows have been shown, the doubtful ones as far as they fitted."""
    seen: tuple[int, ...] = ()
    """Numbers of the doubtful rows that have been shown."""

    @property
    def waiting(self) -> tuple[Row, ...]:
        """Doubtful rows that nobody has looked at; first those that do not count as they are."""
        rows = [row for row in self.picture.rows if row.doubtful and row.number not in self.seen]
        return tuple(sorted(rows, key=lambda row: row.counts))

    @property
    def done(self) -> bool:
        """Whether all of it has been looked at."""
        return self.opened and not self.waiting


@dataclass(frozen=True, slots=True)
class Looking:
    """Everything that an audit needs to go on once its pictures have been looked at."""

    exports: tuple[str, ...]
    """Slack's ids of the other files."""
    days: int
    pictures: tuple[Pictured, ...]
    turn: int = 0
    """How often rows were accepted: a window that was opened before that is out of date."""

    @property
    def at(self) -> int | None:
        """Which picture is next, counted from 0; None: all have been looked at."""
        return next((at for at, each in enumerate(self.pictures) if not each.done), None)

    @property
    def look(self) -> Look | None:
        """The next picture, in figures."""
        if self.at is None:
            return None
        each = self.pictures[self.at]
        return Look(
            name=each.picture.path,
            grid=each.picture.grid,
            rows=len(each.picture.rows),
            doubtful=len(each.waiting),
            stopping=sum(not row.counts for row in each.waiting),
            number=self.at + 1,
            of=len(self.pictures),
        )


_CODEC = Codec(TypeAdapter(Looking))


def begin(pictures: Sequence[Picture], exports: tuple[str, ...], days: int) -> Looking:
    """Return what nobody has looked at."""
    return Looking(exports, days, tuple(Pictured(picture) for picture in pictures))


def dump(looking: Looking) -> str:
    """Return it as text."""
    pictures = tuple(replace(each, picture=_plain(each.picture)) for each in looking.pictures)
    return _CODEC.dump(replace(looking, pictures=pictures))


def load(text: str) -> Looking:
    """Return what `dump` wrote."""
    return _CODEC.load(text)


def _plain(picture: Picture) -> Picture:
    """Return a picture that can be written as text, and not at a length that nobody needs."""
    rows = (
        Row(
            row.number,
            {
                field: replace(cell, confidences=tuple(round(each, EXACT) for each in cell.confidences))
                for field, cell in row.cells.items()
            },
        )
        for row in picture.rows
    )
    return replace(picture, rows=tuple(rows))


def written(text: str, folder: Path) -> dict[str, Accepted]:
    """Write the rows that count into files in this folder, and return what became of each picture by its file's path.

    A picture of which no row counts is left out; no text, no pictures.
    """
    looking = load(text) if text else Looking((), 0, ())
    accepted = [
        write_accepted(each.picture, folder / f"{each.picture.path}.csv")
        for each in looking.pictures
        if each.picture.counting
    ]
    return {str(each.path): each for each in accepted}
