"""What one person reads privately after pressing or typing something. Pure."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from bot.slack.cards import target
from bot.slack.escape import safe
from bot.slack.inline import headline, order_name, person, when
from bot.slack.message import Message, actions, button, section
from storage.gap import Change, Gap

ASKING = "Asking both systems…"
OUTSIDER = "Only members of this workspace can act on its orders. Nothing was changed."
GUEST = "Guests cannot act on orders. Ask a member of this workspace to do it. Nothing was changed."
WHO_ARE_YOU = (
    "Slack did not say who you are, so nothing was changed. Try again in a minute. "
    "If it stays like this, `stuck doctor` says what the app is missing."
)
NOT_CHECKED = (
    "Slack did not say whether you may act on orders here, so nothing was changed. Try again in a minute. "
    "If it stays like this, ask whoever runs stuck to look at `stuck doctor`."
)
NOT_READABLE = (
    "Whether you may act on orders here could not be checked: stuck's settings name a user group that it cannot "
    "read. Nothing was changed. Ask whoever runs stuck to look at `stuck doctor`, which says how to mend it."
)
TOO_LATE = "Slack closed the window before it could open. Nothing was changed; please press again."
BROKEN = (
    "Something went wrong, and it is not certain that this was done. "
    "The card shows what holds: look there, and try again in a minute. If it stays like this, run `stuck doctor`."
)
WHICH_ORDER = "Which order? For example `/stuck order 1234`."
WHAT_TO_SHARE = (
    "What should be shared here? `/stuck share summary`, `/stuck share order 1234`, `/stuck share list import unowned`, "
    "`/stuck share checklist order 1234` and `/stuck share mine` post the answer in this channel."
)
NOT_POSTED = "Slack did not take it for this channel, so nothing was shared. Ask without `share`, then press *Share in channel*."
NO_ORDER_NAMED = "No order number was found in that message. `/stuck order 1234` asks about any order."
NOT_SHARED = "It could not be shared: the button is older than half an hour, or was used too often. Ask again, then share."
GONE = "That gap is no longer in the queue. Nothing was changed."
REFRESHED = "Nothing was changed; the card is being brought up to date."
NAMED = 3
"""Of those who may act, how many are named to somebody who may not."""
WORDS = (
    "summary", "list", "order", "checklist", "mine", "digest", "noise", "settings", "share", "audit", "help",
)  # fmt: skip

HELP = """*stuck* finds orders that are stuck between Shopify and ShipStation.
• `/stuck summary`: where everything stands (by kind, unowned, oldest, snoozed)
• `/stuck list import unowned >1d`: the gaps of a kind, cause, store, owner, severity or age
• `/stuck order 1234`: what each system says about one order, read now
• `/stuck checklist order 1234`: what to look at in both systems, ticked for one order; `store NAME` ticks it for a store
• `/stuck mine`: what you have claimed
• `/stuck digest`: the morning's digest, now; `/stuck digest week`: the last seven days
• `/stuck noise`: what was shown and need not have been in the last thirty days, and the settings that keep it away
• `/stuck settings`: windows, cutoff, quiet hours, digest, escalation and channels; to look at and to change
• `/stuck share order 1234`: the same answers in this channel, for everybody: `summary`, `list …`, `checklist …`, `mine`, `digest`, `noise`
• `/stuck audit`: last month's stuck orders from exports of both systems; or drop them into a direct message to stuck
• `/stuck help`: this list
On any message, ⋮ and *Check this order* looks up the orders it names. Only you see the answers, until you share them."""


def private(text: str) -> Message:
    """Return words that are already safe as a message."""
    return Message(text, [section(text)], private=True)


def help_text(typed: str = "") -> Message:
    """Return the help; after an unknown word, with the nearest known one first."""
    if not typed or typed == "help":
        return private(HELP)
    return private(
        f"There is no `/stuck {safe(typed, 60)}`. {_suggestion(typed)}\n\n{HELP}".replace("  ", " ")
    )


def _suggestion(typed: str) -> str:
    if any(char.isdigit() for char in typed):
        return f"Did you mean `/stuck order {safe(typed, 60)}`?"
    nearest = get_close_matches(typed.casefold(), WORDS, n=1, cutoff=0.5)
    return f"Did you mean `/stuck {nearest[0]}`?" if nearest else ""


def not_allowed(users: Sequence[str]) -> str:
    """Return why somebody whom the settings do not name may not act, and whom to ask; `users`: who may."""
    ask = " or ".join(person(user) for user in users[:NAMED]) or "somebody who may"
    return (
        "Acting on orders here is kept to some people, and you are not among them. Nothing was changed. "
        f"Ask {ask} to do it, or whoever runs stuck to add you."
    )


def refused(objection: str, users: Sequence[str]) -> str:
    """Return why somebody may not act, in words for them; `users`: who may by name."""
    known = {"outsider": OUTSIDER, "guest": GUEST, "not_checked": NOT_CHECKED, "not_readable": NOT_READABLE}
    return not_allowed(users) if objection == "not_named" else known.get(objection, WHO_ARE_YOU)


def cannot_own(user: str, objection: str) -> str:
    """Return why a gap cannot be given to somebody, in words for whoever tried."""
    why = {
        "outsider": "is not an active member of this workspace",
        "guest": "is a guest, and guests cannot act on orders",
        "not_named": "is not among those who may act on orders here",
    }
    if objection not in why:
        return f"Slack did not say whether {person(user)} may act on orders, so nothing was changed. Try again in a minute."
    return f"{person(user)} {why[objection]}. Nothing was changed; choose somebody else."


def about(gap: Gap, said: str) -> Message:
    """Return words about one gap: they stand far from its card, so they name its order."""
    return private(f"*{safe(order_name(gap), 300)}:* {said}")


# ---------------------------------------------------------------- after a transition


def claimed(change: Change, user: str, now: datetime) -> Message | None:
    """Return what the one who pressed Claim reads; None: the card says it."""
    gap = change.gap
    if gap is None or gap.resolved_at is not None:
        return outdated(change, now)
    late = change.outcome == "stale" and gap.owner not in {None, user}
    if late or change.outcome == "taken":
        return _lost(gap)
    return about(gap, "It is yours already.") if change.outcome == "already" else outdated(change, now)


def _lost(gap: Gap) -> Message:
    first = f" {when(gap.claimed_at)}" if gap.claimed_at else ""
    said = about(
        gap, f"{person(gap.owner)} claimed it first{first}. It stays theirs unless you take it over."
    )
    take = button("Take over", "gap.take_over", target(gap), label=f"Take over {order_name(gap)}")
    return Message(said.text, [*said.blocks, actions([take])])


def outdated(change: Change, now: datetime) -> Message | None:
    """Return why nothing happened, and how the gap stands now; None when it did happen."""
    gap = change.gap
    if change.outcome == "done":
        return None
    if change.outcome == "gone" or gap is None:
        return private(GONE)
    match change.outcome:
        case "already":
            return about(gap, f"That was done already. {stands(gap, now)}")
        case "resolved":
            return about(gap, f"{stands(gap, now)} {REFRESHED}")
        case _:
            return about(gap, f"The card had changed meanwhile. {stands(gap, now)} {REFRESHED}")


def stands(gap: Gap, now: datetime) -> str:
    """Return how a gap stands now, in one sentence."""
    if gap.resolved_at is not None:
        by = f"by {person(gap.resolved_by)}" if gap.resolved_by else "by itself"
        return f"It was resolved {by} {when(gap.resolved_at)}."
    if gap.snoozed_until is not None and gap.snoozed(now):
        return f"It is snoozed until {when(gap.snoozed_until)}."
    return f"It is claimed by {person(gap.owner)}." if gap.owner else "It is unowned."


# ---------------------------------------------------------------- after Resolved


def both_agree(gap: Gap) -> Message:
    """Return the good outcome of Resolved."""
    return about(gap, "Resolved. Both systems were asked just now, and they agree.")


def still_disagree(gap: Gap, verify_at: datetime) -> Message:
    """Return the outcome of Resolved when the sources contradict it."""
    return about(
        gap,
        f"Marked as resolved, but both systems were asked just now and still disagree: "
        f"{headline(gap, 600)}.\nIt will be checked again {when(verify_at)}. "
        "If nothing has changed by then, the card reopens.",
    )


def not_read(gap: Gap, error: str | None, verify_at: datetime) -> Message:
    """Return the outcome of Resolved when the sources could not be asked."""
    why = f" {safe(error, 900)}" if error else ""
    return about(
        gap,
        f"Marked as resolved, but it could not be confirmed.{why}\n"
        f"It will be checked again {when(verify_at)}. If it is still there by then, the card reopens.",
    )


# ---------------------------------------------------------------- after a modal


def snoozed(gap: Gap, until: datetime, zone: ZoneInfo) -> Message:
    """Repeat the time that was chosen, on the person's own clock."""
    return about(gap, f"Snoozed until {local(until, zone)}, your time ({zone.key.replace('_', ' ')}).")


def local(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment on the clock of `zone`: `Tuesday 24 November, 09:00`."""
    there = at.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B}, {there:%H:%M}"
