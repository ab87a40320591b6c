"""When a store's channel is told how things stand: `[digest]` and `[stores.digest]` of stuck.toml."""

from dataclasses import dataclass
from datetime import time

from bot.settings_values import DAYS, Malformed, meant, shown

OFF = "off"
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {name: day for names in (DAYS, NAMES) for day, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Weekly:
    """The day of the weekly digest, Monday being 0; None: there is none. It tells `off` from not said."""

    day: int | None


HOUR = time(8, 30)
WEEKLY = Weekly(0)


@dataclass(frozen=True, slots=True)
class Digests:
    """When one store's digests are due, on its own clock and on its working days."""

    daily: bool = True
    hour: time = HOUR
    weekly: int | None = WEEKLY.day
    """Monday is 0; where it is no working day, the next one counts. None: none."""


def weekly(value: object) -> Weekly:
    """Read the day of the weekly digest, written out or short, or `off`."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if text == OFF:
        return Weekly(None)
    if text not in _DAYS:
        known = meant(text, (*NAMES, OFF)) if text else ""
        raise Malformed(f"{shown(value)} is neither a day of the week nor off{known}", good="monday")
    return Weekly(_DAYS[text])


def told(day: int | None) -> str:
    """Return the day of the weekly digest as stuck.toml has it."""
    return OFF if day is None else NAMES[day]
