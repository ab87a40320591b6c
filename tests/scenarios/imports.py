"""Orders that ShipStation lacks, or that were archived before anybody shipped them."""

from dataclasses import replace
from datetime import timedelta

from bot.gaps.traits import Trait
from storage.facts import Item, ShipStationOrder
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.things import MUG, TEE, UPS

MISSING = "import.missing"
ARCHIVED = "import.archived_unfulfilled"


def shares(kind, value):
    return lambda s: s.company(shared=(Trait(kind, value, 4),))


def beside_a_combined_order(*items, **fields):
    """Another order's ShipStation row, into which something was combined that left no other trace."""

    def build(s):
        row = ShipStationOrder(
            id=900,
            number="1002",
            key="custom-77",
            status="shipped",
            store_id=1,
            created_at=s.at(2),
            modified_at=s.at(2),
            read_at=s.at(2),
            items=items,
            **({"merged_or_split": True, "merged_ids": (901,)} | fields),
        )
        return s.company(combined=(row,))

    return build


_BOTH = (Item(None, "mug", 2), Item(None, "TEE", 2))
_COMBINED = [
    gap(
        "a combined order holds all its products and more",
        MISSING,
        beside_a_combined_order(*_BOTH),
        9,
        "maybe_combined",
    ),
    gap(
        "a combined order lacks one of its products",
        MISSING,
        beside_a_combined_order(Item(None, "mug", 5)),
        9,
        "unknown",
    ),
    gap(
        "a combined order holds just as many units",
        MISSING,
        beside_a_combined_order(Item(None, "mug", 1), Item(None, "TEE", 2)),
        9,
        "unknown",
    ),
    gap(
        "a split order holds the same products",
        MISSING,
        beside_a_combined_order(*_BOTH, merged_or_split=False),
        9,
        "unknown",
    ),
    gap(
        "a combined order cannot be compared with lines that have no SKU",
        MISSING,
        lambda s: beside_a_combined_order(*_BOTH)(
            s.lines(*(replace(line, sku=None) for line in s.known().lines))
        ),
        9,
        "unknown",
    ),
]
_MISSING = [
    *_COMBINED,
    gap("younger orders were imported and this one was not", MISSING, lambda s: s, 9, "unknown"),
    gap("missing at the minute its window ends", MISSING, lambda s: s, 4, "unknown"),
    gap("missing, known from the list only", MISSING, lambda s: s.listed(), 9, "unknown"),
    gap("missing although part of it was refunded", MISSING, lambda s: s.refund({TEE: 2}), 9, "unknown"),
    gap(
        "missing, and the shop's ShipStation store is switched off",
        MISSING,
        lambda s: s.shop(1, active=False),
        9,
        "store_inactive",
    ),
    gap(
        "missing for a day with the store's automatic import off",
        MISSING,
        lambda s: s.shop(1, auto_refresh=False).nobody_younger(),
        24,
        "auto_import_off",
    ),
    gap(
        "missing for a day, and of the shop's two stores one does not import by itself",
        MISSING,
        lambda s: (
            s.shop(2, auto_refresh=False)
            .shop(1, auto_refresh=True)
            .rule(store_ids=frozenset({1, 2}))
            .nobody_younger()
        ),
        24,
        "auto_import_off",
    ),
    gap(
        "missing for a day while nothing else came either",
        MISSING,
        lambda s: s.nobody_younger(),
        24,
        "import_stalled",
    ),
    gap("all orders with its tag are absent", MISSING, shares("tag", "wholesale"), 9, "excluded_by_rule"),
    gap(
        "all orders with its method are absent",
        MISSING,
        shares("shipping method", "Freight"),
        9,
        "excluded_by_rule",
    ),
    gap("all orders with its product are absent", MISSING, shares("SKU", "MUG"), 9, "excluded_by_rule"),
    gap(
        "all orders of its channel are absent", MISSING, shares("source", "tiktok"), 9, "channel_not_imported"
    ),
    gap(
        "all orders of its location are absent",
        MISSING,
        shares("location", "Annex"),
        9,
        "channel_not_imported",
    ),
    gap(
        "its payment was voided and charged again",
        MISSING,
        lambda s: s.pay(("SALE", "SUCCESS", 0), ("VOID", "SUCCESS", 1), ("SALE", "SUCCESS", 2)),
        9,
        "payment_changed",
    ),
    gap(
        "its payment was captured the next day",
        MISSING,
        lambda s: s.pay(("AUTHORIZATION", "SUCCESS", 0), ("CAPTURE", "SUCCESS", 30)),
        34,
        "payment_changed",
    ),
    gap(
        "one of its parts is held and the other is missing",
        MISSING,
        lambda s: s.two_parts({"status": "ON_HOLD"}, {}),
        9,
        "unknown",
    ),
    gap("another order only begins with its number", MISSING, lambda s: s.row(number="10015", key=None), 9),
    near("younger orders came, a minute before its window ends", MISSING, lambda s: s, 4 - MINUTE, "waiting"),
    near(
        "the minimum order age moves the window",
        MISSING,
        lambda s: s.windows(minimum_order_age=timedelta(hours=1)),
        5 - MINUTE,
        "waiting",
    ),
    near(
        "nothing younger came for less than a day",
        MISSING,
        lambda s: s.nobody_younger(),
        24 - MINUTE,
        "waiting",
    ),
    near("its hold was released three hours ago", MISSING, lambda s: s.release(50), 53, "waiting"),
    near("it was paid three hours ago", MISSING, lambda s: s.pay(("CAPTURE", "SUCCESS", 40)), 43, "waiting"),
    near("it is there by number only", MISSING, lambda s: s.row(key=None), 2, "waiting"),
    near("it is there under its id and a suffix", MISSING, lambda s: s.row(key=f"{s.id}-1"), 2, "waiting"),
    near(
        "it is there as planning, a status that nobody knows",
        MISSING,
        lambda s: s.row(status="planning"),
        expected="not_tracked",
        says="planning",
    ),
    near("it was combined into another order", MISSING, lambda s: s.combined(absorbed=False), 2, "waiting"),
    near("it is older than ninety days", MISSING, lambda s: s, 90 * 24 + 1, "not_tracked"),
    near(
        "another location's service has it all",
        MISSING,
        lambda s: s.whole(request_status="ACCEPTED"),
        expected="not_tracked",
    ),
    near(
        "a parcel carries its id though its row is gone",
        MISSING,
        lambda s: (s.ship().fulfil(None, s.number), s.rows.clear()),
    ),
    near(
        "a provider refused it, which says more",
        MISSING,
        lambda s: s.whole(request_status="REJECTED"),
        9,
        "aging.provider_stuck",
    ),
]


