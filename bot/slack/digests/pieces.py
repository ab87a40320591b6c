"""The pieces of a digest's text: gaps by name, numbers beside those of the week before, times in business hours. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from bot.slack.digests.facts import Named, Place, Several
from bot.slack.escape import safe
from bot.slack.inline import NAME, ago, counted, link, listed, permalink, severity, when
from bot.slack.message import SECTION, TEXT, Block, Message, context, header, section, within
from storage.trends import Card

STORE = 64
_MINUTE, _HOUR = 60, 3600


def subject(gap: Named, site: str | None) -> str:
    """Return the order, linked to Shopify, with its card in this workspace beside it."""
    name = f"*{link(gap.shopify, safe(gap.name, NAME * 6))}*"
    card = link(address(gap.card, site), "card")
    return name if card == "card" else f"{name} · {card}"


def short(gap: Named, site: str | None) -> str:
    """Return an order as a word in a list, linked to its card, or to Shopify where it has none here."""
    return link(address(gap.card, site) or gap.shopify, safe(gap.name.removeprefix("Order "), NAME * 6))


def address(card: Card | None, site: str | None) -> str | None:
    """Return where a card is seen; `site` is the address of the workspace."""
    if card is None or not site:
        return None
    return permalink(site, card.channel, card.ts, card.thread)


def row(gap: Named, at: datetime, site: str | None) -> str:
    """Return a gap as one line of a list."""
    return f"• {severity(gap.severity)} · {subject(gap, site)}, {ago(gap.since, at)}: {gap.said}"


def names(gaps: Several, site: str | None) -> str:
    """Return the orders by name, and how many more there are."""
    return rest_of([short(gap, site) for gap in gaps.named], gaps.total)


def rest_of(named: Sequence[str], total: int) -> str:
    """Return `a, b and 3 more`."""
    rest = total - len(named)
    return listed([*named, f"{rest:,} more"] if rest > 0 else named)


def day_name(day: date) -> str:
    """Return `Tuesday 24 November`."""
    return f"{day:%A} {day.day} {day:%B}"


def worked(length: timedelta) -> str:
    """Return a length of business time: never in days, for nobody knows how long those are."""
    seconds = length.total_seconds()
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < 2 * _HOUR:
        return counted(round(seconds / _MINUTE), "minute")
    return counted(round(seconds / _HOUR), "hour")


def against(now: int, before: int) -> str:
    """Return a number with that of the week before: `31 (24)`."""
    return f"{now:,} ({before:,})"


def known(place: Place) -> str:
    """Return how far this is known."""
    store = safe(place.store, STORE)
    if place.complete_at is None:
        said = f"⚠️ {store} has never been read completely."
    else:
        said = f"{store} was last read completely {when(place.complete_at)}."
        said = said if place.fresh else f"⚠️ {said} What is newer is not known."
    return f"{said} {safe(place.unread, 300)}" if place.unread else said


def message(title: str, parts: Iterable[Sequence[str]], small: Sequence[str], prefix: str) -> Message:
    """Return the parts, one section each, as blocks and as text that says the same to who sees no blocks."""
    said = [part for part in parts if part]
    blocks: list[Block] = [header(title), *(section(within(part, SECTION)) for part in said), context(*small)]
    lines = [safe(title, 300), *(line for part in said for line in part), *small]
    text = within((line.replace("*", "") for line in lines), TEXT)
    return Message(text, [block | {"block_id": f"{prefix}:{at}"} for at, block in enumerate(blocks)])
