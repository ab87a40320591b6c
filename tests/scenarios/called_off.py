"""Orders that Shopify called off or saw shipped: still open in ShipStation, or shipped all the same."""

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.things import CAP, MUG, SURVIVOR, TEE, UPS

OPEN = "sync.open_after_fulfillment"
AFTER = "sync.shipped_after_cancel"


CANCELLED = "import.cancel_not_propagated"


_CANCELLED = [
    gap("cancelled before the import saw it", CANCELLED, lambda s: s.row().cancel(3), 3.25, "import_not_run"),
    gap(
        "cancelled, and on hold there",
        CANCELLED,
        lambda s: s.row(status="on_hold").cancel(),
        9,
        "import_not_run",
    ),
    gap(
        "cancelled, and half of a split is still open",
        CANCELLED,
        lambda s: s.split({MUG: 1}, {TEE: 2}).cancel(),
        9,
        "split_order",
    ),
    gap(
        "cancelled after it was combined into an open order",
        CANCELLED,
        lambda s: s.combined().cancel(),
        9,
        "split_order",
    ),
    gap(
        "cancelled when it was three weeks old",
        CANCELLED,
        lambda s: s.row().cancel(21 * 24),
        21 * 24 + 1,
        "too_old",
    ),
    gap(
        "ShipStation changed the row since and kept it open",
        CANCELLED,
        lambda s: s.row(modified_at=s.at(5)).cancel(),
        9,
        "unknown",
    ),
    gap(
        "wholly refunded, not cancelled, and still open",
        CANCELLED,
        lambda s: s.row().refund(),
        9,
        "import_not_run",
    ),
    gap(
        "the money went back and the lines stayed",
        CANCELLED,
        lambda s: s.row().refund({}, status="REFUNDED"),
        9,
        "import_not_run",
    ),
    gap(
        "every line was edited away",
        CANCELLED,
        lambda s: s.row().take_out({MUG: 1, TEE: 2}),
        9,
        "import_not_run",
    ),
    gap(
        "a part was shipped before it was cancelled, the rest is open",
        CANCELLED,
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}, hours=1).fulfil({MUG: 1}, s.number).cancel(),
        9,
        "split_order",
    ),
    gap(
        "refunded, known from the list only",
        CANCELLED,
        lambda s: s.row().listed().change(financial_status="REFUNDED", updated_at=s.at(3)),
        9,
    ),
    near("cancelled fourteen minutes ago", CANCELLED, lambda s: s.row().cancel(3), 3.25 - MINUTE, "waiting"),
    near(
        "cancelled in both systems long ago",
        CANCELLED,
        lambda s: s.row(status="cancelled").cancel(),
        expected="not_tracked",
    ),
    near(
        "cancelled after it was shipped",
        CANCELLED,
        lambda s: s.ship().cancel(20),
        expected="not_tracked",
        says="after it had been shipped",
    ),
    near("only a part was refunded", CANCELLED, lambda s: s.row().refund({TEE: 2}), 3.3, "waiting"),
    near("cancelled and never imported", CANCELLED, lambda s: s.cancel(), expected="not_tracked"),
    near(
        "cancelled while it awaits its payment there",
        CANCELLED,
        lambda s: s.row(status="awaiting_payment").cancel(),
        expected="not_tracked",
    ),
    near(
        "a cancelled test order",
        CANCELLED,
        lambda s: s.row().cancel().change(test=True),
        expected="not_tracked",
    ),
    near(
        "the goods were exchanged for others that are to ship",
        CANCELLED,
        lambda s: (
            s.row(1, status="shipped")
            .ship(hours=1)
            .fulfil(None, s.number, hours=1)
            .refund(hours=30, status="PARTIALLY_REFUNDED")
            .add_line(hours=31)
            .row(2, {CAP: 1}, hours=31, key="exchange")
        ),
        32,
        "waiting",
    ),
    near(
        "digital lines are left after a partial refund",
        CANCELLED,
        lambda s: (
            s.digital()
            .row(status="shipped")
            .ship()
            .fulfil(None, s.number)
            .refund({MUG: 1, TEE: 2}, hours=200, status="PARTIALLY_REFUNDED")
        ),
        300,
    ),
]


