"""The pretend workspace: who is there, what was said, which modals are open, and what the app asked for."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.clock import Clock
from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.failures import Failure, Failures, Pace
from bot.sandbox.slack.feed import Feed
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.http_mode import HttpMode
from bot.sandbox.slack.people import BOT_USER, PEOPLE, STUCK, Person
from bot.sandbox.slack.socket_mode import Ack, Kind, SocketMode
from bot.sandbox.slack.things import Channel, Message, View
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.views import Views, with_ids

T = TypeVar("T")

BOT_TOKEN = "xoxb-pretend"  # noqa: S105  opens nothing but the sandbox
APP_TOKEN = "xapp-pretend"  # noqa: S105  the same
SIGNING_SECRET = "pretend-signing-secret"  # noqa: S105  the same

MOST_PAST = 500
"""Old states of messages that a slow screen may still show."""

SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "links:read",
        "links:write",
        "reactions:write",
        "usergroups:read",
        "users:read",
    }
)

UNFURL_DOMAINS = ("admin.shopify.com", "myshopify.com")
"""Domains of the manifest: the app is told of links to them and to what lies below them."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Web API, as it came in and was answered."""

    method: str
    arguments: Json
    at: datetime
    answer: Json
    status: int = 200

    @property
    def error(self) -> str | None:
        """Slack's error code, or None when the call worked."""
        return self.answer.get("error")


