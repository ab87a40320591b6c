"""What `/stuck order` answers: what each side says of an order, and why it is or is not a gap. Pure."""

from collections.abc import Sequence
from datetime import datetime

from bot.lookup import OrderVerdict, OrderView
from bot.slack.cards import buttons, standing, todo, why
from bot.slack.digest import shareable
from bot.slack.escape import safe
from bot.slack.inline import counted, headline, linked, named_order, severity, when
from bot.slack.message import FIELD, TEXT, Block, Message, button, columns, context, section, within
from storage.facts import Fulfillment, Order, Shipment, ShipStationOrder
from storage.gap import STORE_SUBJECT, Gap

CHOICES = 10
"""Orders of one number that are offered to choose from."""
GAPS = 8
"""Gaps of one order that are shown with buttons."""
_VERDICTS: dict[OrderVerdict, str] = {
    "gap": "⚠️ Stuck",
    "healthy": "✅ Healthy",
    "waiting": "⏳ Not stuck: waiting",
    "not_tracked": "⚪ Not tracked",
    "not_found": "❔ Not found",
}


def answer(view: OrderView, typed: str, now: datetime, *, shared_by: str | None = None) -> Message:
    """Return everything about one order; with `shared_by`, as it goes into the channel, without buttons."""
    subject = linked(named_order(view.order), view.links.shopify, view.links.shipstation)
    said = [] if _nowhere(view) else [_shopify(view), _shipstation(view)]
    notes = notes_of(view)
    blocks = [
        section(f"{subject}\n{verdict_of(view)}"),
        *([columns(said)] if said else []),
        *_gaps(view, now, with_buttons=shared_by is None),
        *([context(*notes)] if notes else []),
    ]
    spoken = [
        f"{safe(named_order(view.order), 300)}: {verdict_of(view)}",
        *(_gap(gap, now) for gap in view.gaps[:GAPS]),
        *said,
        *notes,
    ]
    text = within((line.replace("*", "").replace("\n", "; ") for line in spoken), TEXT)
    return shareable(Message(text, blocks), "order", key(view, typed), shared_by)


def preview(view: OrderView, now: datetime) -> Message:
    """Return both sides as last read and the gaps, for below a link that somebody posted: without any button."""
    subject = linked(named_order(view.order), view.links.shopify, view.links.shipstation)
    said = [_shopify(view), _shipstation(view)]
    note = f"Last read {when(view.read_at)}. Now, and to act on it: `/stuck order {safe(view.order, 80)}`"
    blocks = [
        section(f"{subject}\n{verdict_of(view)}"),
        columns(said),
        *_gaps(view, now, with_buttons=False),
        context(note),
    ]
    spoken = [
        f"{safe(named_order(view.order), 300)}: {verdict_of(view)}",
        *(_gap(gap, now) for gap in view.gaps[:GAPS]),
        *said,
    ]
    return Message(within((line.replace("*", "").replace("\n", "; ") for line in spoken), TEXT), blocks)


def verdict_of(view: OrderView) -> str:
    """Return the verdict and why; the gaps of a stuck order say it themselves."""
    if view.verdict == "gap" and view.gaps and view.gaps[0].subject != STORE_SUBJECT:
        return f"{_VERDICTS[view.verdict]}: {counted(len(view.gaps), 'gap')}"
    unknown = view.verdict == "not_found" and view.error is not None
    return f"{'❔ Not known' if unknown else _VERDICTS[view.verdict]}. {safe(view.why, 900)}"


def _nowhere(view: OrderView) -> bool:
    """Whether neither side shows anything, which the verdict says already."""
    return view.verdict == "not_found" and not view.shipstation


def choose(views: Sequence[OrderView], typed: str, *, pick: str = "stuck.pick") -> Message:
    """Return the orders of that number, to choose one; `pick` is what the buttons set off."""
    said = f"{counted(len(views), 'order')} match {safe(typed, 80)}. Which one?"
    return choice(said, [(view, typed) for view in views], pick=pick)


def choice(said: str, views: Sequence[tuple[OrderView, str]], *, pick: str = "stuck.pick") -> Message:
    """Return orders to choose one, each with the number that finds it; `said`, which is safe, stands above them."""
    blocks: list[Block] = [section(said)]
    for view, typed in views[:CHOICES]:
        name = named_order(view.order)
        show = button("Show", pick, key(view, typed), label=f"Show {name}")
        placed = f", placed {when(view.shopify.created_at)}" if view.shopify else ""
        blocks.append(
            section(
                f"{safe(name, 300)} in {safe(view.store, 80)}{placed}: {_VERDICTS[view.verdict]}",
                accessory=show,
            )
        )
    if len(views) > CHOICES:
        blocks.append(context(f"and {len(views) - CHOICES} more: type the number with its prefix or suffix"))
    return Message(said, blocks, private=True)


def key(view: OrderView, typed: str) -> str:
    """Return what finds this very order again: its store, Shopify id and the number as typed."""
    return f"{view.store}|{view.shopify.id if view.shopify else ''}|{typed}"[:150]


def typed_key(typed: str) -> str:
    """Return the key of whatever has the number that somebody typed."""
    return f"||{typed}"


