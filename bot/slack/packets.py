"""Windows with texts to take along: the whole story, a packet for ShipStation's support, a draft for the customer."""

from collections.abc import Sequence

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.gaps.customer import DRAFTS, NOTHING_TO_TELL
from bot.gaps.support import Packet
from bot.lookup import OrderView
from bot.slack import cards, wording
from bot.slack.clicks import Click, Listener, Subject
from bot.slack.desk import Desk
from bot.slack.escape import clean, safe
from bot.slack.inline import order_name
from bot.slack.message import Block, actions, button, context, divider, section, within
from bot.slack.people import People
from bot.slack.window import INPUT, View, about, field, open_window, still_there, window
from storage.gap import Event, Gap

READ_ONLY = ("support", "customer")
"""Windows of which nothing comes back: they are for copying from."""
COPY = "Click into the text, select all of it, and copy. What you change here is kept nowhere."


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the windows that are only closed."""
    for callback in READ_ONLY:
        app.view(callback)(_closed())


def _closed() -> Listener:
    async def closed(ack: AsyncAck) -> None:
        await ack()

    return closed


# ---------------------------------------------------------------- the whole story


async def open_details(desk: Desk, people: People, click: Click) -> None:
    """Show how it stands, everything that happened to it, and the texts that can be taken along."""
    gap = await still_there(desk, click)
    if gap is not None:
        await open_window(click, _details_view(desk, gap, await desk.history(gap.id), click))


def _details_view(desk: Desk, gap: Gap, events: Sequence[Event], click: Click) -> View:
    texts = [
        button("Copy for ShipStation support", "gap.support", cards.target(gap)),
        button("Customer reply", "gap.customer", cards.target(gap)),
    ]
    blocks: list[Block] = [
        about(gap),
        context(cards.standing(gap, desk.clock.now())),
        actions(texts),
        divider(),
        section("*What happened*"),
        section(wording.story(events, gap)),
    ]
    return window("details", order_name(gap), Subject(gap.id, gap.revision, click.place), blocks)


# ---------------------------------------------------------------- for ShipStation's support


async def open_support(desk: Desk, people: People, click: Click) -> None:
    """Show one text for ShipStation's support, to be copied."""
    gap = await still_there(desk, click)
    if gap is None:
        return
    known = await _known(desk, gap)
    rules = desk.rules(gap.store)
    packet = Packet(
        gap,
        await desk.history(gap.id),
        known.shipstation if known else (),
        known.shipments if known else (),
        rules.shop,
        rules.timezone,
    )
    lines = [_kept(line) for line in packet.text().split("\n")]
    text = within(lines, INPUT - 100)
    note = "As both systems were read last; `/stuck order` reads them now."
    blocks = [about(gap), _copied("Text for ShipStation's support", text), context(note)]
    subject = Subject(gap.id, gap.revision, click.place)
    await open_window(click, window("support", "ShipStation support", subject, blocks, "Done"))


def _kept(line: str) -> str:
    """Return one line of plain text, harmless, with the space that sets it in."""
    return f"{'  ' if line.startswith('  ') else ''}{clean(line)}"


async def _known(desk: Desk, gap: Gap) -> OrderView | None:
    """Return both sides of its order as they were read last; None for a gap of the whole store."""
    shop = desk.rules(gap.store).shop
    return await desk.known_by_id(shop, gap.order_id) if gap.order_id else None


# ---------------------------------------------------------------- for the customer


async def open_customer(desk: Desk, people: People, click: Click) -> None:
    """Show a reply to the customer that a person can finish and paste, or why there is nothing to tell."""
    gap = await still_there(desk, click)
    if gap is None:
        return
    known = await _known(desk, gap)
    numbers = (
        [parcel.tracking for parcel in known.shipments if parcel.live and parcel.tracking] if known else []
    )
    blocks = [about(gap), *_reply(gap, numbers)]
    subject = Subject(gap.id, gap.revision, click.place)
    submit = "Done" if gap.kind in DRAFTS else ""
    await open_window(click, window("customer", "Customer reply", subject, blocks, submit))


def _reply(gap: Gap, numbers: Sequence[str]) -> list[Block]:
    draft = DRAFTS.get(gap.kind)
    if draft is None:
        why = NOTHING_TO_TELL.get(gap.kind, "There is no draft for this kind of gap.")
        return [section(f"*Nothing to tell the customer.* {safe(why, 600)}")]
    text = draft.written(clean(gap.order or "[order number]"), [clean(number) for number in numbers])
    return [
        section(f"*Check first:* {safe(draft.check, 600)}"),
        _copied("Draft for the customer", text[:INPUT]),
        context("What stands in brackets is for you to fill in. stuck knows no names and sends nothing."),
    ]


def _copied(label: str, text: str) -> Block:
    element = {"type": "plain_text_input", "multiline": True, "initial_value": text}
    return field("text", label, element, hint=COPY)
