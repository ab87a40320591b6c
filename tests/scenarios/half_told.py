"""Parcels of which Shopify shows a part."""

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import MUG, OTHER, TEE, UPS

PARTIAL = "sync.partial"


def half_told(s: Scene, **fields: object) -> Scene:
    """Two parcels, and Shopify knows of the first."""
    s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}, UPS).ship({TEE: 2}, row=2, order_key="child-2", **fields)
    return s.fulfil({MUG: 1}, UPS)


_PARTIAL = [
    gap(
        "one parcel of a split order was told and the other not",
        PARTIAL,
        lambda s: half_told(s, notified=False),
        9,
        "split_not_notified",
    ),
    gap(
        "the second parcel's notification failed",
        PARTIAL,
        lambda s: half_told(s, notified=False, notify_error="500"),
        6,
        "notification_failed",
    ),
    gap("both were told and Shopify shows one", PARTIAL, half_told, 9, "sent_not_shown"),
    gap(
        "ShipStation does not say about the second parcel",
        PARTIAL,
        lambda s: half_told(s, notified=None),
        9,
        "unknown",
    ),
    gap(
        "one parcel held three units and Shopify shows two",
        PARTIAL,
        lambda s: s.ship().fulfil({MUG: 1, TEE: 1}, s.number),
        9,
        "sent_not_shown",
    ),
    gap(
        "the second parcel names lines from before an edit",
        PARTIAL,
        lambda s: s.ship({MUG: 1}, UPS).fulfil({MUG: 1}, UPS).ship(items=(Item("14000000000777", "TEE", 2),)),
        9,
        "lines_edited",
    ),
    gap(
        "the second parcel's lines are held in Shopify",
        PARTIAL,
        lambda s: (
            s.two_parts({}, {"status": "ON_HOLD"}).ship({MUG: 1}, UPS).ship({TEE: 2}).fulfil({MUG: 1}, UPS)
        ),
        9,
        "shopify_refused",
    ),
    gap(
        "the second fulfilment was cancelled",
        PARTIAL,
        lambda s: half_told(s).fulfil({TEE: 2}, s.number, status="CANCELLED"),
        9,
        "fulfillment_undone",
    ),
    gap(
        "the second parcel was marked without telling",
        PARTIAL,
        lambda s: s.ship({MUG: 1}, UPS).fulfil({MUG: 1}, UPS).mark(units={TEE: 2}, notified=False),
        9,
        "marked_without_notify",
    ),
    gap(
        "the second parcel waits for a scan that did not come",
        PARTIAL,
        lambda s: half_told(s.notify("mail_stream"), notified=False),
        80,
        "scan_not_seen",
    ),
    gap(
        "the second parcel's store cannot be told",
        PARTIAL,
        lambda s: half_told(s.shop(3, can_confirm=False), notified=False, store_id=3),
        9,
        "store_cannot_notify",
    ),
    gap(
        "the second parcel replaced one that had been told",
        PARTIAL,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .ship({TEE: 2}, OTHER, row=2)
            .void(1, hours=5)
            .ship({TEE: 2}, row=2, hours=6, notified=False)
            .fulfil({MUG: 1}, UPS)
        ),
        9,
        "reship_not_resent",
    ),
    gap(
        "the second parcel was not told as others of that hour were",
        PARTIAL,
        lambda s: (
            s.company(notified=2)
            .ship({MUG: 1}, UPS, notified=None)
            .fulfil({MUG: 1}, UPS)
            .ship({TEE: 2}, notified=False)
        ),
        9,
        "do_not_notify",
    ),
    gap(
        "the second parcel was not told and no other was either",
        PARTIAL,
        lambda s: (
            s.company(not_notified=2)
            .ship({MUG: 1}, UPS, notified=None)
            .fulfil({MUG: 1}, UPS)
            .ship({TEE: 2}, notified=False)
        ),
        9,
        "store_notifications_off",
    ),
    gap(
        "the second parcel was not told, in an hour without others",
        PARTIAL,
        lambda s: s.ship({MUG: 1}, UPS, notified=None).fulfil({MUG: 1}, UPS).ship({TEE: 2}, notified=False),
        9,
        "not_notified",
    ),
    gap(
        "the second parcel went through another shop's store",
        PARTIAL,
        lambda s: half_told(s.shop(2), store_id=2),
        9,
        "wrong_store",
    ),
    gap(
        "its combined order was shipped without a record, and a part was fulfilled by hand",
        PARTIAL,
        lambda s: s.combined(status="shipped", modified_at=s.at(4)).fulfil({MUG: 1}, UPS),
        9,
        "combined",
    ),
    gap(
        "a provider shipped all of it and told Shopify of the mug",
        PARTIAL,
        lambda s: s.row(status="shipped", modified_at=s.at(4), externally_fulfilled=True).fulfil(
            {MUG: 1}, UPS
        ),
        9,
        "externally_fulfilled",
    ),
    gap(
        "called shipped without a record, with the mug fulfilled by hand",
        PARTIAL,
        lambda s: s.row(status="shipped", modified_at=s.at(4)).fulfil({MUG: 1}, UPS),
        9,
        "marked_no_record",
    ),
    gap(
        "of three parcels one was told, one was not, and of one ShipStation does not say",
        PARTIAL,
        lambda s: (
            s.split({MUG: 1}, {TEE: 1}, {TEE: 1})
            .ship({MUG: 1}, UPS)
            .ship({TEE: 1}, row=2, notified=False)
            .ship({TEE: 1}, OTHER, row=3, notified=None)
            .fulfil({MUG: 1}, UPS)
        ),
        9,
        "split_not_notified",
    ),
    near("the second label is a minute less than two hours old", PARTIAL, half_told, 6 - MINUTE, "waiting"),
    near(
        "what Shopify does not show is digital",
        PARTIAL,
        lambda s: s.digital().ship().fulfil({MUG: 1, TEE: 2}, s.number),
    ),
    near(
        "what Shopify does not show was refunded",
        PARTIAL,
        lambda s: s.refund({TEE: 2}).ship().fulfil({MUG: 1}, s.number),
    ),
    near(
        "one unit was taken out, and ShipStation shipped the old number",
        PARTIAL,
        lambda s: s.row().take_out({TEE: 1}).ship().fulfil({MUG: 1, TEE: 1}, s.number),
    ),
    near(
        "another location's part is not ours to tell",
        PARTIAL,
        lambda s: (
            s.two_parts({}, {"request_status": "ACCEPTED"})
            .row(units={MUG: 1})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
    ),
    near(
        "all was shown, and then half came back",
        PARTIAL,
        lambda s: s.ship().fulfil(None, s.number).refund({TEE: 2}, hours=200),
        300,
    ),
    near(
        "Shopify shows a fulfilment whose lines were not read",
        PARTIAL,
        lambda s: s.ship().fulfil(None, s.number, with_lines=False),
    ),
    near(
        "two packages of one shipment, and the first one's number is shown",
        PARTIAL,
        lambda s: s.ship(number=UPS).ship(items=None).fulfil(None, UPS),
    ),
    near(
        "one line is picked up in the shop",
        PARTIAL,
        lambda s: s.two_parts({}, {"method": "PICK_UP"}).ship().fulfil({MUG: 1}, s.number),
    ),
]
SCENARIOS = [*_PARTIAL]
