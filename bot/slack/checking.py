"""The message shortcut “Check this order”: the orders that any message names, looked up for whoever asks."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StuckError
from bot.lookup import OrderView
from bot.slack import replies
from bot.slack.answers import answer, choice, found_again
from bot.slack.clicks import Listener, Voice, may_act, patiently, voice_of
from bot.slack.commands import worth_showing
from bot.slack.desk import Desk
from bot.slack.escape import safe
from bot.slack.inline import counted, listed
from bot.slack.message import Message
from bot.slack.naming import Named, named_in
from bot.slack.people import People

CALLBACK = "check_order"
"""The shortcut's callback_id in the manifest."""
MOST_NUMBERS = 30
"""Numbers of one message that are looked up among what was read."""
MOST_ASKED = 3
"""Numbers of one message that both systems are asked about, where none of them was read before."""


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the shortcut."""
    app.shortcut({"type": "message_action", "callback_id": CALLBACK})(_chosen(desk, people))


def _chosen(desk: Desk, people: People) -> Listener:
    async def chosen(
        ack: AsyncAck,
        shortcut: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        voice = voice_of(body, client, respond)
        if not await may_act(people, context, body, voice):
            return
        try:
            said = await _checked(desk, voice, named_in(shortcut.get("message") or {}))
        except StuckError as failure:
            said = replies.private(safe(str(failure), 2000))
        await voice.tell(said)

    return chosen


async def _checked(desk: Desk, voice: Voice, named: Named) -> Message:
    """Return what is to be said of the orders that a message names: one whole, several to choose from."""
    if not named.links and not named.numbers:
        return replies.private(replies.NO_ORDER_NAMED)
    if not named.links and len(named.numbers) == 1:
        return await _asked(desk, voice, named)
    known = await _known(desk, named)
    if len(known) > 1:
        return _several(known)
    if known:
        [(view, number)] = known
        views = worth_showing(await patiently(voice, desk.look_up(number)))
        again = found_again(views, view.store, view.shopify.id if view.shopify else "")
        return _told(desk, [(each, number) for each in again])
    return await _asked(desk, voice, named)


async def _known(desk: Desk, named: Named) -> list[tuple[OrderView, str]]:
    """Return the named orders that were read before, each once, with the number that finds it again."""
    found: dict[tuple[str, str], tuple[OrderView, str]] = {}
    for link in named.links[:MOST_NUMBERS]:
        view = await desk.known_by_id(link.shop, link.order_id)
        if view is not None:
            found[view.store, link.order_id] = (view, view.order)
    for number in named.numbers[:MOST_NUMBERS]:
        for view in await desk.known(number):
            if view.shopify is not None:
                found.setdefault((view.store, view.shopify.id), (view, number))
    return list(found.values())


async def _asked(desk: Desk, voice: Voice, named: Named) -> Message:
    """Ask both systems about the first numbers: the only one, or none of which was read before."""
    numbers = named.numbers[:MOST_ASKED]
    found = await patiently(voice, _look_up(desk, numbers))
    there = [each for each in found if each[0].verdict != "not_found"]
    if there or len(found) == 1:
        return _told(desk, there or found)
    unread = next((view for view, _ in found if view.error), None)
    if unread is not None:
        return answer(unread, unread.order, desk.clock.now())
    return replies.private(_nowhere(named))


async def _look_up(desk: Desk, numbers: Sequence[str]) -> list[tuple[OrderView, str]]:
    return [(view, number) for number in numbers for view in worth_showing(await desk.look_up(number))]


def _told(desk: Desk, views: Sequence[tuple[OrderView, str]]) -> Message:
    if len(views) > 1:
        return _several(views)
    [(view, number)] = views
    return answer(view, number, desk.clock.now())


def _several(views: Sequence[tuple[OrderView, str]]) -> Message:
    return choice(f"That message names {counted(len(views), 'order')}. Which one?", views)


def _nowhere(named: Named) -> str:
    """Return that nothing of what the message names is an order here."""
    numbers = [safe(number, 40) for number in named.numbers[:MOST_ASKED]]
    if not numbers:
        return "The order behind that link was not read yet, or is older than what the app may see, or of another shop."
    said = f"No order numbered {listed(numbers, last='or')} was found."
    rest = len(named.numbers) - len(numbers)
    more = (
        f" {counted(rest, 'more number')} in that message {'was' if rest == 1 else 'were'} not asked about."
        if rest > 0
        else ""
    )
    return f"{said}{more} `/stuck order 1234` asks about any order."
