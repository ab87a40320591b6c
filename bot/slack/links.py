"""Links to Shopify orders: what both sides last said, put under the message that carries the link."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answers import preview
from bot.slack.asking import ask
from bot.slack.desk import Desk
from bot.slack.naming import OrderLink, order_link
from bot.slack.outcomes import SlackFailure
from bot.slack.people import People, workspace

METHOD = "chat.unfurl"
MOST = 5
"""Links of one message that are looked up."""

log = structlog.get_logger(__name__)


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Hear of links to the domains that the manifest names."""
    app.event("link_shared")(_shared(desk, people))


def _shared(desk: Desk, people: People) -> Callable[..., Awaitable[None]]:
    async def shared(
        event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        links = [] if _is_elsewhere(event, body) else _ours(event, desk)
        if not links:
            return
        team = event.get("user_team") or body.get("team_id")
        if await people.refusal(str(event.get("user") or ""), team, workspace(context)) is not None:
            return
        unfurls = await _unfurls(desk, links)
        if not unfurls:
            return
        channel, ts = str(event.get("channel")), str(event.get("message_ts"))
        try:
            await ask(METHOD, client.chat_unfurl(channel=channel, ts=ts, unfurls=unfurls))
        except SlackFailure as failure:
            log.warning("a link was not unfurled", code=failure.code)

    return shared


def _is_elsewhere(event: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether the link is still being typed, or stands where another organisation reads too."""
    return event.get("source") == "composer" or bool(body.get("is_ext_shared_channel"))


def _ours(event: Mapping[str, Any], desk: Desk) -> list[OrderLink]:
    """Return the links to orders of our stores."""
    shops = {store.rules.shop for store in desk.stores}
    told = [str(link.get("url") or "") for link in event.get("links") or []]
    found = [link for link in map(order_link, dict.fromkeys(told)) if link is not None]
    return [link for link in found if link.shop in shops][:MOST]


async def _unfurls(desk: Desk, links: list[OrderLink]) -> dict[str, dict[str, Any]]:
    """Return what goes under each link, from what was read before; nothing for an order that was not."""
    unfurls: dict[str, dict[str, Any]] = {}
    for link in links:
        view = await desk.known_by_id(link.shop, link.order_id)
        if view is not None:
            message = preview(view, desk.clock.now())
            unfurls[link.address] = {"blocks": message.blocks, "fallback": message.text}
    return unfurls
