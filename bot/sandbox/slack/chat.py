"""The chat.* methods: messages go up, change and go away."""

from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.methods import SITE, room, truth
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.things import Channel, Message
from bot.sandbox.slack.validate import problems

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000


def post_message(workspace: "Workspace", arguments: Json) -> Json:
    """Write into a channel, a thread or to a person."""
    found = room(workspace, arguments, write=True)
    if found.im_user and not workspace.messages_tab:
        raise Refusal("messages_tab_disabled")
    text, blocks = content(arguments)
    thread_ts = _thread(found, arguments)
    message = workspace.post(
        found.id,
        text[:LONGEST_POST],
        blocks,
        thread_ts=thread_ts,
        metadata=_metadata(arguments),
        broadcast=truth(arguments.get("reply_broadcast")) and thread_ts is not None,
    )
    return {"channel": found.id, "ts": message.ts, "message": message.as_json(metadata=True)}


def update(workspace: "Workspace", arguments: Json) -> Json:
    """Change one of the app's own messages; text without blocks takes the blocks away."""
    message = _own(room(workspace, arguments, write=True), arguments, "cant_update_message")
    changes: dict[str, Any] = {}
    if "text" in arguments or "blocks" in arguments:
        changes["text"], changes["blocks"] = content(arguments)
    elif "metadata" not in arguments:
        raise Refusal("no_text")
    if len(changes.get("text", "")) > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    if "metadata" in arguments:
        changes["metadata"] = _metadata(arguments)
    if truth(arguments.get("reply_broadcast")) and message.is_reply:
        changes["broadcast"] = True
    fresh = workspace.redraw(message, **changes)
    told = {"channel": fresh.channel, "ts": fresh.ts, "text": fresh.text}
    return told | {"message": fresh.as_json(metadata=True)}


def delete(workspace: "Workspace", arguments: Json) -> Json:
    """Take one of the app's own messages away."""
    message = _own(room(workspace, arguments), arguments, "cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(workspace: "Workspace", arguments: Json) -> Json:
    """Show one person a message that nobody else sees."""
    found = room(workspace, arguments, write=True)
    user = str(arguments.get("user", ""))
    if user not in found.members:
        raise Refusal("user_not_in_channel")
    text, blocks = content(arguments)
    thread_ts = arguments.get("thread_ts")
    message = workspace.post(found.id, text, blocks, only_for=user, thread_ts=thread_ts)
    return {"message_ts": message.ts}


def permalink(workspace: "Workspace", arguments: Json) -> Json:
    """Return the address of one message."""
    found = room(workspace, arguments)
    ts = str(arguments.get("message_ts", ""))
    if ts not in found.messages:
        raise Refusal("message_not_found")
    return {"channel": found.id, "permalink": f"{SITE}archives/{found.id}/p{ts.replace('.', '')}"}


def content(arguments: Json) -> tuple[str, list[Json]]:
    """Return text and blocks of a message, or refuse as Slack does."""
    text = str(arguments.get("text") or arguments.get("markdown_text") or "")
    blocks = arguments.get("blocks") or []
    if isinstance(blocks, str):
        raise Refusal("invalid_blocks_format")
    if wrong := problems(blocks, "message"):
        raise Refusal("invalid_blocks", messages=wrong)
    if not text and not blocks:
        raise Refusal("no_text")
    return text, blocks


def _thread(found: Channel, arguments: Json) -> str | None:
    thread_ts = arguments.get("thread_ts")
    if not thread_ts:
        return None
    parent = found.messages.get(str(thread_ts))
    if parent is None:
        raise Refusal("thread_not_found")
    return parent.thread_ts or parent.ts


def _metadata(arguments: Json) -> Json | None:
    metadata = arguments.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= metadata.keys():
        raise Refusal("invalid_metadata_format")
    if len(str(metadata["event_payload"])) > 16_000:
        raise Refusal("metadata_too_large")
    return metadata


def _own(found: Channel, arguments: Json, refused: str) -> Message:
    message = found.messages.get(str(arguments.get("ts", "")))
    if message is None or message.deleted:
        raise Refusal("message_not_found")
    if message.user != BOT_USER:
        raise Refusal(refused)
    return message