def read_key(text: str) -> tuple[str, str, str]:
    """Return store, Shopify id and number of a key; what was typed may have bars of its own."""
    store, order_id, typed = text.split("|", 2)
    return store, order_id, typed


def found_again(views: Sequence[OrderView], store: str, order_id: str) -> list[OrderView]:
    """Return the views that such a key means; all of them when it names none."""
    exact = [
        view
        for view in views
        if view.store == store and (view.shopify.id if view.shopify else "") == order_id
    ]
    return exact or list(views)


def notes_of(view: OrderView) -> list[str]:
    """Return when it was read, when it is looked at again, and what could not be read."""
    if view.error and view.verdict == "not_found":
        return []
    notes = [f"Read {when(view.read_at)}."]
    if view.look_again_at is not None:
        notes.append(f"It will be looked at again {when(view.look_again_at)}.")
    if view.error:
        notes.append(f"⚠️ {safe(view.error, 600)}")
    return notes


def _gaps(view: OrderView, now: datetime, *, with_buttons: bool) -> list[Block]:
    blocks: list[Block] = []
    for gap in view.gaps[:GAPS]:
        blocks.append(section(_gap(gap, now)))
        if with_buttons:
            blocks.append(buttons(gap, now))
    return blocks


def _gap(gap: Gap, now: datetime) -> str:
    weight = f"{severity(gap.severity)} · since {when(gap.finding.since)} · {standing(gap, now)}"
    return f"*{headline(gap, 600)}*\n{weight}\n{why(gap)}\n{todo(gap)}"


def _nothing(view: OrderView) -> str:
    """Return what an empty side means: no such order, or only that none is known while a side cannot be read."""
    return "no such order was seen so far" if view.error else "shows no such order"


# ---------------------------------------------------------------- what Shopify says


def _shopify(view: OrderView) -> str:
    if view.shopify is None:
        return f"*Shopify*\n{_nothing(view)}"
    return within(["*Shopify*", *_order_lines(view.shopify)], FIELD)


def _order_lines(order: Order) -> list[str]:
    lines = [
        f"Payment: {words(order.financial_status)}",
        f"Fulfilment: {words(order.fulfillment_status)}",
        f"Placed {when(order.created_at)}",
    ]
    if order.cancelled_at:
        lines.append(f"Cancelled {when(order.cancelled_at)}")
    if order.closed_at:
        lines.append(f"Archived {when(order.closed_at)}")
    return [*lines, *_holds(order), *(_fulfillment(each) for each in order.fulfillments)]


def _holds(order: Order) -> list[str]:
    """Return why Shopify holds parts of the order back."""
    parts = order.detail.fulfillment_orders if order.detail else ()
    return [f"On hold: {words(hold.display_reason or hold.reason)}" for part in parts for hold in part.holds]


def _fulfillment(each: Fulfillment) -> str:
    numbers = [tracking.number for tracking in each.tracking if tracking.number]
    told = f"tracking {safe(', '.join(numbers), 200)}" if numbers else "no tracking number"
    what = "Fulfilled" if each.status == "SUCCESS" else f"Fulfilment {words(each.status)}"
    return f"{what} {when(each.created_at)}, {told}"


# ---------------------------------------------------------------- what ShipStation says


def _shipstation(view: OrderView) -> str:
    if not view.shipstation:
        return f"*ShipStation*\n{_nothing(view)}"
    orders = [_order(each) for each in view.shipstation]
    parcels = [_shipment(each) for each in view.shipments] or ["No label and no shipment"]
    return within(["*ShipStation*", *orders, *parcels], FIELD)


def _order(order: ShipStationOrder) -> str:
    parts = [f"Order {safe(order.number, 80)}: {words(order.status)}"]
    if order.hold_until:
        parts.append(f"held until {order.hold_until.isoformat()}")
    if order.merged_ids:
        parts.append(f"combined from {counted(len(order.merged_ids), 'other order')}")
    elif order.parent_id:
        parts.append("part of a split order")
    if order.externally_fulfilled:
        parts.append(f"shipped by {safe(order.externally_fulfilled_by or 'somebody else', 80)}")
    return ", ".join(parts)


def _shipment(shipment: Shipment) -> str:
    what = (
        "Return label"
        if shipment.return_label
        else "Label"
        if shipment.kind == "label"
        else "Marked as shipped"
    )
    number = f"tracking {safe(shipment.tracking, 80)}" if shipment.tracking else "no tracking number"
    return f"{what} {when(shipment.created_at)}, {number}, {_told(shipment)}"


def _told(shipment: Shipment) -> str:
    """Return what ShipStation says about notifying Shopify."""
    if shipment.voided:
        return "voided"
    if shipment.notify_error:
        return f"notifying Shopify failed: {safe(shipment.notify_error, 300)}"
    if shipment.notified is None:
        return "not known whether Shopify was notified"
    return "Shopify notified" if shipment.notified else "Shopify not notified"


def words(status: str | None) -> str:
    """Return a system's own status in its own words: `PARTIALLY_FULFILLED` becomes `partially fulfilled`."""
    return safe(status.replace("_", " ").lower(), 80) if status else "not said"
