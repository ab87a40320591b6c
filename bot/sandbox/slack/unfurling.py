"""Links in messages: what the app is told of them, and what it puts under them with chat.unfurl."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.things import Message
from bot.sandbox.slack.validate import problems

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace

_TYPED = re.compile(r"(?<![<|])\bhttps?://[^\s<>|]*[^\s<>|.,;:!?)\"']")
_LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>")


def linked(text: str) -> str:
    """Return a text as Slack keeps it: every address that somebody typed is a link."""
    return _TYPED.sub(lambda found: f"<{found.group()}>", text)


def addresses(message: Message) -> list[str]:
    """Return the addresses behind the links of a message, each once."""
    return [address.replace("&amp;", "&") for address in dict.fromkeys(_LINK.findall(message.text))]


def domain_of(address: str, domains: Collection[str]) -> str | None:
    """Return the registered domain that an address lies in, subdomains included."""
    host = (urlsplit(address).hostname or "").lower()
    return next((one for one in domains if host == one or host.endswith(f".{one}")), None)


def shared(workspace: "Workspace", message: Message) -> Json | None:
    """Return the event about the links of a message; None: the app does not hear of it."""
    found = [(one, domain_of(one, workspace.unfurl_domains)) for one in addresses(message)]
    links = [{"url": address, "domain": domain} for address, domain in found if domain]
    if not links or "links:read" not in workspace.scopes:
        return None
    told: Json = {
        "type": "link_shared",
        "channel": message.channel,
        "is_bot_user_member": workspace.channels[message.channel].has_bot,
        "message_ts": message.ts,
        "unfurl_id": f"{message.channel}.{message.ts}.pretend",
        "source": "conversations_history",
        "links": links,
    }
    return told | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def unfurl(workspace: "Workspace", arguments: Json) -> Json:
    """Put blocks under the links of a message; a second call changes them."""
    message = _message(workspace, arguments)
    unfurls = arguments.get("unfurls")
    if not unfurls:
        raise Refusal("missing_unfurls")
    if not isinstance(unfurls, dict) or not all(isinstance(one, dict) for one in unfurls.values()):
        raise Refusal("invalid_unfurls_format")
    if not workspace.unfurl_domains:
        raise Refusal("cannot_find_service")
    said = addresses(message)
    for address, one in unfurls.items():
        if address not in said:
            raise Refusal("cannot_unfurl_message")
        if domain_of(address, workspace.unfurl_domains) is None:
            raise Refusal("cannot_unfurl_url")
        if wrong := problems(one.get("blocks", []), "message"):
            raise Refusal("cannot_parse_attachment", messages=wrong)
    workspace.redraw(message, unfurls=tuple((dict(message.unfurls) | unfurls).items()))
    return {}


def _message(workspace: "Workspace", arguments: Json) -> Message:
    """Return the message that a call means: by channel and ts, or by source and unfurl_id."""
    channel, ts = str(arguments.get("channel") or ""), str(arguments.get("ts") or "")
    if arguments.get("unfurl_id") and arguments.get("source") == "conversations_history":
        channel, _, rest = str(arguments["unfurl_id"]).partition(".")
        ts = rest.removesuffix(".pretend")
    if not channel:
        raise Refusal("missing_channel")
    if not ts:
        raise Refusal("missing_ts")
    if channel not in workspace.channels:
        raise Refusal("cannot_find_channel")
    found = workspace.channels[channel].messages.get(ts)
    if found is None or found.deleted:
        raise Refusal("cannot_find_message")
    return found
