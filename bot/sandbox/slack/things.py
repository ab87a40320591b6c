"""What a workspace is made of: channels, messages and views, as values."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.elements import Json, elements, words
from bot.sandbox.slack.people import APP, BOT, BOT_USER, TEAM


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stood at one moment: an update makes a new value, so an old one is a stale card."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    metadata: Json | None = None
    files: tuple[Json, ...] = ()
    """What Slack says of the files in it."""
    unfurls: tuple[tuple[str, Json], ...] = ()
    """What the app put under the links in it, by address."""
    only_for: str | None = None
    """User id: an ephemeral message that only this person sees."""
    broadcast: bool = False
    revision: int = 0
    """How often it was updated."""
    deleted: bool = False
    """A tombstone: a deleted parent whose thread lives on."""

    @property
    def words(self) -> str:
        """Everything that a person can read in it, one text a line."""
        return "\n".join(words(list(self.blocks))) if self.blocks else self.text

    @property
    def previews(self) -> list[str]:
        """Everything that a person can read under each of its links."""
        return ["\n".join(words(list(one.get("blocks", [])))) for _, one in self.unfurls]

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons and selects, from top to bottom."""
        return [one.label for one in elements(self.blocks)]

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread under another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def as_json(self, *, metadata: bool = False) -> Json:
        """Return what `conversations.history` says of it; metadata only on request, as in Slack."""
        if self.deleted:
            return _tombstone(self)
        told: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        if self.user == BOT_USER:
            told |= {"bot_id": BOT, "app_id": APP, "bot_profile": {"id": BOT, "name": "stuck", "app_id": APP}}
        if self.blocks:
            told["blocks"] = list(self.blocks)
        if self.thread_ts:
            told |= {"thread_ts": self.thread_ts}
        if self.broadcast:
            told["subtype"] = "thread_broadcast"
        if self.files:
            told |= {"subtype": "file_share", "files": list(self.files), "upload": False}
        if self.unfurls:
            told["attachments"] = [_attachment(place, *one) for place, one in enumerate(self.unfurls, 1)]
        if metadata and self.metadata:
            told["metadata"] = self.metadata
        return told


def _attachment(place: int, address: str, unfurl: Json) -> Json:
    told = {"id": place, "from_url": address, "app_unfurl_url": address, "is_app_unfurl": True}
    return {"fallback": "[no preview available]", **unfurl, **told, "app_id": APP, "bot_id": BOT}


def _tombstone(message: Message) -> Json:
    told = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    words = {"text": "This message was deleted.", "ts": message.ts, "thread_ts": message.ts}
    return told | words


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a Home tab as it stood at one moment."""

    id: str
    user: str
    hash: str
    body: Json
    root_id: str
    previous_id: str | None = None
    errors: tuple[tuple[str, str], ...] = ()
    """Block id → what the app said was wrong with it, after a refused submission."""
    changed: Json = field(default_factory=dict)
    """What has been chosen in it so far: block id → action id → state."""

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return list(self.body.get("blocks", []))

    @property
    def title(self) -> str:
        """The words in its head; empty for a Home tab."""
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def words(self) -> str:
        """Everything that a person can read in it, one text a line."""
        return "\n".join([self.title, *words(self.blocks)])

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons and selects, from top to bottom."""
        return [one.label for one in elements(self.blocks)]

    def as_json(self, values: Json) -> Json:
        """Return what Slack says of it, with `values` as its state."""
        told = {
            "id": self.id,
            "team_id": TEAM,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
            "hash": self.hash,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "state": {"values": values},
        }
        defaults = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "close": None,
            "submit": None,
        }
        flags = {"clear_on_close": False, "notify_on_close": False}
        return defaults | flags | self.body | told


@dataclass(slots=True)
class Channel:
    """A conversation, and whether the bot may write in it."""

    id: str
    name: str
    members: set[str]
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    """Whether people of another organisation read here too."""
    im_user: str | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    """By ts, oldest first."""

    @property
    def has_bot(self) -> bool:
        """Whether the bot is a member."""
        return BOT_USER in self.members

    def as_json(self) -> Json:
        """Return what `conversations.info` says."""
        told: Json = {"id": self.id, "is_archived": self.is_archived, "is_private": self.is_private}
        if self.im_user:
            return told | {"is_im": True, "user": self.im_user, "is_channel": False}
        kind = {"is_channel": not self.is_private, "is_group": self.is_private, "is_im": False}
        kind |= {"is_ext_shared": self.is_ext_shared, "is_shared": self.is_ext_shared}
        return told | kind | {"name": self.name, "is_member": self.has_bot, "num_members": len(self.members)}

    def replies(self, ts: str) -> list[Message]:
        """Return what stands in the thread under `ts`, oldest first."""
        return [one for one in self.messages.values() if one.thread_ts == ts and one.ts != ts]


def thread_facts(replies: list[Message]) -> dict[str, Any]:
    """Return what a parent says of its thread, or nothing when there is none."""
    if not replies:
        return {}
    users = list(dict.fromkeys(one.user for one in replies))
    return {
        "thread_ts": replies[0].thread_ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }
