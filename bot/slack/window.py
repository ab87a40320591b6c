"""What every window shares: how it opens, what it is about, its fields, and what was written in them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import replies
from bot.slack.clicks import Click, Listener, Place, Voice, may_act
from bot.slack.desk import Desk
from bot.slack.inline import headed, headline
from bot.slack.message import LABEL, TITLE, Block, Element, plain_text, section
from bot.slack.people import People, Workspace, workspace
from storage.gap import Change, Gap

View = dict[str, Any]
INPUT = 3000
"""Characters that a text field holds."""
_TOO_LATE = {"expired_trigger_id", "trigger_expired"}
_OPEN_ALREADY = {"exchanged_trigger_id", "trigger_exchanged"}
"""The same click came twice, and has its window."""


# ---------------------------------------------------------------- opening


async def still_as_drawn(desk: Desk, click: Click) -> Gap | None:
    """Return the gap if the card that was pressed still shows it as it is; else say what it is now."""
    gap = await still_there(desk, click)
    if gap is None or (gap.resolved_at is None and click.revision in {None, gap.revision}):
        return gap
    await desk.refresh(gap)
    change = Change("resolved" if gap.resolved_at else "stale", gap)
    await click.voice.tell(replies.outdated(change, desk.clock.now()))
    return None


async def still_there(desk: Desk, click: Click) -> Gap | None:
    """Return the gap, however it stands now; else say that it is gone."""
    gap = await desk.gap(click.gap_id)
    if gap is None:
        await click.voice.tell(replies.private(replies.GONE))
    return gap


async def open_window(click: Click, view: View) -> str | None:
    """Open a window, on top of the one that was pressed in if there is one; return its view id, None: it is not open."""
    client = click.voice.client
    try:
        if click.in_window:
            opened = await client.views_push(trigger_id=click.trigger or "", view=view)
        else:
            opened = await client.views_open(trigger_id=click.trigger or "", view=view)
    except SlackApiError as refused:
        code = refused.response.get("error")
        if code in _TOO_LATE:
            await click.voice.tell(replies.private(replies.TOO_LATE))
        elif code not in _OPEN_ALREADY:
            raise
        return None
    return str((opened.get("view") or {}).get("id") or "") or None


# ---------------------------------------------------------------- what it looks like


class Kept(Protocol):
    """What a window is about, as it travels in its private_metadata."""

    def as_json(self) -> str:
        """Return it as text, far below Slack's 3,000 characters."""
        ...


def window(callback: str, title: str, subject: Kept, blocks: list[Block], submit: str = "") -> View:
    """Return a window; without `submit` it can only be closed."""
    view: View = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, TITLE),
        "close": plain_text("Cancel" if submit else "Close", TITLE),
        "private_metadata": subject.as_json(),
        "blocks": blocks,
    }
    return view | {"submit": plain_text(submit, TITLE)} if submit else view


def about(gap: Gap) -> Block:
    """Return what a window is about: the order and its gap."""
    return section(f"{headed(gap)}\n{headline(gap, 600)}")


def field(block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False) -> Block:
    """Return one thing to fill in."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, LABEL),
        "element": element | {"action_id": "value"},
        "optional": optional,
    }
    return block | {"hint": plain_text(hint, LABEL)} if hint else block


# ---------------------------------------------------------------- what was written


Wrong = Callable[[View], Mapping[str, str]]
"""Returns what is wrong with what was written, by block id, at once and without asking anybody."""


def nothing_wrong(_view: View) -> Mapping[str, str]:
    """Take whatever was written."""
    return {}


def on_submit(
    people: People,
    place: Callable[[str], Place],
    work: Callable[[View, Voice, Workspace], Awaitable[None]],
    wrong: Wrong = nothing_wrong,
) -> Listener:
    """Return a listener for a window: acknowledge or say what is wrong, see whether this person may, then work.

    `place` reads from the window's private_metadata where it was opened.
    """

    async def sent(
        ack: AsyncAck, view: View, body: View, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        if errors := wrong(view):
            await ack(response_action="errors", errors=dict(errors))
            return
        await ack()
        voice = Voice(client, body["user"]["id"], place(view["private_metadata"]), None)
        if await may_act(people, context, body, voice):
            await work(view, voice, workspace(context))

    return sent


def value(view: View, block_id: str) -> View:
    """Return the state of one field."""
    return dict(view["state"]["values"].get(block_id, {}).get("value") or {})


def chosen(view: View, block_id: str) -> str:
    """Return the chosen option of a menu; empty where none is."""
    return str((value(view, block_id).get("selected_option") or {}).get("value") or "")


def picked(view: View, block_id: str) -> int | None:
    """Return a picked moment in Unix seconds."""
    moment = value(view, block_id).get("selected_date_time")
    return int(moment) if moment else None


def person_in(view: View, block_id: str) -> str:
    """Return the chosen person's Slack user id; empty where nobody is."""
    return str(value(view, block_id).get("selected_user") or "")


def written(view: View, block_id: str) -> str:
    """Return what was typed, without space around it."""
    return str(value(view, block_id).get("value") or "").strip()
