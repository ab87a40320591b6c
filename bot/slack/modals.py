"""The windows: snooze, not a gap, accepted. Opening them, reading them, acting on them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from slack_bolt.app.async_app import AsyncApp

from bot.slack import replies, snooze
from bot.slack.clicks import Click, Place, Subject
from bot.slack.desk import Desk
from bot.slack.gap_window import Sent, SentWork, on_sent
from bot.slack.message import Block, option, plain_text, section
from bot.slack.people import People
from bot.slack.window import (
    View,
    Wrong,
    about,
    chosen,
    field,
    open_window,
    picked,
    still_as_drawn,
    window,
    written,
)
from storage.gap import Change, Gap
from storage.queue import Queue

NOTE = 300
Reason = Literal["not_a_gap", "accepted"]
OTHER = "other"
REASONS: dict[Reason, dict[str, str]] = {
    "not_a_gap": {
        "another_way": "Shipped or fulfilled another way",
        "never": "Never meant to ship through ShipStation",
        "expected": "Expected: it only needs more time",
        "test": "A test or internal order",
        OTHER: "Something else (say what)",
    },
    "accepted": {
        "told": "The customer has been told",
        "by_hand": "Settled by hand with the customer",
        "not_worth": "Mending it costs more than it helps",
        "cannot": "It cannot be mended any more",
        OTHER: "Something else (say what)",
    },
}
TITLES: dict[Reason, str] = {"not_a_gap": "Not a gap", "accepted": "Accept as it is"}
SUBMIT: dict[Reason, str] = {"not_a_gap": "Not a gap", "accepted": "Accept"}
EXPLAINED: dict[Reason, str] = {
    "not_a_gap": "It leaves the queue, and does not come back for the same cause.",
    "accepted": "The difference is real and may stay. It leaves the queue, and does not come back for the same cause.",
}


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to every window that is sent."""
    app.view("snooze")(on_sent(desk, people, _snoozed(desk, people), not_to_come(desk)))
    for reason in REASONS:
        app.view(reason)(on_sent(desk, people, _ended(desk, reason), _unexplained))


# ---------------------------------------------------------------- opening


async def open_snooze(desk: Desk, people: People, click: Click) -> None:
    """Ask until when, in this person's own time zone."""
    gap = await still_as_drawn(desk, click)
    if gap is not None:
        zone = await zone_of(desk, people, click.user, gap)
        await open_window(click, _snooze_view(desk, gap, zone, click.place))


async def open_not_a_gap(desk: Desk, people: People, click: Click) -> None:
    """Ask why it is not a gap."""
    gap = await still_as_drawn(desk, click)
    if gap is not None:
        await open_window(click, _reason_view("not_a_gap", gap, click.place))


async def open_accepted(desk: Desk, people: People, click: Click) -> None:
    """Ask why it may stay as it is."""
    gap = await still_as_drawn(desk, click)
    if gap is not None:
        await open_window(click, _reason_view("accepted", gap, click.place))


async def zone_of(desk: Desk, people: People, user: str, gap: Gap) -> ZoneInfo:
    """Return a person's own time zone; the store's where Slack does not know it."""
    person = await people.get(user)
    return person.zone if person and person.zone else desk.rules(gap.store).timezone


# ---------------------------------------------------------------- what the windows look like


def _snooze_view(desk: Desk, gap: Gap, zone: ZoneInfo, place: Place) -> View:
    rows = snooze.choices(desk.clock.now(), zone, desk.rules(gap.store))
    blocks = [about(gap), *snooze_fields(rows, zone)]
    return window("snooze", "Snooze", Subject(gap.id, gap.revision, place), blocks, "Snooze")


def snooze_fields(rows: list[snooze.Choice], zone: ZoneInfo) -> list[Block]:
    """Return what asks until when: some choices, or a moment of one's own."""
    options = [option(row.text, row.value) for row in rows]
    menu = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    own = field(
        "own",
        "Or a date and time of your own",
        {"type": "datetimepicker"},
        hint="On your own clock. If you fill it in, it counts instead of the choice above.",
        optional=True,
    )
    return [field("until", f"Snooze until (times in {zone.key.replace('_', ' ')})", menu), own]


def note_field() -> Block:
    """Return what asks for a few words that the team reads."""
    note = {"type": "plain_text_input", "max_length": NOTE, "multiline": True}
    return field("note", "Note for the team", note, optional=True)


def _reason_view(reason: Reason, gap: Gap, place: Place) -> View:
    options = [option(text, value) for value, text in REASONS[reason].items()]
    menu = {"type": "static_select", "options": options, "placeholder": plain_text("Choose a reason", 150)}
    blocks = [
        about(gap),
        section(EXPLAINED[reason]),
        field("reason", "Why", menu),
        note_field(),
    ]
    return window(reason, TITLES[reason], Subject(gap.id, gap.revision, place), blocks, SUBMIT[reason])


# ---------------------------------------------------------------- what is sent


def until_in(view: View, now: datetime) -> datetime | None:
    """Return the end of a snooze that was chosen; None: none was."""
    return snooze.end_of(chosen(view, "until"), picked(view, "own"), now)


def not_to_come(desk: Desk) -> Wrong:
    """Return the objection to a snooze that would end at once, or that names no end."""

    def wrong(view: View) -> dict[str, str]:
        now = desk.clock.now()
        objection = snooze.objection(until_in(view, now), now)
        return {"own": objection} if objection else {}

    return wrong


def _snoozed(desk: Desk, people: People) -> SentWork:
    async def put_off(sent: Sent) -> None:
        subject, voice, now = sent.subject, sent.voice, desk.clock.now()
        until = until_in(sent.view, now)
        if until is None:  # refused before it came here
            return
        change = await desk.move(
            lambda queue: queue.snooze(subject.gap_id, voice.user, until, revision=subject.revision)
        )
        if change.outcome == "done" and change.gap is not None:
            zone = await zone_of(desk, people, voice.user, change.gap)
            await voice.tell(replies.snoozed(change.gap, until, zone))
        else:
            await voice.tell(replies.outdated(change, desk.clock.now()))

    return put_off


def _unexplained(view: View) -> dict[str, str]:
    return unnamed(chosen(view, "reason"), written(view, "note"))


def unnamed(code: str, note: str) -> dict[str, str]:
    """Return the objection to an ending for some other reason that nobody names."""
    return {"note": "Say in a few words what the reason is."} if code == OTHER and not note else {}


def _ended(desk: Desk, reason: Reason) -> SentWork:
    async def end(sent: Sent) -> None:
        why = worded(reason, chosen(sent.view, "reason"), written(sent.view, "note"))
        change = await desk.move(_closing(reason, sent.subject, sent.voice.user, why))
        await sent.voice.tell(replies.outdated(change, desk.clock.now()))

    return end


def _closing(reason: Reason, subject: Subject, user: str, words: str) -> Callable[[Queue], Awaitable[Change]]:
    return lambda queue: queue.resolve(
        subject.gap_id, user, resolution=reason, reason=words, revision=subject.revision
    )


def worded(reason: Reason, code: str, note: str) -> str:
    """Return the reason as people will read it on the card."""
    if code == OTHER:
        return note
    words = REASONS[reason].get(code, code)
    return f"{words}. {note}" if note else words
