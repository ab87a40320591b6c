"""`/stuck`: summary, list, order, mine, audit, help; and the buttons that share an answer in the channel."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StuckError
from bot.lookup import OrderView
from bot.slack import answers, audits, digest, listing, replies
from bot.slack.clicks import Listener, Voice, Work, may_act, on_press, patiently, voice_of
from bot.slack.desk import Desk
from bot.slack.escape import safe
from bot.slack.message import Message
from bot.slack.people import People
from bot.slack.wanted import read_wanted

COMMAND = "/stuck"
AUDIT = "audit"
NUMBER = 100
"""Characters of an order number that are looked up."""

Build = Callable[[Desk, Voice, str, str | None], Awaitable[Message]]
"""What builds an answer from the desk, who asks, what they asked about, and who shares it (None: private)."""


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the command and to the buttons on its answers."""
    app.command(COMMAND)(_typed(desk, people))
    for what, build in ANSWERS.items():
        app.action(f"share.{what}")(on_press(people, _shared(desk, build)))
    app.action("stuck.pick")(on_press(people, _picked(desk)))


def _typed(desk: Desk, people: People) -> Listener:
    async def typed(
        ack: AsyncAck,
        command: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        word, rest = read_command(str(command.get("text") or ""))
        await ack()
        voice = voice_of(body, client, respond)
        if word == AUDIT:
            if await may_act(people, context, body, voice):
                await audits.open_window(voice, str(command.get("trigger_id") or ""), desk.stores)
        elif word not in ANSWERS:
            await voice.tell(replies.help_text(word))
        elif word == "order" and not rest:
            await voice.tell(replies.private(replies.WHICH_ORDER))
        elif await may_act(people, context, body, voice):
            await voice.tell(await _built(ANSWERS[word], desk, voice, answers.typed_key(rest), None))

    return typed


def read_command(text: str) -> tuple[str, str]:
    """Return the word, folded, and what follows it."""
    word, _, rest = text.strip().partition(" ")
    return word.casefold(), rest.strip()[:NUMBER]


async def _built(build: Build, desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Build an answer; what is wrong, and what to do about it, is an answer too."""
    try:
        return await build(desk, voice, about, shared_by)
    except StuckError as failure:
        return replies.private(safe(str(failure), 2000))


# ---------------------------------------------------------------- the answers


async def summary(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return where everything stands."""
    return digest.summary(await desk.standing(), shared_by=shared_by)


async def mine(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return what the person who asks has claimed."""
    gaps = await desk.unresolved(owner=voice.user)
    return digest.mine(voice.user, gaps, desk.clock.now(), shared_by=shared_by)


async def list_(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return the gaps that some words mean."""
    words = answers.read_key(about)[2] if about.startswith("||") else about
    stores = [store.rules.name for store in desk.stores]
    wanted = read_wanted(words, me=voice.user, stores=stores)
    if isinstance(wanted, str):
        return listing.not_understood(wanted, stores)
    now = desk.clock.now()
    gaps = [gap for gap in await desk.unresolved() if wanted.fits(gap, now)]
    return listing.listing(gaps, words, now, shared_by=shared_by)


async def order(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return what each side says of the order of that key; several to choose from where it is not one."""
    store, order_id, number = answers.read_key(about)
    views = worth_showing(await patiently(voice, desk.look_up(number)))
    views = answers.found_again(views, store, order_id)
    if len(views) > 1:
        return answers.choose(views, number)
    return answers.answer(views[0], number, desk.clock.now(), shared_by=shared_by)


def worth_showing(views: tuple[OrderView, ...]) -> list[OrderView]:
    """Return the orders that were found; if none was, the one answer that says the most about why."""
    found = [view for view in views if view.verdict != "not_found"]
    return found or sorted(views, key=lambda view: (view.error is None, not view.shipstation))[:1]


ANSWERS: dict[str, Build] = {"summary": summary, "order": order, "list": list_, "mine": mine}


# ---------------------------------------------------------------- buttons on answers


def _shared(desk: Desk, build: Build) -> Work:
    async def shared(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        await voice.share(await _built(build, desk, voice, str(action.get("value") or ""), voice.user))

    return shared


def _picked(desk: Desk) -> Work:
    async def picked(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer = await _built(order, desk, voice, str(action.get("value") or ""), None)
        await voice.tell(answer, replace=True)

    return picked
