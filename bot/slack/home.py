"""The Home tab: what is mine, what nobody has, what is oldest, how fresh it all is."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.desk import Desk
from bot.slack.digest import Standing, headline, oldest, row, store_lines, unowned
from bot.slack.message import SECTION, VIEW_BLOCKS, Block, context, divider, header, section, within
from bot.slack.people import People, workspace
from storage.gap import Gap

ROWS = 20
"""Gaps that one part of the tab shows."""


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Draw the tab each time somebody opens it."""
    app.event("app_home_opened")(_opened(desk, people))


def _opened(desk: Desk, people: People) -> Callable[..., Awaitable[None]]:
    async def opened(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        if event.get("tab") != "home":
            return
        user = str(event.get("user") or "")
        refusal = await people.refusal(user, None, workspace(context))
        blocks = [section(refusal)] if refusal else home(user, await desk.standing())
        await client.views_publish(user_id=user, view={"type": "home", "blocks": blocks})

    return opened


def home(user: str, now: Standing) -> list[Block]:
    """Return the tab of one person, at most 100 blocks."""
    mine = [gap for gap in now.gaps if gap.owner == user]
    blocks = [
        header(headline(now)),
        context(within(store_lines(now), SECTION)),
        *_part("Yours", mine, "You have claimed nothing.", now),
        *_part("Unowned", unowned(now), "Nothing waits for an owner.", now),
    ]
    if now.gaps:
        blocks += [divider(), section(f"*Oldest*\n{oldest(now)}")]
    return blocks[:VIEW_BLOCKS]


def _part(title: str, gaps: Sequence[Gap], nothing: str, now: Standing) -> list[Block]:
    rows = [block for gap in gaps[:ROWS] for block in row(gap, now.now)]
    if len(gaps) > ROWS:
        rows.append(context(f"and {len(gaps) - ROWS:,} more, found later"))
    return [divider(), header(f"{title}: {len(gaps):,}" if gaps else title), *(rows or [context(nothing)])]
