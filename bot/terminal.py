"""What every page on a terminal is made with: a console, the colours, and texts from outside made harmless."""

import sys
import unicodedata

from rich.console import Console
from rich.text import Text

from storage.findings import Severity

_LONGEST = 500
"""Characters of one text from outside that a table shows."""
_PIPED = 200
"""Columns of a table that does not go to a terminal."""
COLOUR = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.NORMAL: "yellow",
    Severity.LOW: "dim",
}
"""How rich shows a severity."""


def safe(text: str | None, style: str = "") -> Text:
    """Make a text from outside harmless: no markup, no control or direction characters, not too long."""
    flat = " ".join((text or "-").split())
    kept = "".join(letter for letter in flat if unicodedata.category(letter)[0] != "C")
    return Text(kept if len(kept) <= _LONGEST else kept[: _LONGEST - 1] + "…", style=style)


def stdout() -> Console:
    """Return a console that never wraps in a pipe, and takes no word between colons for a picture."""
    return Console(
        soft_wrap=True, highlight=False, emoji=False, width=None if sys.stdout.isatty() else _PIPED
    )
