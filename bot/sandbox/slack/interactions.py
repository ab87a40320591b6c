"""The payloads that Slack sends when somebody clicks, types a command, submits a modal or opens Home."""

from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.elements import Element, Json, values
from bot.sandbox.slack.people import APP, TEAM, Person
from bot.sandbox.slack.things import Channel, Message, View

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace

VERIFICATION_TOKEN = "pretend-verification-token"  # noqa: S105  Slack's legacy field, worth nothing


def click(
    workspace: "Workspace", thing: Message | View, element: Element, change: Json, user: Person
) -> Json:
    """Return the `block_actions` payload of one click or choice."""
    where = _in_view(workspace, thing) if isinstance(thing, View) else _in_message(workspace, thing, user)
    return (
        _common(workspace, user, "block_actions") | where | {"actions": [_action(workspace, element, change)]}
    )


def command(workspace: "Workspace", name: str, text: str, channel: Channel, user: Person) -> Json:
    """Return the form of a slash command."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "team_domain": "pretend",
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": workspace.response_url(user.id, channel.id),
        "trigger_id": workspace.tickets.trigger(user.id),
    }


def message_action(workspace: "Workspace", message: Message, callback_id: str, user: Person) -> Json:
    """Return the payload of a message shortcut: the whole message, and a way to answer."""
    told: Json = {
        "action_ts": workspace.stamp(),
        "callback_id": callback_id,
        "channel": {"id": message.channel, "name": workspace.channels[message.channel].name},
        "message_ts": message.ts,
        "message": message.as_json(metadata=True),
        "response_url": workspace.response_url(
            user.id, message.channel, message_ts=message.ts, thread_ts=message.thread_ts
        ),
    }
    return _common(workspace, user, "message_action") | told


def submission(workspace: "Workspace", view: View, user: Person) -> Json:
    """Return the `view_submission` payload of a modal as it is filled in."""
    told = {"view": view.as_json(view_values(view)), "response_urls": []}
    return _common(workspace, user, "view_submission") | told


def closed(workspace: "Workspace", view: View, user: Person, *, cleared: bool) -> Json:
    """Return the `view_closed` payload; sent only when the view asked for it."""
    told = {"view": view.as_json(view_values(view)), "is_cleared": cleared}
    payload = _common(workspace, user, "view_closed") | told
    payload.pop("trigger_id")
    return payload


def event(workspace: "Workspace", body: Json, user: Person) -> Json:
    """Return the Events API envelope around `body`; every call makes a new event id."""
    number = workspace.number()
    place = workspace.channels.get(str(body.get("channel", "")))
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "api_app_id": APP,
        "event": {"user": user.id, "event_ts": workspace.stamp(), **body},
        "type": "event_callback",
        "event_id": f"Ev{number:08d}",
        "event_time": int(workspace.clock.now().timestamp()),
        "authorizations": [{"team_id": TEAM, "user_id": "U0STUCK", "is_bot": True, "enterprise_id": None}],
        "is_ext_shared_channel": user.team != TEAM or (place is not None and place.is_ext_shared),
    }


def view_values(view: View) -> dict[str, dict[str, Json]]:
    """Return `state.values` of a view: its initial values, and over them what was chosen since."""
    state = values(view.blocks)
    for block_id, chosen in view.changed.items():
        state.setdefault(block_id, {}).update(chosen)
    return state


def _common(workspace: "Workspace", user: Person, kind: str) -> Json:
    who = {"id": user.id, "username": user.name.lower(), "name": user.name.lower(), "team_id": user.team}
    return {
        "type": kind,
        "user": who,
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "trigger_id": workspace.tickets.trigger(user.id),
        "team": {"id": TEAM, "domain": "pretend"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _in_message(workspace: "Workspace", message: Message, user: Person) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    where: Json = {
        "container": container,
        "channel": {"id": message.channel, "name": workspace.channels[message.channel].name},
        "state": {"values": values(message.blocks)},
        "response_url": workspace.response_url(
            user.id, message.channel, message_ts=message.ts, thread_ts=message.thread_ts
        ),
    }
    # Slack leaves the message out of what it sends for an ephemeral one.
    if message.only_for is None:
        where["message"] = message.as_json(metadata=True)
    return where


def _in_view(workspace: "Workspace", view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view.as_json(view_values(view))}


def _action(workspace: "Workspace", element: Element, change: Json) -> Json:
    told: Json = {
        "type": element.type,
        "action_id": element.action_id,
        "block_id": element.block_id,
        "action_ts": workspace.stamp(),
    }
    kept: tuple[str, ...] = ("text", "value", "style", "url", "placeholder", "confirm")
    shown: dict[str, Any] = {key: element.body[key] for key in kept if key in element.body}
    return told | shown | change
