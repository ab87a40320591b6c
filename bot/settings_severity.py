"""How a table by severity is read: `{ critical = …, high = … }`, in which what is not named stays as it is."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from bot.settings_values import Malformed, meant, shown
from storage.findings import Severity

T = TypeVar("T")
LEVELS: Mapping[str, Severity] = {level.word: level for level in sorted(Severity, reverse=True)}
"""The severities by name, the worst first."""


def by_level(
    value: object, read: Callable[[object], T], good: str, what: str = "values"
) -> dict[Severity, T]:
    """Read a table by severity; an unknown one says which was probably meant. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"{shown(value)} is not a table of {what} by severity", good=good)
    for word in value:
        if word not in LEVELS:
            known = meant(str(word), LEVELS) or f"; those are {', '.join(LEVELS)}"
            raise Malformed(f"{shown(word)} is not a severity{known}", good=good)
    return {LEVELS[str(word)]: read(each) for word, each in value.items()}
