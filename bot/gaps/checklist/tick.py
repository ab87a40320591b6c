"""How one line of the checklist stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.gaps.checklist.lines import Line

State = Literal["ticked", "open", "unseen", "not_due"]
"""unseen: neither system shows it to the bot. not_due: it does not apply, or not yet."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What can be seen of one line."""

    state: State
    said: str
    at: datetime | None = None
    """A moment (UTC) with which `said` ends."""
    todo: str = ""
    """What to do; only where something is open or has to be looked up by a person."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """One line, and how it stands."""

    line: Line
    tick: Tick


def ticked(said: str, at: datetime | None = None) -> Tick:
    """Return a line that is done."""
    return Tick("ticked", said, at)


def not_done(said: str, todo: str, at: datetime | None = None) -> Tick:
    """Return a line that somebody has to do something about."""
    return Tick("open", said, at, todo)


def unseen(said: str, todo: str = "") -> Tick:
    """Return a line that the bot cannot see."""
    return Tick("unseen", said, None, todo)


def not_due(said: str, at: datetime | None = None) -> Tick:
    """Return a line that does not apply, or not yet."""
    return Tick("not_due", said, at)
