"""Numbers, spans, days and sentences of the report, in words. Pure; all days and times are UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.audit.result import Audit
from bot.gaps import words

if TYPE_CHECKING:  # the numbers are worded with what stands here
    from bot.audit.report.tally import Tally

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMED = 3
"""Kinds that the summary names before it only counts the rest."""


def number(count: int) -> str:
    """Return `3,012`."""
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """Return `1 gap`, `3,012 gaps`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def share(part: int, whole: int) -> str:
    """Return a part of a whole as `1.4 %`; what exists is never `0 %`, and `100 %` is all of it."""
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "under 0.1 %"
    if 99.9 < percent < 100:
        return "over 99.9 %"
    return f"{percent:.1f} %" if percent % 1 else f"{percent:.0f} %"


def figure(length: float) -> str:
    """Return a length in days as a figure: `0.4`, `27`, `1,203`; one decimal below ten."""
    rounded = f"{length:,.1f}" if length < 9.95 else f"{length:,.0f}"
    return rounded.removesuffix(".0")


def days(length: float) -> str:
    """Return a length in days: `0.4 days`, `1 day`, `27 days`."""
    rounded = figure(length)
    return f"{rounded} day" if rounded == "1" else f"{rounded} days"


def moment(at: datetime) -> str:
    """Return `2026-11-18 10:01`, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def day(of: date) -> str:
    """Return `18 Nov`."""
    return f"{of.day} {of:%b}"


def weekday_and_day(of: date) -> str:
    """Return `Wed 18 Nov`."""
    return f"{of:%a} {day(of)}"


def last_day(audit: Audit) -> date:
    """Return the last day of the window: a window that ends at midnight ends with the day before."""
    return max((audit.until - timedelta(microseconds=1)).astimezone(UTC).date(), first_day(audit))


def first_day(audit: Audit) -> date:
    """Return the first day of the window."""
    return audit.since.astimezone(UTC).date()


def window(audit: Audit) -> str:
    """Return `27 Oct to 26 Nov 2026`."""
    first, last = first_day(audit), last_day(audit)
    if first == last:
        return f"{day(last)} {last.year}"
    start = day(first) if first.year == last.year else f"{day(first)} {first.year}"
    return f"{start} to {day(last)} {last.year}"


def tied(text: str) -> str:
    """Return a text in which no line ends between a small figure and what it counts: `27 Oct`, `3 kinds`."""
    return re.sub(r"\b(\d{1,2}) (?=\w)", "\\1\u00a0", text)


def cause(code: str) -> str:
    """Return a cause's code as words: `Notification failed`, `Cancelled in Shopify`."""
    return words.state(code).replace("shopify", "Shopify").replace("shipstation", "ShipStation")


def whole(value: Decimal) -> str:
    """Return an amount without its cents: `4,311`."""
    return f"{value:,.0f}"


def verdict(tally: "Tally") -> str:
    """Return the audit in one sentence without its full stop: how many orders of how many were stuck."""
    audit, stuck = tally.audit, tally.stuck
    when = f"of {window(audit)}"
    if not stuck and tally.whole_store:
        return f"{counted(tally.whole_store, 'gap')} {when} {_hits(tally.whole_store)} a whole store"
    if not stuck:
        many = f"None of the {number(audit.orders)} orders" if audit.orders > 1 else "No order"
        return f"{many} {when} was stuck, as far as these files can tell"
    of = f"{number(stuck)} of {number(audit.orders)}" if stuck <= audit.orders else number(stuck)
    noun = "order" if max(audit.orders, stuck) == 1 else "orders"
    return f"{of} {noun} {when} {'was' if stuck == 1 else 'were'} stuck"


def kinds(tally: "Tally") -> str:
    """Return the most frequent kinds in a sentence; empty without gaps."""
    rows = [row for row in tally.kinds if row.gaps]
    named = [f"“{row.kind.title}” ({number(row.gaps)})" for row in rows[:NAMED]]
    rest = rows[NAMED:]
    if rest:
        named.append(f"{counted(len(rest), 'other kind')} ({number(sum(row.gaps for row in rest))})")
    return f"{_and(named)}." if named else ""


def asides(tally: "Tally") -> list[str]:
    """Return what has to be said with the verdict: late days, the whole store, the window's edges, what was not judged."""
    said = []
    if tally.oldest is not None:
        cost = days(tally.late_days).replace(" day", " late day")
        oldest = day(tally.oldest.finding.since.astimezone(UTC).date())
        bad = (
            f"; {number(tally.severe)} {'is' if tally.severe == 1 else 'are'} high or critical"
            if tally.severe
            else ""
        )
        said.append(
            f"That is {cost} by {day(last_day(tally.audit))}; the oldest gap dates from {oldest}{bad}."
        )
    if tally.whole_store:
        said.append(f"{counted(tally.whole_store, 'gap')} {_hits(tally.whole_store)} a whole store.")
    if tally.edge:
        said.append(_edges(len(tally.edge), "more gap" if tally.firm else "gap"))
    unjudged = len({each.kind for each in tally.audit.not_judged})
    if unjudged:
        them = "1 kind of gap" if unjudged == 1 else f"{unjudged} kinds of gaps"
        said.append(f"{them} could not be judged in full from these files.")
    return said


def _edges(count: int, noun: str) -> str:
    lie, they = ("lies", "it is") if count == 1 else ("lie", "they are")
    why = "what is missing may be outside the files"
    return f"{counted(count, noun)} {lie} at the window's edge: {why}, so {they} not counted."


def _hits(count: int) -> str:
    return "concerns" if count == 1 else "concern"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
