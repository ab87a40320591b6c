"""`/stuck …`: what each word answers, privately or shared, and the buttons on those answers."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StuckError
from bot.lookup import OrderView
from bot.slack import answers, audits, checklist, digest, listing, replies
from bot.slack.clicks import Listener, Voice, Work, may_act, on_press, patiently, voice_of
from bot.slack.desk import Desk
from bot.slack.digests import command as digests
from bot.slack.escape import safe
from bot.slack.message import Message
from bot.slack.noise import command as noise
from bot.slack.people import People
from bot.slack.tuning import command as tuning
from bot.slack.wanted import read_wanted

COMMAND = "/stuck"
AUDIT, SHARE = "audit", "share"
NUMBER = 100
"""Characters of an order number that are looked up."""

Build = Callable[[Desk, Voice, str, str | None], Awaitable[Message]]
"""What builds an answer from the desk, who asks, what they asked about, and who shares it (None: private)."""


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the command and to the buttons on its answers."""
    app.command(COMMAND)(_typed(desk, people))
    for what, build in ANSWERS.items():
        app.action(f"share.{what}")(on_press(people, _shared(desk, build)))
    for pick, build in PICKS.items():
        app.action(pick)(on_press(people, _picked(desk, build)))


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
            return
        sharing = word == SHARE
        if sharing:
            word, rest = read_command(rest)
        refused = _not_an_answer(word, rest, sharing=sharing)
        if refused is not None:
            await voice.tell(refused)
        elif await may_act(people, context, body, voice):
            shared_by = voice.user if sharing else None
            answer = await _built(ANSWERS[word], desk, voice, answers.typed_key(rest), shared_by)
            await (voice.share(answer, otherwise=replies.NOT_POSTED) if sharing else voice.tell(answer))

    return typed


def _not_an_answer(word: str, rest: str, *, sharing: bool) -> Message | None:
    """Return what to type instead, where these words ask for nothing that can be answered or shared."""
    if word not in ANSWERS:
        return replies.private(replies.WHAT_TO_SHARE) if sharing else replies.help_text(word)
    return replies.private(replies.WHICH_ORDER) if word == "order" and not rest else None


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
    number = answers.read_key(about)[2]
    views = await looked_up(desk, voice, about)
    if len(views) > 1:
        return answers.choose(views, number)
    return answers.answer(views[0], number, desk.clock.now(), shared_by=shared_by)


async def checklist_(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return the operator's checklist: as it is, or ticked for the order or store that some words name."""
    if not about.startswith("||"):
        return await _ticked_order(desk, voice, about, shared_by)
    stores = {store.rules.name: store.rules for store in desk.stores}
    what, name = checklist.read_about(answers.read_key(about)[2], stores)
    if what == "list":
        return checklist.general(shared_by=shared_by)
    if what == "order":
        return await _ticked_order(desk, voice, answers.typed_key(name), shared_by)
    if name not in stores:
        return checklist.which_store(name, list(stores))
    seen, gaps = await desk.store_seen(stores[name])
    return checklist.for_store(seen, gaps, shared_by=shared_by)


async def _ticked_order(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    number = answers.read_key(about)[2]
    if not number:
        return replies.private(replies.WHICH_ORDER)
    views = await looked_up(desk, voice, about)
    if len(views) > 1:
        return answers.choose(views, number, pick="stuck.pick_checklist")
    return checklist.for_order(views[0], number, desk.clock.now(), shared_by=shared_by)


async def looked_up(desk: Desk, voice: Voice, about: str) -> list[OrderView]:
    """Return the orders that a key means, read now; if there is none, the one answer that says the most about why."""
    store, order_id, number = answers.read_key(about)
    views = worth_showing(await patiently(voice, desk.look_up(number)))
    return answers.found_again(views, store, order_id)


def worth_showing(views: tuple[OrderView, ...]) -> list[OrderView]:
    """Return the orders that were found; if none was, the one answer that says the most about why."""
    found = [view for view in views if view.verdict != "not_found"]
    return found or sorted(views, key=lambda view: (view.error is None, not view.shipstation))[:1]


ANSWERS: dict[str, Build] = {
    "summary": summary,
    "order": order,
    "list": list_,
    "checklist": checklist_,
    "mine": mine,
    "digest": digests.digest,
    "noise": noise.noise,
    "settings": tuning.settings,
}
PICKS: dict[str, Build] = {"stuck.pick": order, "stuck.pick_checklist": checklist_}
"""What a choice between several orders leads to."""


# ---------------------------------------------------------------- buttons on answers


def _shared(desk: Desk, build: Build) -> Work:
    async def shared(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        await voice.share(await _built(build, desk, voice, str(action.get("value") or ""), voice.user))

    return shared


def _picked(desk: Desk, build: Build) -> Work:
    async def picked(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        answer = await _built(build, desk, voice, str(action.get("value") or ""), None)
        await voice.tell(answer, replace=True)

    return picked