_OPEN = [
    gap(
        "a provider fulfilled it and ShipStation still has it open",
        OPEN,
        lambda s: s.row().fulfil(None, UPS, service="Acme 3PL", hours=1),
        3,
        "fulfilled_elsewhere",
    ),
    gap(
        "somebody shipped it outside, with a number of their own",
        OPEN,
        lambda s: s.row().fulfil(None, UPS, hours=1),
        3,
        "fulfilled_elsewhere",
    ),
    gap(
        "it was marked as fulfilled by hand", OPEN, lambda s: s.row().fulfil(hours=1), 3, "fulfilled_by_hand"
    ),
    gap(
        "an export says that it was fulfilled, and no more",
        OPEN,
        lambda s: s.row().fulfil(hours=1, id="1/fulfilled"),
        3,
        "unknown",
    ),
    gap(
        "one part was fulfilled at payment, the other by hand an hour later",
        OPEN,
        lambda s: s.row().fulfil({MUG: 1}, hours=0.01).fulfil({TEE: 2}, hours=1),
        3,
        "fulfilled_by_hand",
    ),
    gap(
        "both halves of a split are open after it was fulfilled",
        OPEN,
        lambda s: s.split({MUG: 1}, {TEE: 2}).fulfil(hours=1),
        9,
        "fulfilled_by_hand",
    ),
    gap(
        "it came by number and was fulfilled in two goes",
        OPEN,
        lambda s: s.row(key=None).fulfil({MUG: 1}, hours=1).fulfil({TEE: 2}, hours=2),
        4,
        "fulfilled_by_hand",
    ),
    gap(
        "what was not fulfilled was refunded, and ShipStation has all of it open",
        OPEN,
        lambda s: s.row().fulfil({MUG: 1}, UPS, hours=1).refund({TEE: 2}, hours=2),
        4,
        "fulfilled_elsewhere",
    ),
    gap(
        "ShipStation has imported since and kept it open",
        OPEN,
        lambda s: s.shop(1, refreshed_at=s.at(2)).row().fulfil(hours=1),
        3,
        "fulfilled_by_hand",
    ),
    gap(
        "ShipStation has not imported for six hours",
        OPEN,
        lambda s: s.shop(1, refreshed_at=s.at(0)).row().fulfil(hours=1),
        7,
        "fulfilled_by_hand",
    ),
    near(
        "fulfilled a minute less than two hours ago",
        OPEN,
        lambda s: s.row().fulfil(hours=1),
        3 - MINUTE,
        "waiting",
    ),
    near(
        "ShipStation's next import has still to close it",
        OPEN,
        lambda s: s.shop(1, refreshed_at=s.at(0)).row().fulfil(hours=1),
        7 - MINUTE,
        "waiting",
    ),
    near(
        "Shopify fulfils this shop's orders at payment",
        OPEN,
        lambda s: s.row(hours=0.2).fulfil(hours=0.01),
        3,
    ),
    near("ShipStation has closed it", OPEN, lambda s: s.row(status="shipped").fulfil(None, UPS), 20),
    near("ShipStation has cancelled it", OPEN, lambda s: s.row(status="cancelled").fulfil(None, UPS), 20),
    near(
        "only the mug was fulfilled outside",
        OPEN,
        lambda s: s.rule(handling_days=3).row().fulfil({MUG: 1}, UPS, hours=1),
        9,
        "waiting",
    ),
    near(
        "the fulfilment was cancelled again",
        OPEN,
        lambda s: s.rule(handling_days=3).row().fulfil(None, UPS, hours=1, status="CANCELLED"),
        9,
        "waiting",
    ),
    near(
        "a new label was made before the old one was voided",
        OPEN,
        lambda s: s.ship(number=UPS).fulfil(None, UPS, s.number).ship(items=(), hours=4.5).void(0, hours=5),
    ),
    near(
        "it was refunded as well",
        OPEN,
        lambda s: s.row(status="cancelled").fulfil().refund(hours=20),
        expected="not_tracked",
    ),
]


_AFTER = [
    gap(
        "its label was made an hour after it was cancelled",
        AFTER,
        lambda s: s.cancel(3).ship(hours=4),
        4,
        "import_lag",
    ),
    gap(
        "marked as shipped after it was cancelled",
        AFTER,
        lambda s: s.cancel(3).mark(hours=5),
        9,
        "import_lag",
    ),
    gap(
        "ShipStation had cancelled it, too, and it was shipped",
        AFTER,
        lambda s: s.row(2, parent_id=1, key="b", status="cancelled").cancel(3).ship(hours=4),
        9,
        "labelled_all_the_same",
    ),
    gap(
        "shipped after everything was refunded",
        AFTER,
        lambda s: s.refund(hours=3).ship(hours=4),
        9,
        "import_lag",
    ),
    gap(
        "the order it was combined into was shipped after it was cancelled",
        AFTER,
        lambda s: s.combined().cancel(3).ship(row=5, order_key=SURVIVOR, items=s.rows[-1].items),
        9,
        "import_lag",
    ),
    gap(
        "one half left before it was cancelled and one after",
        AFTER,
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}, UPS, hours=2).cancel(3).ship({TEE: 2}, row=2),
        9,
        "import_lag",
    ),
    near(
        "its label was made just before it was cancelled",
        AFTER,
        lambda s: s.ship().cancel(4),
        9,
        "not_tracked",
    ),
    near(
        "the clocks differ by less than a minute",
        AFTER,
        lambda s: s.cancel(4).ship(hours=4 + MINUTE / 2),
        9,
        "not_tracked",
    ),
    near(
        "the label that was made afterwards was voided",
        AFTER,
        lambda s: s.cancel(3).ship(hours=4).void(hours=5).now_row(status="cancelled"),
        9,
        "not_tracked",
    ),
    near(
        "a return label was made after it was cancelled",
        AFTER,
        lambda s: s.ship(hours=2).cancel(3).give_back(hours=4),
        9,
        "not_tracked",
    ),
    near(
        "only a part was refunded before it was shipped",
        AFTER,
        lambda s: s.refund({TEE: 2}, hours=3).ship().fulfil(None, s.number),
    ),
    near(
        "the goods came back and were refunded, then a return label was made",
        AFTER,
        lambda s: s.ship().fulfil(None, s.number).refund(hours=200).give_back(hours=201),
        300,
    ),
    near(
        "the lines were edited away at a time that nobody knows",
        AFTER,
        lambda s: s.ship().take_out({MUG: 1, TEE: 2}, hours=3),
        9,
        "not_tracked",
        says="ask the warehouse",
    ),
    near(
        "the combined parcel that left later carries none of its lines",
        AFTER,
        lambda s: (
            s.combined().cancel(3).ship(row=5, order_key=SURVIVOR, items=(Item("14000000000900", "CAP", 1),))
        ),
        9,
        "not_tracked",
    ),
    near(
        "a replacement of a cancelled order left from the manual store",
        AFTER,
        lambda s: (
            s.row(status="cancelled")
            .cancel(3)
            .row(2, store_id=9, key="uuid")
            .ship(row=2, order_key="uuid", store_id=9)
        ),
        9,
        "not_tracked",
    ),
]
SCENARIOS = [*_CANCELLED, *_OPEN, *_AFTER]
