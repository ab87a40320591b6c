"""Fulfilments without a parcel, and two parcels where one was ordered."""

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import MUG, OTHER, SURVIVOR, TEE, UPS

GHOST = "sync.ghost_fulfillment"
DOUBLE = "sync.double_ship"


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
SCENARIOS = [*_GHOST, *_DOUBLE]
