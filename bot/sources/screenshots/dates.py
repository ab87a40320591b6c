"""Dates as grids write them, many of them relative to the day of the picture: `Today at 9:14 am`, `Nov 14 at 3:22 pm`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_CLOCK = re.compile(
    r"(?:at|,)?\s*(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?\s*([ap])?\.?(?:m\.?)?\s*$", re.IGNORECASE
)
_NAMED = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s*(\d{4}))?", re.IGNORECASE)
_NAMED_LATER = re.compile(r"(\d{1,2})\.?\s*([a-z]{3,9})\.?(?:\s*,?\s*(\d{4}))?", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{1,2})[/\-.](\d{1,2})[/\-.](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as a grid shows it: a day, and the time on the account's clock where it is shown."""

    day: date
    clock: time | None = None

    @property
    def text(self) -> str:
        """As exports write it: `2026-11-24 09:14:00`, or the day alone."""
        return f"{self.day} {self.clock:%H:%M:%S}" if self.clock else f"{self.day}"


def day_first(texts: Iterable[str]) -> bool:
    """Whether a column writes days before months: a number above 12 in front shows it, otherwise it is American."""
    return any(int(found[1]) > 12 for text in texts if (found := _SLASHED.match(text.strip())))


def moment(text: str, taken: date, *, european: bool = False) -> Moment | None:
    """Return what a text says on a picture that was taken on this day, or None.

    A weekday is the last one before that day; a day without a year is the last one that is not after it. `european`:
    days come before months in `4/2/2026`.
    """
    try:
        rest, clock = _clock(text.strip())
        day = _day(rest.strip(" ,").lower(), taken, european=european)
    except ValueError:  # 31 November, 25:61
        return None
    return Moment(day, clock) if day else None


def _clock(text: str) -> tuple[str, time | None]:
    """Return a text without the time at its end, and that time. Raises ValueError for 13:00 pm."""
    found = _CLOCK.search(text)
    if not found or _SLASHED.search(text[found.start() :]):
        return text, None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 24
    return text[: found.start()], time(hour, minute)


def _day(text: str, taken: date, *, european: bool) -> date | None:
    if text in {"today", "yesterday"}:
        return taken - timedelta(days=text == "yesterday")
    if text in _DAYS:
        return taken - timedelta(days=(taken.weekday() - _DAYS.index(text) - 1) % 7 + 1)
    iso = _ISO.fullmatch(text)
    if iso:
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        month, day = (slashed[2], slashed[1]) if european else (slashed[1], slashed[2])
        return date(int(slashed[3]) + (2000 if len(slashed[3]) == 2 else 0), int(month), int(day))
    named = _NAMED.fullmatch(text)
    if named:
        return _in_year(named[1], int(named[2]), named[3], taken)
    later = _NAMED_LATER.fullmatch(text)
    return _in_year(later[2], int(later[1]), later[3], taken) if later else None


def _in_year(name: str, day: int, year: str | None, taken: date) -> date | None:
    if name[:3] not in _MONTHS:
        return None
    month = _MONTHS.index(name[:3]) + 1
    if year:
        return date(int(year), month, day)
    later = (month, day) > (taken.month, taken.day)
    return date(taken.year - later, month, day)