class Workspace:
    """Everything that the simulator knows. Used from one event loop only."""

    def __init__(
        self,
        clock: Clock,
        channel: str = "C0PRETEND1",
        channel_name: str = "order-gaps",
        users: Iterable[Person] = PEOPLE,
    ) -> None:
        self.clock = clock
        self.url = "http://127.0.0.1:8765"
        """Where the server listens; response urls and sockets begin so."""
        self.people: dict[str, Person] = {one.id: one for one in (*users, STUCK)}
        self.groups: dict[str, set[str]] = {}
        """User groups by id, and the ids of who is in them."""
        self.messages_tab = True
        """Whether the app's settings let it write to people."""
        self.channel = channel
        self.channels: dict[str, Channel] = {}
        self.scopes = set(SCOPES)
        self.unfurl_domains = list(UNFURL_DOMAINS)
        self.tokens: dict[str, str | None] = {BOT_TOKEN: None, APP_TOKEN: None}
        """Token → the error code it is answered with, None while it is good."""
        self.calls: list[Call] = []
        self.acks: list[Ack] = []
        self.reactions: list[tuple[str, str, str]] = []
        self._hidden: list[Message] = []
        self._past: dict[tuple[str, int], Message] = {}
        self._numbers = itertools.count(1)
        self._last_stamp = 0
        self._http: HttpMode | None = None
        self._parts(clock)
        self.add_channel(channel, channel_name)

    def _parts(self, clock: Clock) -> None:
        self.feed = Feed()
        self.failures = Failures()
        self.pace = Pace(clock)
        self.tickets = Tickets(clock)
        self.views = Views(self.feed)
        self.files = Files(self)
        self.socket = SocketMode()
        hands = Hands(self)
        self.click = hands.click
        self.choose = hands.choose
        self.choose_element = hands.choose_element
        self.command = hands.command
        self.submit = hands.submit
        self.close = hands.close
        self.open_home = hands.open_home
        self.say = hands.say
        self.shortcut = hands.shortcut
        self.drop = hands.drop

    # What stories look at

    def messages(self, channel: str | None = None, thread_ts: str | None = None) -> list[Message]:
        """Return what stands in a channel outside threads, or the replies in one thread; oldest first."""
        room = self.channels[channel or self.channel]
        if thread_ts is not None:
            return room.replies(thread_ts)
        return [
            one for one in room.messages.values() if not one.deleted and (not one.is_reply or one.broadcast)
        ]

    def message(self, ts: str, channel: str | None = None) -> Message:
        """Return one message as it stands now; LookupError when it is gone."""
        found = self.channels[channel or self.channel].messages.get(ts)
        if found is None or found.deleted:
            raise LookupError(f"There is no message {ts} in {channel or self.channel}.")
        return found

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """Return the private answers that one person still sees, oldest first."""
        return [one for one in self._hidden if one.only_for == user and channel in (None, one.channel)]

    def modals(self, user: str) -> list[View]:
        """Return the modals that one person has open, the topmost last."""
        return list(self.views.stacks[user])

    def home(self, user: str) -> View | None:
        """Return the Home tab that the app has published for one person."""
        return self.views.homes.get(user)

    def called(self, method: str) -> list[Call]:
        """Return the calls of one method, oldest first."""
        return [one for one in self.calls if one.method == method]

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:  # noqa: ASYNC109
        """Return the first true value of `predicate`; TimeoutError (wall seconds) says what the channel holds."""
        try:
            return await self.feed.wait_for(predicate, timeout)
        except TimeoutError as error:
            said = "\n---\n".join(one.words for one in self.messages()) or "nothing"
            failed = [f"{one.method}: {one.error}" for one in self.calls if one.error]
            raise TimeoutError(
                f"waited {timeout} s; the channel holds:\n{said}\nfailed calls: {failed}"
            ) from error

    # What stories do to the workspace itself

    def fail_next(self, method: str, failure: Failure, times: int = 1) -> None:
        """Make the next calls of `method` fail: an error code, an HTTP status, or how the connection ends."""
        self.failures.plan(method, failure, times)

    def use_http(self, url: str, signing_secret: str = SIGNING_SECRET) -> None:
        """Send payloads as signed posts to `url` from here on, instead of Socket Mode."""
        self._http = HttpMode(url, signing_secret)

    def add_channel(self, channel: str, name: str, *, private: bool = False) -> Channel:
        """Open another channel with everybody and the bot in it."""
        self.channels[channel] = Channel(channel, name, set(self.people), is_private=private)
        return self.channels[channel]

    def deactivate(self, user: str) -> None:
        """Close somebody's account: they have left the company."""
        self.people[user] = replace(self.people[user], deleted=True)

    # What the API methods and the hands change

    def stamp(self) -> str:
        """Return a new message ts from the clock: unique and growing."""
        micro = int(self.clock.now().timestamp() * 1_000_000)
        self._last_stamp = max(micro, self._last_stamp + 1)
        return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    def number(self) -> int:
        """Return a number that was not given out before."""
        return next(self._numbers)

    def response_url(self, user: str, channel: str, **about: str | None) -> str:
        """Return a new response url."""
        return f"{self.url}/slack/respond/{self.tickets.response_url(user, channel, **about)}"

    def post(self, channel: str, text: str, blocks: list[Json], **more: Any) -> Message:
        """Put a message into a channel, a thread or before one person's eyes."""
        drawn = tuple(with_ids(blocks, self.number()))
        message = Message(channel, self.stamp(), more.pop("user", BOT_USER), text, drawn, **more)
        if message.only_for is None:
            self.channels[channel].messages[message.ts] = message
        else:
            self._hidden.append(message)
        self._tell(message)
        return message

    def redraw(self, message: Message, **changes: Any) -> Message:
        """Change a message in place."""
        if "blocks" in changes:
            changes["blocks"] = tuple(with_ids(changes["blocks"], self.number()))
        fresh = replace(message, revision=message.revision + 1, **changes)
        self._keep(message)
        if message.only_for is None:
            self.channels[message.channel].messages[message.ts] = fresh
        else:
            self._hidden = [fresh if one.ts == message.ts else one for one in self._hidden]
        self._tell(fresh)
        return fresh

    def delete(self, message: Message) -> None:
        """Take a message away; a parent whose thread has replies leaves a tombstone, as in Slack."""
        room = self.channels[message.channel]
        if message.only_for is not None:
            self._hidden = [one for one in self._hidden if one.ts != message.ts]
        elif room.replies(message.ts):
            room.messages[message.ts] = replace(message, deleted=True, blocks=(), text="")
        else:
            room.messages.pop(message.ts, None)
        self._tell(message, kind="deleted")

    def as_seen(self, message: Message, revision: int) -> Message:
        """Return the message as it stood at `revision`, if it is not too long ago: what somebody's screen still shows."""
        return self._past.get((message.ts, revision), message)

    def dm(self, user: str) -> Channel:
        """Return the direct conversation between one person and the app."""
        person = self.people[user]
        room = Channel(person.dm, "", {user, BOT_USER}, is_private=True, im_user=user)
        return self.channels.setdefault(person.dm, room)

    async def deliver(self, kind: Kind, payload: Json, *, retry: int = 0) -> Ack:
        """Send one payload to the app by Socket Mode or HTTP, and keep how it was acknowledged."""
        road = self._http or self.socket
        ack = await road.send(kind, payload, retry=retry)
        self.acks.append(ack)
        self.feed.publish("ack", error=ack.error)
        return ack

    async def again(self, *, retry: int = 1) -> Ack:
        """Deliver the last payload once more in a new envelope, as Slack does when it missed the first answer."""
        last = self.acks[-1]
        return await self.deliver(last.kind, last.payload, retry=retry)

    def now(self) -> datetime:
        """Return the present of the workspace (UTC)."""
        return self.clock.now().astimezone(UTC)

    def _keep(self, message: Message) -> None:
        self._past[message.ts, message.revision] = message
        if len(self._past) > MOST_PAST:
            del self._past[next(iter(self._past))]

    def _tell(self, message: Message, *, kind: str = "message") -> None:
        about = {"channel": message.channel, "only_for": message.only_for}
        if message.is_reply:
            # The parent shows how many replies there are.
            self.feed.publish("message", ts=message.thread_ts, **about)
        self.feed.publish(kind, ts=message.ts, **about)
