"""The parent of many gaps of one cause: what broke, since when, what waits, what to do once for all. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.gaps.catalog import title
from bot.slack.bulk import words
from bot.slack.bulk.selection import Selection
from bot.slack.escape import safe
from bot.slack.inline import ago, counted, listed, person, when
from bot.slack.message import (
    SECTION,
    TEXT,
    Block,
    Message,
    actions,
    confirmed,
    context,
    header,
    named,
    section,
    within,
)
from storage.notice import Notice
from storage.storms import Common, Picture

OWNERS = 3
"""Owners that are named."""
SAME_HOUR = timedelta(hours=2)
"""Gaps that began no further apart than this began together."""
THREAD = "Each one is in this thread, with its own buttons, and on the Home tab."
OVER = "What is left stands in the channel by itself."
_RESEND = "Then select these shipments in ShipStation and choose Other Actions > Send Notification. Make no new labels."
_SETUP = "In ShipStation, open Settings > Selling Channels > Store Setup"
_IMPORT = "Then import the store by hand and see whether these orders come."
ONCE: dict[str, str] = {
    "notification_failed": f"{_SETUP} and reconnect the store if it asks for it. {_RESEND}",
    "store_notifications_off": f"Switch shipment notifications on in the store's settings in ShipStation. {_RESEND}",
    "not_notified": f"See whether shipment notifications are on in the store's settings in ShipStation. {_RESEND}",
    "do_not_notify": f"Find the rule or preset in ShipStation that sets “Do not notify marketplace”, and mend it. {_RESEND}",
    "sent_not_shown": f"{_SETUP} and reconnect the store. {_RESEND}",
    "marked_without_notify": f"Whoever marks orders as shipped has to tick the option that notifies the marketplace. {_RESEND}",
    "store_cannot_notify": "These parcels belong to a ShipStation store that cannot tell Shopify: fulfil the orders in Shopify by hand, and ship the next ones from the store that is connected to Shopify.",
    "scan_not_seen": "Ask the carrier about the last pick-up: ShipStation has seen no scan of any of these parcels.",
    "auto_import_off": f"{_SETUP} and switch automatic import on. {_IMPORT}",
    "connection_error": f"{_SETUP} and reconnect the store. {_IMPORT}",
    "import_not_run": f"{_SETUP} and look for an exclamation mark. {_IMPORT}",
    "import_stalled": f"{_SETUP} and look for an exclamation mark. {_IMPORT}",
    "store_inactive": f"{_SETUP} and activate the store. {_IMPORT}",
    "auto_fulfilled": "In Shopify, turn off automatic fulfilment under Settings > General > Order processing.",
}
"""What mends a cause for all of its orders; ShipStation's and Shopify's own words."""


def parent(notice: Notice, picture: Picture, now: datetime) -> Message:
    """Return the parent of more than five new gaps of one cause, as it should read now."""
    head = _head(notice, picture)
    lines = [*_what(notice, picture, now), *_standing(notice, picture)]
    note = OVER if notice.facts.get("ended_at") and picture.waiting else THREAD if picture.waiting else ""
    blocks: list[Block] = [header(_unmarked(head))]
    blocks += [section(within(lines, SECTION))] if lines else []
    blocks += [context(note)] if note else []
    if picture.waiting:
        blocks.append(_buttons(notice, picture, now))
    text = within([head, *(line.replace("*", "") for line in lines), *([note] if note else [])], TEXT)
    return Message(text, named(blocks, f"storm:{notice.id}:{notice.edition_due or 0}"))


def _head(notice: Notice, picture: Picture) -> str:
    kind = safe(title(str(notice.facts.get("kind", ""))), 90)
    if not picture.waiting:
        return f"Over: {counted(picture.gaps, 'gap')} with the same cause. {kind}"
    if picture.waiting < picture.gaps:
        return f"{picture.waiting:,} of {counted(picture.gaps, 'gap')} with the same cause still wait. {kind}"
    return f"{counted(picture.gaps, 'new gap')} with the same cause. {kind}"


def _what(notice: Notice, picture: Picture, now: datetime) -> list[str]:
    """Return what broke, since when, what it holds up, and what to do about all of it."""
    facts = notice.facts
    lines = []
    if facts.get("cause_text"):
        lines.append(f"*Cause:* {safe(str(facts['cause_text']), 900)}")
    if picture.since is not None:
        lines.append(f"*Since:* {when(picture.since)} ({ago(picture.since, now)}){_together(picture)}")
    if picture.waiting:
        lines.append(f"*Waiting:* {counted(picture.waiting, 'order')}{_worth(picture.money)}")
    if picture.common:
        lines.append(f"*In common:* {'; '.join(_common(each) for each in picture.common)}")
    if picture.waiting and (todo := _todo(notice)):
        lines.append(todo)
    return lines


def _together(picture: Picture) -> str:
    if picture.since is None or picture.latest is None or picture.latest == picture.since:
        return ""
    if picture.latest - picture.since <= SAME_HOUR:
        return "; all began within two hours"
    return f"; the last began {when(picture.latest)}"


def _worth(money: Sequence[tuple[str, Decimal]]) -> str:
    sums = [f"{amount:,.2f} {safe(currency, 10)}" for currency, amount in money[:4]]
    return f", worth {listed(sums)}" if sums else ""


def _common(each: Common) -> str:
    names = {"carrier": "carrier", "store": "ShipStation store"}
    many = "all" if each.orders == each.of else f"{each.orders:,} of {each.of:,}"
    return f"{names.get(each.what, each.what)} {safe(each.value.replace('_', ' '), 80)} ({many})"


def _todo(notice: Notice) -> str:
    once = ONCE.get(str(notice.facts.get("cause_code")))
    if once:
        return f"*Once for all:* {once}"
    each = notice.facts.get("todo")
    return f"*For each of them:* {safe(str(each), 900)}" if each else ""


def _standing(notice: Notice, picture: Picture) -> list[str]:
    """Return who has how many, and what has ended."""
    parts = []
    if picture.waiting:
        parts.append(f"{picture.unowned:,} unowned")
        parts += [f"{number:,} with {person(owner)}" for owner, number in picture.owners[:OWNERS]]
        if rest := sum(number for _, number in picture.owners[OWNERS:]):
            parts.append(f"{rest:,} with others")
        if picture.snoozed:
            parts.append(f"{picture.snoozed:,} snoozed")
    if ended := picture.gaps - picture.waiting:
        parts.append(f"{ended:,} ended")
    return [f"*Now:* {', '.join(parts)}"] if parts else []


def _buttons(notice: Notice, picture: Picture, now: datetime) -> Block:
    value = str(Selection("storm", notice.id, now))
    title_ = f"Snooze {counted(picture.waiting, 'gap')}?"
    text = "They are put off for everybody, whoever has them. You choose until when, and can undo it for five minutes."
    snooze = confirmed(words.snooze_all(picture.waiting, value), title_, text, "Choose a time")
    return actions([words.claim_all(picture.waiting, value), snooze])


def _unmarked(text: str) -> str:
    """Return safe text for a plain_text object, which knows no entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
