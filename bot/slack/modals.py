"""The windows: snooze, not a gap, accepted. Opening them, reading them, acting on them."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import replies, snooze
from bot.slack.clicks import Click, Listener, Place, Voice, may_act
from bot.slack.desk import Desk
from bot.slack.inline import headed, headline
from bot.slack.message import LABEL, TITLE, Block, Element, option, plain_text, section
from bot.slack.people import People
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
_TOO_LATE = {"expired_trigger_id", "trigger_expired"}
_OPEN_ALREADY = {"exchanged_trigger_id", "trigger_exchanged"}
"""The same click came twice, and has its window."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an open window is about; travels in its private_metadata."""

    gap_id: str
    revision: int
    place: Place

    def as_json(self) -> str:
        """Return it as text, far below Slack's 3,000 characters."""
        return json.dumps([self.gap_id, self.revision, self.place.channel, self.place.thread])

    @classmethod
    def from_json(cls, text: str) -> "Subject":
        """Read it back."""
        gap_id, revision, channel, thread = json.loads(text)
        return cls(gap_id, revision, Place(channel, thread))


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to every window that is sent."""
    app.view("snooze")(_snooze_sent(desk, people))
    for reason in REASONS:
        app.view(reason)(_reason_sent(desk, people, reason))


# ---------------------------------------------------------------- opening


async def open_snooze(desk: Desk, people: People, click: Click) -> None:
    """Ask until when, in this person's own time zone."""
    gap = await _still_as_drawn(desk, click)
    if gap is not None:
        zone = await zone_of(desk, people, click.user, gap)
        await _open(click, _snooze_view(desk, gap, zone, click.place))


async def open_not_a_gap(desk: Desk, people: People, click: Click) -> None:
    """Ask why it is not a gap."""
    gap = await _still_as_drawn(desk, click)
    if gap is not None:
        await _open(click, _reason_view("not_a_gap", gap, click.place))


async def open_accepted(desk: Desk, people: People, click: Click) -> None:
    """Ask why it may stay as it is."""
    gap = await _still_as_drawn(desk, click)
    if gap is not None:
        await _open(click, _reason_view("accepted", gap, click.place))


async def zone_of(desk: Desk, people: People, user: str, gap: Gap) -> ZoneInfo:
    """Return a person's own time zone; the store's where Slack does not know it."""
    person = await people.get(user)
    return person.zone if person and person.zone else desk.rules(gap.store).timezone


async def _still_as_drawn(desk: Desk, click: Click) -> Gap | None:
    """Return the gap if the card that was pressed still shows it as it is; else say what it is now."""
    gap = await desk.gap(click.gap_id)
    if gap is None:
        await click.voice.tell(replies.private(replies.GONE))
        return None
    if gap.resolved_at is None and click.revision in {None, gap.revision}:
        return gap
    await desk.refresh(gap)
    change = Change("resolved" if gap.resolved_at else "stale", gap)
    await click.voice.tell(replies.outdated(change, desk.clock.now()))
    return None


async def _open(click: Click, view: dict[str, Any]) -> None:
    try:
        await click.voice.client.views_open(trigger_id=click.trigger or "", view=view)
    except SlackApiError as refused:
        code = refused.response.get("error")
        if code in _TOO_LATE:
            await click.voice.tell(replies.private(replies.TOO_LATE))
        elif code not in _OPEN_ALREADY:
            raise


# ---------------------------------------------------------------- what the windows look like


def _view(callback: str, title: str, subject: Subject, blocks: list[Block], submit: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, TITLE),
        "submit": plain_text(submit, TITLE),
        "close": plain_text("Cancel", TITLE),
        "private_metadata": subject.as_json(),
        "blocks": blocks,
    }


def _about(gap: Gap) -> Block:
    return section(f"{headed(gap)}\n{headline(gap, 600)}")


def _input(block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, LABEL),
        "element": element | {"action_id": "value"},
        "optional": optional,
    }
    return block | {"hint": plain_text(hint, LABEL)} if hint else block


def _snooze_view(desk: Desk, gap: Gap, zone: ZoneInfo, place: Place) -> dict[str, Any]:
    rows = snooze.choices(desk.clock.now(), zone, desk.rules(gap.store))
    options = [option(row.text, row.value) for row in rows]
    menu = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    blocks = [
        _about(gap),
        _input("until", f"Snooze until (times in {zone.key.replace('_', ' ')})", menu),
        _input(
            "own",
            "Or a date and time of your own",
            {"type": "datetimepicker"},
            hint="On your own clock. If you fill it in, it counts instead of the choice above.",
            optional=True,
        ),
    ]
    return _view("snooze", "Snooze", Subject(gap.id, gap.revision, place), blocks, "Snooze")


def _reason_view(reason: Reason, gap: Gap, place: Place) -> dict[str, Any]:
    options = [option(text, value) for value, text in REASONS[reason].items()]
    menu = {"type": "static_select", "options": options, "placeholder": plain_text("Choose a reason", 150)}
    note = {"type": "plain_text_input", "max_length": NOTE, "multiline": True}
    blocks = [
        _about(gap),
        section(EXPLAINED[reason]),
        _input("reason", "Why", menu),
        _input("note", "Note for the team", note, optional=True),
    ]
    return _view(reason, TITLES[reason], Subject(gap.id, gap.revision, place), blocks, SUBMIT[reason])


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
        until = snooze.end_of(_chosen(view, "until"), _picked(view, "own"), now)
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
        chosen, note = _chosen(view, "reason"), _written(view, "note")
        if chosen == OTHER and not note:
            await ack(response_action="errors", errors={"note": "Say in a few words what the reason is."})
            return
        await ack()
        subject = Subject.from_json(view["private_metadata"])
        voice = Voice(client, body["user"]["id"], subject.place, None)
        if await may_act(people, context, body, voice):
            change = await desk.move(_closing(reason, subject, voice.user, _worded(reason, chosen, note)))
            await voice.tell(replies.outdated(change, desk.clock.now()))

    return sent


def _closing(reason: Reason, subject: Subject, user: str, words: str) -> Callable[[Queue], Awaitable[Change]]:
    return lambda queue: queue.resolve(
        subject.gap_id, user, resolution=reason, reason=words, revision=subject.revision
    )


def _worded(reason: Reason, chosen: str, note: str) -> str:
    """Return the reason as people will read it on the card."""
    if chosen == OTHER:
        return note
    words = REASONS[reason].get(chosen, chosen)
    return f"{words}. {note}" if note else words


def _value(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    return dict(view["state"]["values"].get(block_id, {}).get("value") or {})


def _chosen(view: dict[str, Any], block_id: str) -> str:
    return str((_value(view, block_id).get("selected_option") or {}).get("value") or "")


def _picked(view: dict[str, Any], block_id: str) -> int | None:
    picked = _value(view, block_id).get("selected_date_time")
    return int(picked) if picked else None


def _written(view: dict[str, Any], block_id: str) -> str:
    return str(_value(view, block_id).get("value") or "").strip()