_ARCHIVED = [
    gap(
        "archived by hand a day ago and never shipped",
        ARCHIVED,
        lambda s: s.archive(5),
        29,
        "archived_by_hand",
    ),
    gap(
        "archived and still open in ShipStation",
        ARCHIVED,
        lambda s: s.row().archive(),
        40,
        "archived_by_hand",
    ),
    gap(
        "archived after a part of it was shipped outside",
        ARCHIVED,
        lambda s: s.fulfil({MUG: 1}, UPS).archive(),
        40,
        "archived_by_hand",
    ),
    gap(
        "archived after its label was voided",
        ARCHIVED,
        lambda s: s.ship(hours=1).void(hours=2).archive(),
        40,
        "archived_by_hand",
    ),
    gap(
        "archived with one part held and one open",
        ARCHIVED,
        lambda s: s.two_parts({"status": "ON_HOLD"}, {}).archive(),
        40,
        "archived_by_hand",
    ),
    near("archived a minute less than a day ago", ARCHIVED, lambda s: s.archive(5), 29 - MINUTE, "waiting"),
    near(
        "archived and unpaid",
        ARCHIVED,
        lambda s: s.archive().change(financial_status="PENDING"),
        40,
        "not_tracked",
    ),
    near(
        "archived and fulfilled, as Shopify does by itself",
        ARCHIVED,
        lambda s: s.ship().fulfil(None, s.number).archive(),
        40,
    ),
    near("archived and refunded", ARCHIVED, lambda s: s.refund().archive(), 40, "not_tracked"),
    near(
        "archived, and only what is digital is open",
        ARCHIVED,
        lambda s: s.digital().ship().fulfil({MUG: 1, TEE: 2}, s.number).archive(),
        40,
    ),
    near(
        "archived, and a service ships it",
        ARCHIVED,
        lambda s: s.whole(request_status="ACCEPTED").archive(),
        40,
        "not_tracked",
    ),
    near(
        "archived with a parcel that Shopify does not show",
        ARCHIVED,
        lambda s: s.ship().archive(),
        40,
        "sync.unfulfilled",
    ),
    near(
        "archived, and shipped without a record in ShipStation",
        ARCHIVED,
        lambda s: s.row(status="shipped").archive(),
        40,
        "sync.unfulfilled",
    ),
]
SCENARIOS = [*_MISSING, *_ARCHIVED]
