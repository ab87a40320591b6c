"""What is left of an order of which a part has been shipped."""

from datetime import date

from storage.facts import Hold, Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import CAP, MUG, TEE, UPS

REST = "aging.remainder"
DUE = 5.5
"""Wednesday 15:30 in New York: the cutoff and its grace."""
REST_DUE = DUE + 48
"""Friday 15:30."""


def half(s: Scene) -> Scene:
    """The mug has left and Shopify knows; the tees wait in a row of their own."""
    return s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}).fulfil({MUG: 1}, s.number)


_REST = [
    gap("a split order's second half was overlooked", REST, half, REST_DUE, "forgotten_child"),
    gap(
        "the second half is tagged as a backorder",
        REST,
        lambda s: half(s).now_row(2, tag_ids=(5,)),
        REST_DUE,
        "backorder",
    ),
    gap(
        "the second half is on hold without an end",
        REST,
        lambda s: half(s).now_row(2, status="on_hold"),
        REST_DUE,
        "backorder",
    ),
    gap(
        "ShipStation calls the whole order shipped, and the parcel held only the mug",
        REST,
        lambda s: s.ship({MUG: 1}).fulfil({MUG: 1}, s.number),
        REST_DUE,
        "not_in_any_parcel",
    ),
    gap(
        "the second half was cancelled in ShipStation",
        REST,
        lambda s: half(s).now_row(2, status="cancelled"),
        REST_DUE,
        "not_in_any_parcel",
    ),
    gap(
        "the row of the rest is in a status that nobody knows",
        REST,
        lambda s: half(s).now_row(2, status="planning"),
        REST_DUE,
        "unknown",
    ),
    gap(
        "one tee of two is left of a parcel",
        REST,
        lambda s: s.ship({MUG: 1, TEE: 1}).fulfil({MUG: 1, TEE: 1}, s.number),
        REST_DUE,
        "not_in_any_parcel",
    ),
    gap(
        "the rest is overlooked and the first parcel was never told",
        f"{REST} sync.unfulfilled",
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}),
        REST_DUE,
        "forgotten_child",
    ),
    gap(
        "the new item of an exchange was never sent",
        REST,
        lambda s: (
            s.ship(hours=1)
            .fulfil(None, s.number, hours=1)
            .refund(hours=30, status="PARTIALLY_REFUNDED")
            .add_line(hours=31)
        ),
        149.5,
        "not_in_any_parcel",
    ),
    near("a minute before two working days have passed", REST, half, REST_DUE - MINUTE, "waiting"),
    near(
        "the weekend does not count for the rest either",
        REST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2}, hours=30)
            .ship({MUG: 1}, hours=31)
            .fulfil({MUG: 1}, s.number, hours=31)
        ),
        99,
        "waiting",
    ),
    near(
        "the rest is held in Shopify",
        REST,
        lambda s: (
            s.two_parts({}, {"status": "ON_HOLD", "holds": (Hold("INVENTORY_OUT_OF_STOCK"),)})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
        99,
        "waiting",
    ),
    near(
        "the rest is scheduled in Shopify",
        REST,
        lambda s: (
            s.two_parts({}, {"status": "SCHEDULED", "fulfill_at": s.at(400)})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
        99,
    ),
    near(
        "ShipStation holds the rest until a day to come",
        REST,
        lambda s: half(s).now_row(2, status="on_hold", hold_until=date(2026, 12, 4)),
        99,
        "waiting",
    ),
    near(
        "ShipStation keeps the rest until a day to come without calling it held",
        REST,
        lambda s: half(s).now_row(2, hold_until=date(2026, 12, 4)),
        99,
    ),
    near(
        "the rest was refunded", REST, lambda s: s.ship({MUG: 1}).fulfil({MUG: 1}, s.number).refund({TEE: 2})
    ),
    near(
        "the rest is digital",
        REST,
        lambda s: s.only({MUG: 1}).digital().row(units={MUG: 1}).ship({MUG: 1}).fulfil({MUG: 1}, s.number),
    ),
    near(
        "another location ships the rest",
        REST,
        lambda s: (
            s.two_parts({}, {"request_status": "ACCEPTED", "location": "3PL"})
            .row(units={MUG: 1})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
    ),
    near(
        "the rest left in a second parcel",
        REST,
        lambda s: half(s).ship({TEE: 2}, UPS, row=2, hours=30).fulfil({TEE: 2}, UPS, hours=30),
    ),
    near(
        "everything left in one parcel with a free sample",
        REST,
        lambda s: s.ship(items=(*s.items({MUG: 1, TEE: 2}), Item(None, "SAMPLE", 1))).fulfil(None, s.number),
    ),
    near(
        "the parcel held a bundle that stands for all of it",
        REST,
        lambda s: (
            s.row(items=(Item(None, "SET", 1),)).ship(items=(Item(None, "SET", 1),)).fulfil(None, s.number)
        ),
    ),
    near(
        "a line was added and is on its way to ShipStation",
        REST,
        lambda s: s.ship().fulfil(None, s.number).add_line(CAP, hours=60),
        80,
        "waiting",
    ),
]
SCENARIOS = [*_REST]
