"""The Home tab of each person: drawn when they open it and after what they do in it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.bulk.selection import of_home
from bot.slack.clicks import UNREACHABLE, Voice, Work, on_press
from bot.slack.desk import Desk
from bot.slack.home.page import EVERY, LONGEST_SEARCH, ROWS, VIEWS, Seen, tab
from bot.slack.message import Block, section
from bot.slack.people import People, workspace
from storage.bulks import Bulks
from storage.database import AsyncSession
from storage.homes import MOST_TICKED, Home, Homes
from storage.overview import Filters, Overview

Turn = Callable[[Home, dict[str, Any]], Home]
"""What pressing an element makes of the tab."""

NOT_FOUND = "Nothing in the queue contains what you searched for. `/stuck order 1234` asks both systems about any order."

log = structlog.get_logger(__name__)


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Draw the tab each time somebody opens it, and after each choice in it."""
    app.event("app_home_opened")(_opened(desk, people))
    for name, turn in TURNS.items():
        app.action(f"home.{name}")(on_press(people, _turned(desk, turn)))
    app.action(re.compile(r"home\.page\.(back|on)"))(on_press(people, _turned(desk, _leaf)))
    app.action("home.search")(on_press(people, _searched(desk)))
    app.action("home.tick_page")(on_press(people, _page_ticked(desk)))


def _opened(desk: Desk, people: People) -> Callable[..., Awaitable[None]]:
    async def opened(event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient) -> None:
        if event.get("tab") != "home":
            return
        user = str(event.get("user") or "")
        refusal = await people.refusal(user, None, workspace(context))
        if refusal:
            await _publish(client, user, [section(refusal)])
            return
        async with desk.database.write() as session:
            homes = Homes(session)
            if not (await homes.get(user)).version:
                await homes.change(user)
        await redraw(desk, client, user)

    return opened


# ---------------------------------------------------------------- drawing


async def redraw(desk: Desk, client: AsyncWebClient, user: str, note: str = "") -> None:
    """Draw the tab of somebody who has opened it once; a failure leaves it as it was.

    `note`: what they should read first, this time only.
    """
    async with desk.turns[user]:
        async with desk.database.read() as session:
            home = await Homes(session).get(user)
            if not home.version:
                return
            blocks = tab(replace(await seen(desk, session, home), note=note))
        try:
            await _publish(client, user, blocks)
        except UNREACHABLE as failure:
            log.warning("a Home tab was not drawn", error=type(failure).__name__)


async def seen(desk: Desk, session: AsyncSession, home: Home) -> Seen:
    """Return what one drawing is made of; a page that is past the end is the last one."""
    now = desk.clock.now()
    overview = Overview(session, now, home.person)
    piles = tuple(await overview.piles())
    wanted = home.filters
    fitting = sum(pile.fits(wanted) for pile in piles)
    count = await overview.count(wanted) if wanted.words else fitting
    home = replace(home, page=max(0, min(home.page, (count - 1) // ROWS)))
    first = home.page * ROWS
    return Seen(
        now=now,
        home=home,
        stores=await desk.health(session),
        piles=piles,
        gaps=tuple(await overview.page(wanted, limit=ROWS, offset=first)) if count else (),
        count=count,
        doubted=await overview.doubted(),
        selection=str(of_home(home, now)),
        bulk=await Bulks(session, now).undoable(home.person),
    )


async def _publish(client: AsyncWebClient, user: str, blocks: list[Block]) -> None:
    await client.views_publish(user_id=user, view={"type": "home", "blocks": blocks})


# ---------------------------------------------------------------- choosing


def _turned(desk: Desk, turn: Turn) -> Work:
    async def turned(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        async with desk.database.write() as session:
            await Homes(session).change(voice.user, lambda home: turn(home, action))
        await redraw(desk, voice.client, voice.user)

    return turned


def _searched(desk: Desk) -> Work:
    """Search. Words that find nothing are shown once and not kept: they may be a customer's name."""

    async def searched(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        words = " ".join(str(action.get("value") or "").split())[:LONGEST_SEARCH]
        async with desk.database.write() as session:
            homes = Homes(session)
            home = await homes.get(voice.user)
            wanted = replace(home.filters, words=words)
            found = await Overview(session, desk.clock.now(), voice.user).count(wanted) if words else 0
            if found or not words:
                await homes.change(voice.user, lambda home: home.showing(words=words))
        note = NOT_FOUND if words and not found else ""
        await redraw(desk, voice.client, voice.user, note)

    return searched


def _page_ticked(desk: Desk) -> Work:
    async def ticked(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        async with desk.database.write() as session:
            homes = Homes(session)
            home = await homes.get(voice.user)
            overview = Overview(session, desk.clock.now(), voice.user)
            page = await overview.page(home.filters, limit=ROWS, offset=home.page * ROWS)
            ids = [*home.ticked, *(gap.id for gap in page if gap.id not in home.ticked)]
            await homes.change(voice.user, lambda home: replace(home, ticked=tuple(ids[:MOST_TICKED])))
        await redraw(desk, voice.client, voice.user)

    return ticked


def _view(home: Home, action: dict[str, Any]) -> Home:
    chosen = _chosen(action)
    view = next((each for each in VIEWS if each == chosen), "all")
    return home.showing(view=view)


def _filtered(what: str) -> Turn:
    def turn(home: Home, action: dict[str, Any]) -> Home:
        chosen = _chosen(action)
        return home.showing(**{what: None if chosen == EVERY else chosen[:150]})

    return turn


def _clear(home: Home, action: dict[str, Any]) -> Home:
    return replace(home, filters=Filters(), page=0, ticked=())


def _leaf(home: Home, action: dict[str, Any]) -> Home:
    page = str(action.get("value") or "")
    return replace(home, page=int(page) if page.isdigit() else 0)


def _ticking(home: Home, action: dict[str, Any]) -> Home:
    return replace(home, ticking=action.get("value") == "on", ticked=())


def _tick(home: Home, action: dict[str, Any]) -> Home:
    """Tick one row, or take its tick away; which row it was stands in its block's id."""
    gap_id = str(action.get("block_id") or "").rpartition(":")[2]
    others = tuple(each for each in home.ticked if each != gap_id)
    return replace(home, ticked=(*others, gap_id) if action.get("selected_options") else others)


def _chosen(action: dict[str, Any]) -> str:
    return str((action.get("selected_option") or {}).get("value") or EVERY)


TURNS: dict[str, Turn] = {
    "view": _view,
    "store": _filtered("store"),
    "kind": _filtered("kind"),
    "cause": _filtered("cause"),
    "clear": _clear,
    "ticking": _ticking,
    "tick": _tick,
}
