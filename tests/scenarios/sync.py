"""Parcels that left and of which Shopify does not know, knows by half, or knows the wrong number."""

from datetime import date, time, timedelta

from storage.facts import Item, Line
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import CAP, EBOOK, MUG, OTHER, SURVIVOR, TEE, UPS, Scene

UNTOLD = "sync.unfulfilled"
PARTIAL = "sync.partial"
MISSING = "sync.tracking_missing"
MISMATCH = "sync.tracking_mismatch"
HALF = "sync.tracking_incomplete"
NOWHERE = "sync.no_tracking_anywhere"


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
_MISSING = [
    gap(
        "fulfilled at payment, and shipped four hours later",
        MISSING,
        lambda s: s.fulfil(hours=0.05).ship(),
        9,
        "auto_fulfilled",
    ),
    gap(
        "marked as fulfilled by hand",
        MISSING,
        lambda s: s.ship().fulfil(display_status="MARKED_AS_FULFILLED"),
        9,
        "fulfilled_by_hand",
    ),
    gap(
        "fulfilled without a number after the notification failed",
        MISSING,
        lambda s: failed(s).fulfil(),
        9,
        "notification_failed",
    ),
    gap("fulfilled without a number, nobody knows why", MISSING, lambda s: s.ship().fulfil(), 9, "unknown"),
    gap("its number in Shopify is blank", MISSING, lambda s: s.ship().fulfil(None, " "), 9, "unknown"),
    gap("its number in Shopify is a word", MISSING, lambda s: s.ship().fulfil(None, "shipped"), 9, "unknown"),
    gap(
        "of two fulfilments one has no number", MISSING, lambda s: half_told(s).fulfil({TEE: 2}), 9, "unknown"
    ),
    gap(
        "a combined order was fulfilled without the common number",
        MISSING,
        lambda s: survivor_shipped(s).fulfil(),
        9,
        "unknown",
    ),
    near(
        "the fulfilment is a minute less than two hours old",
        MISSING,
        lambda s: s.ship().fulfil(),
        7 - MINUTE,
        "waiting",
    ),
    near(
        "the digital line's fulfilment has no number",
        MISSING,
        lambda s: s.digital().fulfil({EBOOK: 1}, hours=0.1).ship().fulfil(None, s.number),
    ),
    near(
        "another parcel's fulfilment has no number, and that parcel was handed over",
        MISSING,
        lambda s: s.ship({MUG: 1}, UPS).fulfil({MUG: 1}, UPS).mark("", {TEE: 2}).fulfil({TEE: 2}),
    ),
    near(
        "fulfilled without a number in a store that tells at the first scan",
        MISSING,
        lambda s: s.notify("mail_stream").ship().fulfil(),
        70,
        "waiting",
    ),
    near(
        "it was written with blanks and dashes",
        MISSING,
        lambda s: s.ship().fulfil(None, "9400-1112 0620 6406 2607 87"),
    ),
    near(
        "everything came back and was refunded",
        MISSING,
        lambda s: s.ship().fulfil(None, s.number).refund(hours=200),
        300,
    ),
]
_MISMATCH = [
    gap(
        "Shopify shows a voided label's number",
        MISMATCH,
        lambda s: reshipped(s).fulfil(None, UPS),
        12,
        "reship_after_void",
    ),
    gap(
        "a provider wrote another number",
        MISMATCH,
        lambda s: s.ship().fulfil(None, UPS, service="Acme 3PL"),
        9,
        "other_app",
    ),
    gap(
        "nobody knows where the number comes from",
        MISMATCH,
        lambda s: s.ship().fulfil(None, UPS),
        9,
        "other_number",
    ),
    gap(
        "a split order's second number is a voided label's",
        MISMATCH,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1})
            .ship({TEE: 2}, UPS, row=2)
            .void(1, hours=5)
            .ship({TEE: 2}, OTHER, row=2, hours=6)
            .fulfil({MUG: 1}, s.number)
            .fulfil({TEE: 2}, UPS)
        ),
        12,
        "reship_after_void",
    ),
    gap(
        "voided before it was told, and shipped again",
        MISMATCH,
        lambda s: s.ship(number=UPS, notified=False).void(hours=4.1).ship(hours=4.2).fulfil(None, UPS),
        9,
        "reship_after_void",
    ),
    gap(
        "two parcels, and Shopify shows a third number",
        MISMATCH,
        lambda s: s.ship({MUG: 1}, UPS).ship({TEE: 2}).fulfil(None, OTHER),
        9,
        "other_number",
    ),
    gap(
        "another number in Shopify, known from the list only",
        MISMATCH,
        lambda s: s.listed().ship().fulfil(None, UPS),
        9,
        "other_number",
    ),
    near(
        "the new label is a minute less than two hours old",
        MISMATCH,
        lambda s: reshipped(s).fulfil(None, UPS),
        9 - MINUTE,
        "waiting",
    ),
    near(
        "the postal prefix stands before the number",
        MISMATCH,
        lambda s: s.ship().fulfil(None, f"42010012{s.number}"),
    ),
    near(
        "lower case and blanks", MISMATCH, lambda s: s.ship(number=UPS).fulfil(None, "1z999 aa1 0123 4567 84")
    ),
    near(
        "one of several numbers is shared",
        MISMATCH,
        lambda s: s.ship(number=f"{UPS}, {OTHER}").fulfil(None, OTHER),
    ),
    near(
        "Shopify shows the number of a return label too",
        MISMATCH,
        lambda s: s.ship().give_back(hours=50).fulfil(None, s.number, OTHER),
    ),
    near(
        "a label was voided before Shopify ever saw its number",
        MISMATCH,
        lambda s: (
            s.ship(number=UPS, notified=False, hours=1).void(hours=2).ship(hours=4).fulfil(None, s.number)
        ),
    ),
    near(
        "another location's parcel has a number of its own",
        MISMATCH,
        lambda s: (
            s.two_parts({}, {"request_status": "ACCEPTED"})
            .row(units={MUG: 1})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
            .fulfil({TEE: 2}, UPS, service="Acme 3PL")
        ),
    ),
    near(
        "the voided label had the same number",
        MISMATCH,
        lambda s: s.ship(hours=4).void(hours=5).ship(hours=6).fulfil(None, s.number),
    ),
]
_HALF = [
    gap(
        "the carrier is one that Shopify does not know",
        HALF,
        lambda s: s.ship(carrier="gofo").fulfil(None, s.number, company="Other", url=None),
        29,
        "unsupported_carrier",
    ),
    gap(
        "the carrier is known and still missing",
        HALF,
        lambda s: s.ship().fulfil(None, s.number, company=None, url=None),
        29,
        "unknown",
    ),
    gap(
        "a mark's carrier is somebody's own van",
        HALF,
        lambda s: s.mark(carrier="own_van").fulfil(None, s.number, company="", url=None),
        40,
        "unsupported_carrier",
    ),
    gap(
        "of two parcels one has no carrier",
        HALF,
        lambda s: half_told(s).fulfil({TEE: 2}, s.number, company=None, url=None),
        40,
        "unknown",
    ),
    near(
        "it is a minute less than a day old",
        HALF,
        lambda s: s.ship().fulfil(None, s.number, company=None, url=None),
        29 - MINUTE,
        "waiting",
    ),
    near("a link without a carrier is enough", HALF, lambda s: s.ship().fulfil(None, s.number, company=None)),
    near("a carrier without a link is enough", HALF, lambda s: s.ship().fulfil(None, s.number, url=None)),
    near(
        "a provider's own number lacks its carrier",
        HALF,
        lambda s: (
            s.ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
            .fulfil({TEE: 2}, UPS, company=None, url=None, service="3PL")
        ),
    ),
]
_NOWHERE = [
    gap(
        "marked as shipped without a number",
        NOWHERE,
        lambda s: s.mark("").fulfil(),
        8,
        "marked_without_number",
    ),
    gap(
        "a letter whose label has no number",
        NOWHERE,
        lambda s: s.ship(number=None).fulfil(),
        8,
        "label_without_number",
    ),
    gap(
        "marked with a word instead of a number",
        NOWHERE,
        lambda s: s.mark("own van").fulfil(),
        9,
        "marked_without_number",
    ),
    gap(
        "both halves of a split were marked without a number",
        NOWHERE,
        lambda s: s.split({MUG: 1}, {TEE: 2}).mark("", {MUG: 1}).mark("", {TEE: 2}, row=2).fulfil(),
        9,
        "marked_without_number",
    ),
    gap(
        "a label and a mark, neither with a number",
        NOWHERE,
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}, None).mark("", {TEE: 2}, row=2).fulfil(),
        9,
        "label_without_number",
    ),
    near(
        "it was marked a minute less than four hours ago",
        NOWHERE,
        lambda s: s.mark("").fulfil(),
        8 - MINUTE,
        "waiting",
    ),
    near("Shopify has a number, from somebody", NOWHERE, lambda s: s.mark("").fulfil(None, UPS)),
    near("it was refunded since", NOWHERE, lambda s: s.mark("").fulfil().refund(hours=30)),
    near("nothing was marked, Shopify fulfilled it alone", NOWHERE, lambda s: s.fulfil()),
    near(
        "marked without a number and not told either",
        NOWHERE,
        lambda s: s.mark("", notified=False),
        9,
        UNTOLD,
    ),
]
SCENARIOS = [*_UNTOLD, *_PARTIAL, *_MISSING, *_MISMATCH, *_HALF, *_NOWHERE]
