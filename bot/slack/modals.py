"""The windows: snooze, not a gap, accepted. Opening them, reading them, acting on them."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal
from zoneinfo import ZoneInfo

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import replies, snooze
from bot.slack.clicks import Click, Listener, Place, Subject, Voice, may_act
from bot.slack.desk import Desk
from bot.slack.message import option, plain_text, section
from bot.slack.people import People
from bot.slack.window import about, chosen, field, open_window, picked, still_as_drawn, window, written
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
    app.view("snooze")(_snooze_sent(desk, people))
    for reason in REASONS:
        app.view(reason)(_reason_sent(desk, people, reason))


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


def _snooze_view(desk: Desk, gap: Gap, zone: ZoneInfo, place: Place) -> dict[str, Any]:
    rows = snooze.choices(desk.clock.now(), zone, desk.rules(gap.store))
    options = [option(row.text, row.value) for row in rows]
    menu = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    blocks = [
        about(gap),
        field("until", f"Snooze until (times in {zone.key.replace('_', ' ')})", menu),
        field(
            "own",
            "Or a date and time of your own",
            {"type": "datetimepicker"},
            hint="On your own clock. If you fill it in, it counts instead of the choice above.",
            optional=True,
        ),
    ]
    return window("snooze", "Snooze", Subject(gap.id, gap.revision, place), blocks, "Snooze")


def _reason_view(reason: Reason, gap: Gap, place: Place) -> dict[str, Any]:
    options = [option(text, value) for value, text in REASONS[reason].items()]
    menu = {"type": "static_select", "options": options, "placeholder": plain_text("Choose a reason", 150)}
    note = {"type": "plain_text_input", "max_length": NOTE, "multiline": True}
    blocks = [
        about(gap),
        section(EXPLAINED[reason]),
        field("reason", "Why", menu),
        field("note", "Note for the team", note, optional=True),
    ]
    return window(reason, TITLES[reason], Subject(gap.id, gap.revision, place), blocks, SUBMIT[reason])


# ---------------------------------------------------------------- what is sent


def _snooze_sent(desk: Desk, people: People) -> Listener:
    async def sent(
        ack: AsyncAck,
        view: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        now = desk.clock.now()
        until = snooze.end_of(chosen(view, "until"), picked(view, "own"), now)
        wrong = snooze.objection(until, now)
        if wrong is not None or until is None:
            await ack(response_action="errors", errors={"own": wrong or snooze.MISSING})
            return
        await ack()
        subject = Subject.from_json(view["private_metadata"])
        voice = Voice(client, body["user"]["id"], subject.place, None)
        if not await may_act(people, context, body, voice):
            return
        change = await desk.move(
            lambda queue: queue.snooze(subject.gap_id, voice.user, until, revision=subject.revision)
        )
        if change.outcome == "done" and change.gap is not None:
            zone = await zone_of(desk, people, voice.user, change.gap)
            await voice.tell(replies.snoozed(change.gap, until, zone))
        else:
            await voice.tell(replies.outdated(change, desk.clock.now()))

    return sent


def _reason_sent(desk: Desk, people: People, reason: Reason) -> Listener:
    async def sent(
        ack: AsyncAck,
        view: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        code, note = chosen(view, "reason"), written(view, "note")
        if code == OTHER and not note:
            await ack(response_action="errors", errors={"note": "Say in a few words what the reason is."})
            return
        await ack()
        subject = Subject.from_json(view["private_metadata"])
        voice = Voice(client, body["user"]["id"], subject.place, None)
        if await may_act(people, context, body, voice):
            change = await desk.move(_closing(reason, subject, voice.user, _worded(reason, code, note)))
            await voice.tell(replies.outdated(change, desk.clock.now()))

    return sent


def _closing(reason: Reason, subject: Subject, user: str, words: str) -> Callable[[Queue], Awaitable[Change]]:
    return lambda queue: queue.resolve(
        subject.gap_id, user, resolution=reason, reason=words, revision=subject.revision
    )


def _worded(reason: Reason, code: str, note: str) -> str:
    """Return the reason as people will read it on the card."""
    if code == OTHER:
        return note
    words = REASONS[reason].get(code, code)
    return f"{words}. {note}" if note else words
