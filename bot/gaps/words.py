"""Small pieces of plain text for people: cut names, spans of time, moments in the store's zone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.facts import Order, Shipment

NAME = 40
HEADLINE = 150
CAUSE = 400
ACTION = 300
QUOTE = 300
"""Longest texts, in characters."""

_MINUTE = 60
_HOUR = 3600
_DAY = 86400


def cut(text: str, longest: int) -> str:
    """Return the text on one line, at most `longest` characters, with an ellipsis where something is gone."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[: longest - 1].rstrip()}…"


def name_of(order: Order) -> str:
    """Return the order's name short enough for a line; a nameless order is called by its id."""
    return cut(order.name, NAME) or cut(order.id, NAME)


def span(length: timedelta) -> str:
    """Return a length of time as people say it: `12 minutes` (rounded up), `3 hours`, `2 days` (to the nearest)."""
    seconds = max(length.total_seconds(), 0)
    minutes = max(1, -int(-seconds // _MINUTE))
    if minutes < _MINUTE:
        return counted(minutes, "minute")
    if seconds < 2 * _DAY:
        return counted(max(1, round(seconds / _HOUR)), "hour")
    return counted(round(seconds / _DAY), "day")


def known_as(noun: str, id_: int) -> str:
    """Return `label 123`, and `label` for what has no id of its own: a negative one was made up."""
    return f"{noun} {id_}" if id_ >= 0 else noun


def parcels(shipments: Iterable[Shipment]) -> str:
    """Return shipments by their ids; those without one of their own (a negative one was made up) by tracking number."""
    return listed(str(each.id) if each.id >= 0 else each.tracking or "without a number" for each in shipments)


def counted(number: int, noun: str) -> str:
    """Return `1 unit`, `2 units`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def day(of: date) -> str:
    """Return a day: `Wed 18 Nov 2026`."""
    return f"{of:%a {of.day} %b %Y}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment on the store's clock: `Wed 18 Nov 2026, 10:01 EST`."""
    local = at.astimezone(zone)
    return f"{day(local)}, {local:%H:%M %Z}"


def state(text: str | None) -> str:
    """Return a status as words: `PARTIALLY_FULFILLED` reads `Partially fulfilled`."""
    return text.replace("_", " ").strip().capitalize() if text else "not said"


def listed(parts: Iterable[str], *, most: int = 4) -> str:
    """Return some values in a stable order, `none` for nothing, and how many were left off."""
    ordered = sorted(set(parts))
    if not ordered:
        return "none"
    rest = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {rest} more" if rest > 0 else "")
