"""The Web API's methods on channels, people and the app itself, and the table of all methods."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.people import APP, BOT, BOT_USER, TEAM
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.things import Channel, Message, thread_facts

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace

SITE = "https://pretend.example/"


@dataclass(frozen=True, slots=True)
class Method:
    """One method: what it does, what it needs, and which token."""

    run: "Callable[[Workspace, Json], Json]"
    scope: str | None = None
    app_token: bool = False


def room(workspace: "Workspace", arguments: Json, *, write: bool = False) -> Channel:
    """Return the channel that a call names, or refuse as Slack does."""
    name = str(arguments.get("channel", ""))
    if write and name in workspace.people:
        return workspace.dm(name)
    found = workspace.channels.get(name)
    if found is None or (found.is_private and not found.has_bot):
        raise Refusal("channel_not_found")
    if write and found.is_archived:
        raise Refusal("is_archived")
    if write and not found.has_bot and "chat:write.public" not in workspace.scopes:
        raise Refusal("not_in_channel")
    return found


def readable(workspace: "Workspace", arguments: Json) -> Channel:
    """Return a channel whose messages the bot may read."""
    found = room(workspace, arguments)
    if not found.has_bot:
        raise Refusal("not_in_channel")
    family = "im" if found.im_user else "groups" if found.is_private else "channels"
    scope = f"{family}:history"
    if scope not in workspace.scopes:
        raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))
    return found


def api_test(workspace: "Workspace", arguments: Json) -> Json:
    """Say that somebody is there, and what was asked."""
    return {"args": arguments}


def auth_test(workspace: "Workspace", arguments: Json) -> Json:
    """Say who the token belongs to."""
    who = {"url": SITE, "team": "Pretend workspace", "user": "stuck", "team_id": TEAM}
    return {**who, "user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": False}


def connections_open(workspace: "Workspace", arguments: Json) -> Json:
    """Hand out a WebSocket address for Socket Mode."""
    address = workspace.url.replace("http", "ws", 1)
    return {"url": f"{address}/slack/socket?ticket={workspace.socket.ticket()}&app_id={APP}"}


def conversations_info(workspace: "Workspace", arguments: Json) -> Json:
    """Describe one channel."""
    return {"channel": room(workspace, arguments).as_json()}


def conversations_list(workspace: "Workspace", arguments: Json) -> Json:
    """List the channels that the bot can see."""
    kinds = str(arguments.get("types", "public_channel")).split(",")
    seen = [
        one.as_json()
        for one in workspace.channels.values()
        if one.im_user is None
        and ("private_channel" if one.is_private else "public_channel") in kinds
        and (one.has_bot or not one.is_private)
        and not (one.is_archived and truth(arguments.get("exclude_archived")))
    ]
    page, cursor = paged(seen, arguments, 100)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def conversations_members(workspace: "Workspace", arguments: Json) -> Json:
    """List who is in a channel."""
    page, cursor = paged(sorted(room(workspace, arguments).members), arguments, 100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def conversations_open(workspace: "Workspace", arguments: Json) -> Json:
    """Open a direct conversation."""
    user = str(arguments.get("users", ""))
    if user not in workspace.people:
        raise Refusal("user_not_found")
    return {"channel": {"id": workspace.dm(user).id}}


def conversations_history(workspace: "Workspace", arguments: Json) -> Json:
    """Return what was said in a channel, newest first; replies in threads are not part of it."""
    found = readable(workspace, arguments)
    said = [one for one in found.messages.values() if not one.is_reply or one.broadcast]
    chosen = [one for one in reversed(said) if _between(one, arguments)]
    return _page(found, chosen, arguments)


def conversations_replies(workspace: "Workspace", arguments: Json) -> Json:
    """Return a thread, its parent first, then oldest first."""
    found = readable(workspace, arguments)
    parent = found.messages.get(str(arguments.get("ts", "")))
    if parent is None:
        raise Refusal("thread_not_found")
    replies = [one for one in found.replies(parent.ts) if _between(one, arguments)]
    return _page(found, [parent, *replies], arguments)


def users_info(workspace: "Workspace", arguments: Json) -> Json:
    """Describe one person."""
    person = workspace.people.get(str(arguments.get("user", "")))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": person.as_json(workspace.now())}


def users_list(workspace: "Workspace", arguments: Json) -> Json:
    """Describe everybody."""
    page, cursor = paged(list(workspace.people.values()), arguments, 1000)
    members = [one.as_json(workspace.now()) for one in page]
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


def usergroup_members(workspace: "Workspace", arguments: Json) -> Json:
    """List who is in a user group."""
    members = workspace.groups.get(str(arguments.get("usergroup", "")))
    if members is None:
        raise Refusal("no_such_subteam")
    return {"users": sorted(members)}


def react(workspace: "Workspace", arguments: Json) -> Json:
    """Put an emoji under a message."""
    found = room(workspace, arguments)
    ts, name = str(arguments.get("timestamp")), str(arguments.get("name"))
    if ts not in found.messages:
        raise Refusal("message_not_found")
    if (found.id, ts, name) in workspace.reactions:
        raise Refusal("already_reacted")
    workspace.reactions.append((found.id, ts, name))
    workspace.feed.publish("message", channel=found.id, ts=ts, only_for=None)
    return {}


def unreact(workspace: "Workspace", arguments: Json) -> Json:
    """Take an emoji away again."""
    found = room(workspace, arguments)
    mark = (found.id, str(arguments.get("timestamp")), str(arguments.get("name")))
    if mark not in workspace.reactions:
        raise Refusal("no_reaction")
    workspace.reactions.remove(mark)
    workspace.feed.publish("message", channel=found.id, ts=mark[1], only_for=None)
    return {}


def truth(value: Any) -> bool:
    """Return what Slack takes for true in a form, a query or JSON."""
    return str(value).lower() in {"1", "true"}


def paged(items: Sequence[Any], arguments: Json, most: int) -> tuple[list[Any], str]:
    """Return one page of `items` and the cursor of the next, empty at the end."""
    limit = int(arguments.get("limit") or most)
    start = int(str(arguments.get("cursor") or "next:0").removeprefix("next:"))
    more = start + limit < len(items)
    return list(items[start : start + limit]), f"next:{start + limit}" if more else ""


def _between(message: Message, arguments: Json) -> bool:
    oldest, latest = _micro(arguments.get("oldest"), 0), _micro(arguments.get("latest"), 10**18)
    ts = _micro(message.ts, 0)
    if truth(arguments.get("inclusive")):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _micro(ts: Any, default: int) -> int:
    if ts in {None, "", "now"}:
        return default
    whole, _, rest = str(ts).partition(".")
    return int(whole) * 1_000_000 + int((rest + "000000")[:6])


def _page(found: Channel, chosen: list[Message], arguments: Json) -> Json:
    page, cursor = paged(chosen, {**arguments, "limit": min(int(arguments.get("limit") or 100), 999)}, 100)
    metadata = truth(arguments.get("include_all_metadata"))
    told = [one.as_json(metadata=metadata) | thread_facts(found.replies(one.ts)) for one in page]
    answer: Json = {"messages": told, "has_more": bool(cursor), "pin_count": 0}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})
