"""What the page is told: a snapshot when it connects, then every change, coalesced."""

import asyncio
import contextlib
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.clock import Clock
from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.interactions import view_values
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.things import Channel, Message, View, thread_facts
from bot.sandbox.slack.workspace import Workspace

MOST_MESSAGES = 500
"""How far back a page that connects is shown a channel."""

COMMANDS: tuple[Json, ...] = (
    {
        "command": "/stuck",
        "description": "What is stuck between Shopify and ShipStation",
        "words": [
            {"word": "summary", "hint": "", "description": "What is stuck right now, by kind and severity"},
            {"word": "order", "hint": "1042", "description": "What each side says about one order"},
            {"word": "list", "hint": "unowned >1d", "description": "The gaps that some words mean"},
            {
                "word": "checklist",
                "hint": "order 1042",
                "description": "What to look at, ticked for one order",
            },
            {"word": "mine", "hint": "", "description": "The gaps that you have claimed"},
            {"word": "share", "hint": "order 1042", "description": "The same answers, for everybody here"},
            {"word": "audit", "hint": "", "description": "Last month's stuck orders, from exports"},
            {"word": "help", "hint": "", "description": "Everything that stuck can do"},
        ],
    },
)
"""What the composer completes."""

SHORTCUTS: tuple[Json, ...] = ({"callback_id": "check_order", "name": "Check this order"},)
"""What the menu of every message offers."""


class WatchedWorld(Protocol):
    """What the live feed needs of the pretend shop."""

    clock: Clock

    def subscribe(self, callback: Any) -> Any:
        """Call back after every change."""
        ...


class Live:
    """One open page: remembers what has changed and sends it when the socket is ready for it."""

    def __init__(self, workspace: Workspace, user: str) -> None:
        self._workspace = workspace
        self.user = user
        self._dirty: dict[tuple[str, ...], None] = {}
        self._wake = asyncio.Event()

    def heard(self, change: Json) -> None:
        """Take note of a change of the workspace that concerns this page's person."""
        kind, only_for = change["type"], change.get("only_for")
        if only_for not in (None, self.user):
            return
        if kind in {"message", "deleted"}:
            self._note(("message", change["channel"], change["ts"]))
        elif kind == "views" and change["user"] == self.user:
            self._note(("views",))
        elif kind == "trouble" and change["user"] == self.user:
            self._note(("trouble", change["text"]))

    def moved(self, *_: Any) -> None:
        """Take note that something happened in the shop."""
        self._note(("world",))

    def _note(self, key: tuple[str, ...]) -> None:
        self._dirty[key] = None
        self._wake.set()

    async def send_changes(self, socket: WebSocket) -> None:
        """Send what changes until the socket closes."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            noted, self._dirty = self._dirty, {}
            changes = [self._told(*key) for key in noted]
            await socket.send_json(
                {"type": "changes", "clock": told_clock(self._workspace.clock), "changes": changes}
            )

    def _told(self, kind: str, *key: str) -> Json:
        if kind == "message":
            return self._message(*key)
        if kind == "views":
            return {"type": "views", **told_views(self._workspace, self.user)}
        if kind == "trouble":
            return {"type": "trouble", "text": key[0]}
        return {"type": kind}

    def _message(self, channel: str, ts: str) -> Json:
        workspace = self._workspace
        hidden = [one for one in workspace.ephemerals(self.user) if one.ts == ts]
        found = hidden[0] if hidden else workspace.channels[channel].messages.get(ts)
        if found is None:
            return {"type": "deleted", "channel": channel, "ts": ts}
        return {"type": "message", "message": told_message(workspace, found)}


async def serve(workspace: Workspace, world: WatchedWorld | None, socket: WebSocket) -> None:
    """Keep one page up to date until it goes away."""
    if not _own_page(socket):
        await socket.close(1008)
        return
    user = socket.query_params.get("user", "")
    live = Live(workspace, user if user in workspace.people else next(iter(workspace.people)))
    await socket.accept()
    stops = [workspace.feed.subscribe(live.heard), world.subscribe(live.moved) if world else None]
    await socket.send_json(snapshot(workspace, live.user))
    sending = asyncio.create_task(live.send_changes(socket))
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError):
        # KeyError: a binary frame, which no page of ours sends
        pass
    finally:
        for stop in stops:
            if callable(stop):
                stop()
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sending


def snapshot(workspace: Workspace, user: str) -> Json:
    """Return everything that one person sees when the page opens."""
    rooms = [one for one in workspace.channels.values() if one.im_user is None or one.im_user == user]
    workspace.dm(user)
    said = [told_message(workspace, one) for room in rooms for one in _recent(room)]
    said += [told_message(workspace, one) for one in workspace.ephemerals(user)]
    people = {
        one.id: {"name": one.name, "real_name": one.real_name, "timezone": one.timezone}
        for one in workspace.people.values()
    }
    return {
        "type": "snapshot",
        "user": user,
        "bot": BOT_USER,
        "people": people,
        "actors": [one.id for one in workspace.people.values() if not one.is_bot and not one.deleted],
        "channel": workspace.channel,
        "dm": workspace.people[user].dm,
        "channels": [{"id": one.id, "name": one.name} for one in rooms if not one.im_user],
        "messages": said,
        "commands": COMMANDS,
        "shortcuts": SHORTCUTS,
        "clock": told_clock(workspace.clock),
        **told_views(workspace, user),
    }


def told_clock(clock: Clock) -> Json:
    """Return the present (unix seconds) and how many seconds of this clock pass in one on the wall."""
    wall = clock.wall_seconds(1.0)
    return {"now": clock.now().timestamp(), "speed": 1 / wall if wall else 0}


def told_message(workspace: Workspace, message: Message) -> Json:
    """Return one message as the page draws it."""
    facts = thread_facts(workspace.channels[message.channel].replies(message.ts))
    names = [
        name for channel, ts, name in workspace.reactions if (channel, ts) == (message.channel, message.ts)
    ]
    more = {
        "channel": message.channel,
        "only_for": message.only_for,
        "revision": message.revision,
        "reactions": names,
    }
    return message.as_json() | facts | more


def told_views(workspace: Workspace, user: str) -> Json:
    """Return the modals and the Home tab of one person."""
    home = workspace.home(user)
    modals = [_told_view(view) for view in workspace.modals(user)]
    return {"modals": modals, "home": _told_view(home) if home else None}


def _told_view(view: View) -> Json:
    return view.as_json(view_values(view)) | {"errors": dict(view.errors)}


def _recent(room: Channel) -> list[Message]:
    return list(room.messages.values())[-MOST_MESSAGES:]


def _own_page(socket: WebSocket) -> bool:
    origin = socket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == socket.headers.get("host")
