"""The texts of the checklist: what an operator asks in which direction, and where to look (domain.md 1)."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["there", "back", "then"]
DIRECTIONS: dict[Direction, str] = {
    "there": "Shopify → ShipStation",
    "back": "ShipStation → Shopify",
    "then": "And then",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the checklist."""

    code: str
    direction: Direction
    question: str
    look: str
    """Where a person finds the answer, in a sentence."""
    kinds: frozenset[str] = frozenset()
    """Kinds of gaps that leave it open."""


OF_ORDER = (
    Line(
        "ready",
        "there",
        "Ready to ship?",
        "Shopify: paid, not held, not archived, and something on it needs shipping. What is not ready may be missing in ShipStation.",
        frozenset({"import.archived_unfulfilled"}),
    ),
    Line(
        "imported",
        "there",
        "Imported?",
        "ShipStation: search the number in all stores and all statuses.",
        frozenset({"import.missing", "store.import_stalled"}),
    ),
    Line(
        "once",
        "there",
        "Imported only once?",
        "ShipStation: two orders of one number are shipped twice, unless they are parts of a split one.",
        frozenset({"import.duplicate"}),
    ),
    Line(
        "store",
        "there",
        "In the right store?",
        "ShipStation: it stands in this shop's store, and that store is active.",
        frozenset({"import.wrong_store"}),
    ),
    Line(
        "status",
        "there",
        "In the right status?",
        "ShipStation: Awaiting Shipment, or a hold that has a reason and an end. What Shopify cancelled is cancelled.",
        frozenset(
            {
                "import.wrong_status",
                "import.cancel_not_propagated",
                "aging.hold_overdue",
                "aging.provider_stuck",
                "sync.open_after_fulfillment",
            }
        ),
    ),
    Line(
        "units",
        "there",
        "All units there?",
        "Both: compare the quantities line by line. Edited orders, and orders imported while on hold, fall short.",
        frozenset({"import.items_short"}),
    ),
    Line(
        "label",
        "there",
        "Label made?",
        "ShipStation: before the cutoff. Without a label look at carrier, service, address, tags and holds.",
        frozenset({"aging.past_cutoff", "aging.at_risk", "aging.remainder"}),
    ),
    Line(
        "shipped_once",
        "back",
        "Shipped once, and nothing after a cancellation?",
        "ShipStation: one live label for each unit, and none younger than the cancellation or refund.",
        frozenset({"sync.double_ship", "sync.shipped_after_cancel"}),
    ),
    Line(
        "notified",
        "back",
        "Shopify notified?",
        "ShipStation: the shipment says Notified, Failed with a reason, or nothing yet.",
        frozenset({"store.notify_outage"}),
    ),
    Line(
        "fulfilled",
        "back",
        "Fulfilled in Shopify?",
        "Shopify: the order shows a fulfilment for the parcel that left.",
        frozenset({"sync.unfulfilled", "sync.ghost_fulfillment"}),
    ),
    Line(
        "quantities",
        "back",
        "All shipped units fulfilled?",
        "Both: of a split or partial order every parcel counts.",
        frozenset({"sync.partial"}),
    ),
    Line(
        "tracking",
        "back",
        "Right tracking number?",
        "Both: Shopify shows the number of the parcel on its way, not that of a voided label, with its carrier.",
        frozenset(
            {
                "sync.tracking_missing",
                "sync.tracking_mismatch",
                "sync.tracking_incomplete",
                "sync.no_tracking_anywhere",
            }
        ),
    ),
)
"""Of one order, in the order in which an operator goes through it."""

OF_STORE = (
    Line("read", "there", "Both systems read?", "stuck: when both were last read completely."),
    Line(
        "connected",
        "there",
        "Shop connected?",
        "ShipStation: Settings > Selling Channels > Store Setup shows this shop once, active, without an exclamation mark.",
    ),
    Line(
        "automatic",
        "there",
        "Automatic import on?",
        "ShipStation: it switches itself off after a connection error, without telling.",
    ),
    Line(
        "importing",
        "there",
        "Import fresh?",
        "ShipStation: the newest order of the shop is there.",
        frozenset({"store.import_stalled"}),
    ),
    Line(
        "orders",
        "there",
        "Every order imported, once and whole?",
        "stuck: `/stuck list import`.",
    ),
    Line("cutoffs", "there", "Nothing past its cutoff?", "stuck: `/stuck list aging`."),
    Line(
        "can_notify",
        "back",
        "Can ShipStation notify this shop?",
        "ShipStation: the store's marketplace takes notifications at all.",
    ),
    Line(
        "setting",
        "back",
        "Notification setting the same in stuck?",
        "ShipStation: the store's notification setting, beside `notify` in stuck.toml.",
    ),
    Line(
        "notifying",
        "back",
        "Notifications arrive?",
        "ShipStation: no run of shipments that say Failed, or nothing.",
        frozenset({"store.notify_outage"}),
    ),
    Line("parcels", "back", "Every parcel shown in Shopify?", "stuck: `/stuck list sync`."),
)
"""Of a whole store."""

OWNER = Line(
    "owner",
    "then",
    "Has each gap an owner?",
    "Somebody who tries again, asks support, and sees that it ends.",
)
"""What both lists end with: a gap without an owner is itself the failure."""
