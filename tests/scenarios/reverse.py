"""Shopify says done or called off, and ShipStation ships: ghosts, open rows, two labels, parcels after the end."""

from datetime import timedelta

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import MUG, OTHER, SURVIVOR, TEE, UPS, Scene

GHOST = "sync.ghost_fulfillment"
OPEN = "sync.open_after_fulfillment"
DOUBLE = "sync.double_ship"
AFTER = "sync.shipped_after_cancel"


def voided(s: Scene, **fields: object) -> Scene:
    """Told, and voided at hour 6."""
    return s.ship(**fields).fulfil(None, s.number).void(hours=6)


_GHOST = [
    gap("its label was voided after Shopify had been told", GHOST, voided, 7, "void_after_notify"),
    gap(
        "voided, and put on hold in ShipStation",
        GHOST,
        lambda s: voided(s).now_row(status="on_hold"),
        9,
        "void_after_notify",
    ),
    gap(
        "Shopify itself shows the label as voided",
        GHOST,
        lambda s: s.ship(notified=None).fulfil(None, s.number, display_status="LABEL_VOIDED").void(hours=6),
        9,
        "void_after_notify",
    ),
    gap(
        "two labels, both voided",
        GHOST,
        lambda s: (
            s.ship({MUG: 1})
            .ship({TEE: 2}, UPS)
            .fulfil({MUG: 1}, s.number)
            .fulfil({TEE: 2}, UPS)
            .void(0)
            .void(1)
        ),
        9,
        "void_after_notify",
    ),
    gap(
        "one half of a split was voided, the other is on its way",
        GHOST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .ship({TEE: 2}, row=2)
            .fulfil({MUG: 1}, UPS)
            .fulfil({TEE: 2}, s.number)
            .void(1)
        ),
        9,
        "void_after_notify",
    ),
    gap(
        "voided, and ShipStation does not say whether it had told Shopify",
        GHOST,
        lambda s: voided(s, notified=None),
        9,
        "void_after_notify",
    ),
    near(
        "one third of a split was relabelled, while another third waits",
        GHOST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 1}, {TEE: 1})
            .rule(handling_days=2)
            .ship({MUG: 1}, UPS)
            .fulfil({MUG: 1}, UPS)
            .void(0, hours=5)
            .ship({MUG: 1}, OTHER, hours=6)
            .ship({TEE: 1}, row=2, hours=6)
            .fulfil({TEE: 1}, s.number, hours=6)
        ),
        9,
        "sync.tracking_mismatch",
    ),
    near("voided less than an hour ago", GHOST, voided, 7 - MINUTE, "waiting"),
    near(
        "voided, and shipped again before the hour was over",
        GHOST,
        lambda s: voided(s).ship(number=UPS, hours=6.5),
        12,
        "sync.tracking_mismatch",
    ),
    near(
        "voided before Shopify was told",
        GHOST,
        lambda s: s.ship(hours=1, notified=False).void(hours=2),
        3,
        "waiting",
    ),
    near("voided, and the order was refunded", GHOST, lambda s: voided(s).refund(hours=6), 6.2, "waiting"),
    near("voided, and the row was cancelled too", GHOST, lambda s: voided(s).now_row(status="cancelled"), 9),
    near(
        "Shopify shows a live number beside the dead one",
        GHOST,
        lambda s: s.ship(number=UPS).void(hours=5).ship(hours=6).fulfil(None, UPS, s.number),
        99,
    ),
    near(
        "one half was voided and its sibling took its units along",
        GHOST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS, hours=1)
            .fulfil({MUG: 1}, UPS, hours=1)
            .void(0, hours=2)
            .ship({MUG: 1, TEE: 2}, row=2, hours=2.5)
            .fulfil({TEE: 2}, s.number, hours=2.6)
        ),
        4,
    ),
    near(
        "one half was voided, and the other parcel does not say what it carries",
        GHOST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .fulfil({MUG: 1}, UPS)
            .void(0)
            .ship(items=None, row=2)
            .fulfil({TEE: 2}, s.number)
        ),
    ),
    near(
        "one half was voided and relabelled",
        GHOST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .fulfil({MUG: 1}, UPS)
            .void(0)
            .ship({MUG: 1}, OTHER, hours=7)
            .ship({TEE: 2}, row=2)
            .fulfil({TEE: 2}, s.number)
        ),
        12,
        "sync.tracking_mismatch",
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
_DOUBLE = [
    gap(
        "a second label was made and the first not voided",
        DOUBLE,
        lambda s: s.ship(number=UPS).ship(hours=5).fulfil(None, UPS),
        5.5,
        "new_label_without_void",
    ),
    gap(
        "it was shipped again a week later under the same order",
        DOUBLE,
        lambda s: s.ship(number=UPS).fulfil(None, UPS).ship(hours=7 * 24),
        7 * 24 + 1,
        "reship",
    ),
    gap(
        "both copies of a double import were shipped",
        DOUBLE,
        lambda s: s.row(1).row(2, key="api").ship(number=UPS).ship(row=2, hours=5).fulfil(None, UPS),
        9,
        "two_orders",
    ),
    gap(
        "the second parcel of a split holds the mug of the first",
        DOUBLE,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .ship({MUG: 1, TEE: 2}, row=2, hours=5)
            .fulfil({MUG: 1}, UPS)
            .fulfil({TEE: 2}, s.number)
        ),
        9,
        "two_orders",
    ),
    gap(
        "two labels of the same products, known from the list only",
        DOUBLE,
        lambda s: s.listed().ship(number=UPS).ship(hours=5).fulfil(None, UPS),
        9,
        "new_label_without_void",
    ),
    gap(
        "two labels by SKU, one of them for the whole order again",
        DOUBLE,
        lambda s: (
            s.ship(number=UPS, items=s.by_sku({MUG: 1, TEE: 2}))
            .ship(items=s.by_sku({MUG: 1, TEE: 2}), hours=5)
            .fulfil(None, UPS)
        ),
        9,
        "new_label_without_void",
    ),
    near(
        "the second label is not half an hour old",
        DOUBLE,
        lambda s: s.ship(number=UPS).ship(hours=5).fulfil(None, UPS),
        5.5 - MINUTE,
        "waiting",
    ),
    near(
        "several packages of one shipment, made in one go",
        DOUBLE,
        lambda s: s.ship(number=UPS).ship(hours=4 + MINUTE).fulfil(None, UPS),
    ),
    near(
        "two parcels share the units of one line",
        DOUBLE,
        lambda s: (
            s.ship({TEE: 1}, UPS)
            .ship({MUG: 1, TEE: 1}, hours=9)
            .fulfil({TEE: 1}, UPS)
            .fulfil({MUG: 1, TEE: 1}, s.number)
        ),
    ),
    near(
        "the first label was voided",
        DOUBLE,
        lambda s: s.ship(number=UPS).void(hours=4.5).ship(hours=5).fulfil(None, s.number),
    ),
    near(
        "the second label does not say what it holds",
        DOUBLE,
        lambda s: s.ship(number=UPS).ship(items=(), hours=5).fulfil(None, UPS),
    ),
    near(
        "the second label is a return label",
        DOUBLE,
        lambda s: s.ship(number=UPS).give_back(hours=99).fulfil(None, UPS),
        200,
    ),
    near(
        "the second parcel holds a catalogue",
        DOUBLE,
        lambda s: s.ship(number=UPS).ship(items=(Item(None, "CATALOGUE", 1),), hours=9).fulfil(None, UPS),
    ),
    near(
        "the combined parcel holds the other order's mug",
        DOUBLE,
        lambda s: (
            s.combined()
            .ship(row=5, order_key=SURVIVOR, items=s.rows[-1].items)
            .fulfil(None, s.number)
            .ship(items=(Item("14000000000900", "MUG", 3),), number=UPS, row=5, order_key=SURVIVOR, hours=9)
        ),
    ),
    near(
        "customer service sent a second one from the manual store",
        DOUBLE,
        lambda s: (
            s.ship()
            .fulfil(None, s.number)
            .row(2, store_id=9, key="uuid")
            .ship(number=UPS, row=2, order_key="uuid", store_id=9, hours=80)
        ),
        120,
    ),
    near(
        "the line that was taken out had left already",
        DOUBLE,
        lambda s: (
            s.ship({MUG: 1}, UPS)
            .ship({TEE: 2}, hours=5)
            .fulfil({MUG: 1}, UPS)
            .fulfil({TEE: 2}, s.number)
            .refund({TEE: 1}, hours=50)
        ),
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
SCENARIOS = [*_GHOST, *_OPEN, *_DOUBLE, *_AFTER]
