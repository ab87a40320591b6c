"""Parcels of which Shopify shows nothing."""

from datetime import date, time

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import EBOOK, MUG, SURVIVOR, TEE, UPS

UNTOLD = "sync.unfulfilled"


def failed(s: Scene, **fields: object) -> Scene:
    return s.ship(notified=False, notify_error="IntegrationError: 422", **fields)


def reshipped(s: Scene) -> Scene:
    """Told, voided, and shipped again with another number."""
    return s.ship(number=UPS).void(hours=6).ship(hours=7, notified=False)


def survivor_shipped(s: Scene) -> Scene:
    """The order it was combined into has a parcel that carries it."""
    return s.combined().ship(row=5, order_key=SURVIVOR, order_number="1002", items=s.rows[-1].items)


_UNTOLD = [
    gap(
        "ShipStation says that it told Shopify, which shows nothing",
        UNTOLD,
        lambda s: s.ship(),
        8,
        "sent_not_shown",
    ),
    gap("the notification failed", UNTOLD, failed, 9, "notification_failed"),
    gap(
        "the notification failed in a store that waits for the scan",
        UNTOLD,
        lambda s: failed(s.notify("mail_stream")),
        8,
        "notification_failed",
    ),
    gap(
        "the parcel's store has no channel",
        UNTOLD,
        lambda s: s.row(store_id=9).ship(store_id=9, notified=False),
        9,
        "store_cannot_notify",
    ),
    gap(
        "the parcel's store cannot be told",
        UNTOLD,
        lambda s: s.shop(1, can_confirm=False).ship(notified=False),
        9,
        "store_cannot_notify",
    ),
    gap("the second label of a told order was not sent", UNTOLD, reshipped, 12, "reship_not_resent"),
    gap(
        "it was marked as shipped without telling",
        UNTOLD,
        lambda s: s.mark(notified=False),
        9,
        "marked_without_notify",
    ),
    gap(
        "the carrier's scan was not seen for three days",
        UNTOLD,
        lambda s: s.notify("mail_stream").ship(notified=False),
        76,
        "scan_not_seen",
    ),
    gap(
        "other labels of that hour were told",
        UNTOLD,
        lambda s: s.company(notified=4).ship(notified=False),
        9,
        "do_not_notify",
    ),
    gap(
        "no label of that hour was told",
        UNTOLD,
        lambda s: s.company(not_notified=4).ship(notified=False),
        9,
        "store_notifications_off",
    ),
    gap("no other label was made in that hour", UNTOLD, lambda s: s.ship(notified=False), 9, "not_notified"),
    gap(
        "Shopify's fulfilment was cancelled after the label",
        UNTOLD,
        lambda s: s.ship().fulfil(None, s.number, status="CANCELLED"),
        9,
        "fulfillment_undone",
    ),
    gap(
        "Shopify's fulfilment failed",
        UNTOLD,
        lambda s: s.ship().fulfil(None, s.number, status="FAILURE"),
        9,
        "fulfillment_undone",
    ),
    gap(
        "it was sent through another shop's store",
        UNTOLD,
        lambda s: s.shop(2).row(store_id=2).ship(store_id=2),
        9,
        "wrong_store",
    ),
    gap(
        "it was sent under a key that is not Shopify's",
        UNTOLD,
        lambda s: s.row(key="0b1f6c1e").ship(order_key="0b1f6c1e"),
        9,
        "wrong_store",
    ),
    gap("Shopify holds what was shipped", UNTOLD, lambda s: s.hold().ship(), 9, "shopify_refused"),
    gap(
        "what was shipped belongs to another location",
        UNTOLD,
        lambda s: s.whole(request_status="ACCEPTED").ship(),
        9,
        "shopify_refused",
    ),
    gap(
        "the parcel names lines from before an edit",
        UNTOLD,
        lambda s: s.ship(items=(Item("14000000000777", "MUG", 1), Item("14000000000778", "TEE", 2))),
        9,
        "lines_edited",
    ),
    gap(
        "it went with another order's parcel, of which only that order knows",
        UNTOLD,
        survivor_shipped,
        9,
        "sent_not_shown",
    ),
    gap(
        "the order it was combined into is shipped without a parcel",
        UNTOLD,
        lambda s: s.combined(status="shipped", modified_at=s.at(4)),
        9,
        "combined",
    ),
    gap(
        "a provider outside shipped it and Shopify shows nothing",
        UNTOLD,
        lambda s: s.row(status="shipped", modified_at=s.at(4), externally_fulfilled=True),
        9,
        "externally_fulfilled",
    ),
    gap(
        "it is called shipped without any record",
        UNTOLD,
        lambda s: s.row(status="shipped", modified_at=s.at(4)),
        9,
        "marked_no_record",
    ),
    gap(
        "ShipStation does not say whether it told Shopify",
        UNTOLD,
        lambda s: s.ship(notified=None),
        9,
        "unknown",
    ),
    gap(
        "one half came back and was refunded, the other was never told",
        UNTOLD,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .fulfil({MUG: 1}, UPS)
            .refund({MUG: 1}, hours=6)
            .ship({TEE: 2}, row=2, hours=7, notified=False)
        ),
        12,
        "split_not_notified",
    ),
    gap(
        "both parcels of a split order are unknown to Shopify",
        UNTOLD,
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}).ship({TEE: 2}, UPS, row=2, order_key="child-2"),
        9,
        "sent_not_shown",
    ),
    gap(
        "shipped and untold, known from the list only",
        UNTOLD,
        lambda s: s.listed().ship(items=None),
        9,
        "sent_not_shown",
    ),
    gap(
        "it came by number, its parcel is known by SKU",
        UNTOLD,
        lambda s: s.row(key=None, items=s.by_sku({MUG: 1, TEE: 2})).ship(
            order_key=None, items=s.by_sku({MUG: 1, TEE: 2})
        ),
        9,
        "sent_not_shown",
    ),
    gap("an archived order's parcel was never told", UNTOLD, lambda s: s.ship().archive(), 99),
    near("the label is a minute less than four hours old", UNTOLD, lambda s: s.ship(), 8 - MINUTE, "waiting"),
    near(
        "the store tells six hours after the label",
        UNTOLD,
        lambda s: s.notify("hours", hours=6).ship(notified=False),
        14 - MINUTE,
        "waiting",
    ),
    near(
        "the store tells at the first scan",
        UNTOLD,
        lambda s: s.notify("mail_stream").ship(notified=False),
        76 - MINUTE,
        "waiting",
    ),
    near(
        "the store tells at five on the ship date, Pacific time",
        UNTOLD,
        lambda s: s.notify("ship_date", at=time(17)).ship(notified=False, ship_date=date(2026, 11, 18)),
        12 - MINUTE,
        "waiting",
    ),
    near(
        "the ship date is next Monday",
        UNTOLD,
        lambda s: s.notify("ship_date", at=time(17)).ship(notified=False, ship_date=date(2026, 11, 23)),
        99,
        "waiting",
    ),
    near("Shopify shows all of it with its number", UNTOLD, lambda s: s.ship().fulfil(None, s.number)),
    near("the label was voided", UNTOLD, lambda s: s.ship(hours=1).void(hours=2), 3, "waiting"),
    near("only a return label was made", UNTOLD, lambda s: s.row().give_back(hours=1), 3, "waiting"),
    near(
        "what was shipped was refunded before Shopify heard of it",
        UNTOLD,
        lambda s: s.ship().refund(hours=5),
        expected="not_tracked",
        says="ask the warehouse",
    ),
    near(
        "the parcel holds only what is digital",
        UNTOLD,
        lambda s: s.digital().ship({EBOOK: 1}, hours=4),
        9,
        "waiting",
    ),
    near(
        "the combined parcel is known on both orders",
        UNTOLD,
        lambda s: survivor_shipped(s).fulfil(None, s.number),
    ),
    near(
        "a provider shipped it and told Shopify by itself",
        UNTOLD,
        lambda s: s.row(status="shipped", externally_fulfilled=True).fulfil(None, UPS),
    ),
    near(
        "customer service shipped a replacement from the manual store",
        UNTOLD,
        lambda s: (
            s.ship()
            .fulfil(None, s.number)
            .row(2, store_id=9, key="uuid", number="1001-R")
            .ship(number=UPS, row=2, order_key="uuid", order_number="1001-R", notified=False, store_id=9)
        ),
    ),
]
SCENARIOS = [*_UNTOLD]
