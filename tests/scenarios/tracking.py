"""Parcels whose number Shopify lacks, has wrong, has by half, or that have none."""

from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import EBOOK, MUG, OTHER, SURVIVOR, TEE, UPS

UNTOLD = "sync.unfulfilled"
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


def half_told(s: Scene, **fields: object) -> Scene:
    """Two parcels, and Shopify knows of the first."""
    s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}, UPS).ship({TEE: 2}, row=2, order_key="child-2", **fields)
    return s.fulfil({MUG: 1}, UPS)


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
    gap(
        "fulfilled by hand an hour after payment and long before the parcel",
        MISSING,
        lambda s: s.fulfil(hours=1, display_status="MARKED_AS_FULFILLED").ship(),
        9,
        "fulfilled_by_hand",
    ),
    gap(
        "of two fulfilments without a number one was marked by hand",
        MISSING,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .ship({TEE: 2}, row=2)
            .fulfil({MUG: 1})
            .fulfil({TEE: 2}, display_status="MARKED_AS_FULFILLED")
        ),
        9,
        "fulfilled_by_hand",
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
    near(
        "picked up in the shop, and marked as shipped in ShipStation",
        NOWHERE,
        lambda s: s.whole(method="PICK_UP").mark("").fulfil(),
    ),
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
SCENARIOS = [*_MISSING, *_MISMATCH, *_HALF, *_NOWHERE]
