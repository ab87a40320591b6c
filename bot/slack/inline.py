"""The small pieces inside a line of text: times, people, links, and what an order is called."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.gaps import words
from bot.slack.escape import clean, length, safe
from storage.findings import Severity
from storage.gap import Gap

NAME = 80
"""Characters of an order's name that are shown."""
_ADDRESS = 500
"""Characters of an address, escaped; a longer one is not linked."""
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_GROUP = re.compile(r"S[A-Z0-9]{1,30}")
_LINKABLE = re.compile(r"https?://[^\W_][!-~]*")
_UNSAFE_IN_ADDRESS = frozenset('<>|"')
_SIGNS = {Severity.CRITICAL: "🔴", Severity.HIGH: "🟠", Severity.NORMAL: "🟡", Severity.LOW: "⚪"}


def when(at: datetime) -> str:
    """Return a moment that each reader sees in their own time zone; the fallback is UTC."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{stamp(at)}>"


def ago(at: datetime, now: datetime) -> str:
    """Return an age that Slack keeps current; the fallback is the age at `now`."""
    return f"<!date^{int(at.timestamp())}^{{ago}}|{span(now - at)} ago>"


def stamp(at: datetime) -> str:
    """Return a moment in UTC, for people."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span(length_of_time: timedelta) -> str:
    """Return a duration in its largest whole unit: `5 hours`."""
    minutes = max(int(length_of_time.total_seconds() // 60), 0)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size * (2 if unit == "day" else 1):
            return counted(minutes // size, unit)
    return "less than a minute"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 gap`, `2 gaps`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def person(user: str | None) -> str:
    """Return a mention of one Slack user, or who else it may have been."""
    if user is None:
        return "nobody"
    return f"<@{user}>" if _USER.fullmatch(user) else safe(user, NAME)


def called(who: str) -> str:
    """Return a mention of one Slack user or user group; never one of a channel."""
    return f"<!subteam^{who}>" if _GROUP.fullmatch(who) else person(who)


def link(address: str | None, text: str) -> str:
    """Return `text`, which is already safe, as a link; as it is where there is no usable address."""
    if not address or not _LINKABLE.fullmatch(address) or _UNSAFE_IN_ADDRESS & set(address):
        return text
    target = address.replace("&", "&amp;")
    return f"<{target}|{text}>" if length(target) <= _ADDRESS else text


def permalink(site: str, channel: str, ts: str, thread: str | None) -> str:
    """Return where a message is seen; `site` is the address of the workspace, `thread` the parent it stands under."""
    under = f"?thread_ts={thread}&cid={channel}" if thread else ""
    return f"{site.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}{under}"


def order_name(gap: Gap) -> str:
    """Return what a gap is about, unescaped: `Order #1234`, or the store."""
    if gap.order is None and gap.order_id is None:
        return f"Store {gap.store}"
    return named_order(clean(gap.order or "") or f"id {gap.order_id}")


def named_order(name: str) -> str:
    """Return an order's name as a subject, unescaped, short enough for a line."""
    return f"Order {name if len(name) <= NAME else name[: NAME - 1] + '…'}"


def headline(gap: Gap, limit: int) -> str:
    """Return the gap in one line for a place that already names its order: without the name in front."""
    said = clean(gap.finding.headline)
    said = said.removeprefix(f"{words.cut(clean(gap.order or ''), words.NAME)}: ")
    return safe(said[:1].upper() + said[1:], limit)


def headed(gap: Gap) -> str:
    """Return the order linked to Shopify, and ShipStation beside it."""
    return linked(order_name(gap), gap.finding.links.shopify, gap.finding.links.shipstation)


def linked(subject: str, shopify: str | None, shipstation: str | None) -> str:
    """Return a subject linked to Shopify in bold, with a second link to ShipStation where there is one."""
    name = f"*{link(shopify, safe(subject, NAME * 6))}*"
    return f"{name} · {link(shipstation, 'ShipStation')}" if shipstation else name


def severity(level: Severity) -> str:
    """Return a severity as sign and word, so that colour is not the only carrier."""
    return f"{_SIGNS[level]} {level.word.capitalize()}"


def listed(parts: Iterable[str], *, last: str = "and") -> str:
    """Return `a, b and c`."""
    *head, tail = list(parts) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail
