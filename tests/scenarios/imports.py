"""Orders that ShipStation lacks, has in the wrong place, with too few units, twice, or too long."""

from datetime import date, timedelta

from bot.gaps.traits import Trait
from storage.facts import Item, Line
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import CAP, EBOOK, MUG, SURVIVOR, TEE, UPS, Scene

MISSING = "import.missing"
STORE = "import.wrong_store"
STATUS = "import.wrong_status"
SHORT = "import.items_short"
TWICE = "import.duplicate"
CANCELLED = "import.cancel_not_propagated"
ARCHIVED = "import.archived_unfulfilled"


def shares(kind, value):
    return lambda s: s.company(shared=(Trait(kind, value, 4),))


_MISSING = [
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


def named_stores(s: Scene) -> Scene:
    return s.rule(store_ids=frozenset())


_STORE = [
    gap(
        "it stands in the store of another shop", STORE, lambda s: s.shop(2).row(store_id=2), 9, "other_store"
    ),
    gap(
        "it stands in a store that ShipStation does not list",
        STORE,
        lambda s: s.row(store_id=77),
        9,
        "other_store",
    ),
    gap(
        "it stands in the store from before the shop was connected again",
        STORE,
        lambda s: (
            named_stores(s)
            .shop(4, active=False, integration="acme")
            .shop(1, integration="acme")
            .row(store_id=4)
        ),
        9,
        "reconnected",
    ),
    gap(
        "the old store took it, and the two do not say which shop they are",
        STORE,
        lambda s: named_stores(s).shop(4, active=False).row(store_id=4, key=None),
        9,
        "reconnected",
    ),
    gap(
        "the only store is inactive and no other took its place",
        STORE,
        lambda s: s.shop(1, active=False).row(),
        9,
        "other_store",
    ),
    gap(
        "a person typed it into the manual store under its id",
        STORE,
        lambda s: s.row(store_id=9),
        9,
        "manual_entry",
    ),
    gap(
        "a person typed it in by number and product, and it was never imported",
        STORE,
        lambda s: s.row(store_id=9, key="0b1f6c1e", items=(Item(None, "mug ", 1),)),
        9,
        "manual_entry",
    ),
    gap(
        "both halves of a split stand in another store",
        STORE,
        lambda s: s.shop(2).split({MUG: 1}, {TEE: 2}, store_id=2),
        9,
        "other_store",
    ),
    near(
        "another store has it for less than an hour",
        STORE,
        lambda s: s.shop(2).row(store_id=2),
        1.5 - MINUTE,
        "waiting",
    ),
    near(
        "the store that has it is this shop's too",
        STORE,
        lambda s: s.shop(2).rule(store_ids=frozenset({1, 2})).row(store_id=2),
        2,
        "waiting",
    ),
    near(
        "ShipStation does not say in which store it stands",
        STORE,
        lambda s: s.row(store_id=None),
        2,
        "waiting",
    ),
    near(
        "one of its rows is in the right store",
        STORE,
        lambda s: s.shop(2).row(1, {MUG: 1}, store_id=2).row(2, {TEE: 2}, parent_id=1),
        2,
        "waiting",
    ),
    near(
        "the old store shipped it and told Shopify",
        STORE,
        lambda s: s.shop(4, active=False).row(store_id=4).ship(store_id=4).fulfil(None, s.number),
    ),
    near(
        "the copy in the manual store was cancelled",
        STORE,
        lambda s: s.row(store_id=9, key="uuid", status="cancelled"),
        2,
        "waiting",
    ),
    near(
        "it is held in Shopify and stands in another store",
        STORE,
        lambda s: s.shop(2).hold().row(store_id=2),
        9,
        "waiting",
    ),
]
_STATUS = [
    gap(
        "paid in Shopify, awaiting payment in ShipStation",
        STATUS,
        lambda s: s.row(status="awaiting_payment"),
        4.5,
        "payment_not_seen",
    ),
    gap(
        "ShipStation has an older payment than Shopify",
        STATUS,
        lambda s: s.pay(("CAPTURE", "SUCCESS", 3)).row(status="awaiting_payment", paid_at=s.at(0)),
        9,
        "payment_not_seen",
    ),
    gap(
        "cancelled in ShipStation only",
        STATUS,
        lambda s: s.row(status="cancelled"),
        4.5,
        "cancelled_in_shipstation",
    ),
    gap(
        "one half of a split was cancelled in ShipStation",
        f"{STATUS}",
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .now_row(2, status="cancelled", modified_at=s.at(0.6))
            .rule(handling_days=2)
        ),
        9,
        "cancelled_in_shipstation",
    ),
    gap(
        "on hold in ShipStation without an end",
        STATUS,
        lambda s: s.row(status="on_hold"),
        9,
        "held_in_shipstation",
    ),
    gap(
        "on hold in ShipStation with a tag that nobody looks at",
        STATUS,
        lambda s: s.row(status="on_hold", tag_ids=(7,)),
        9,
        "held_in_shipstation",
    ),
    gap(
        "it came by number only, and was cancelled there",
        STATUS,
        lambda s: s.row(key=None, status="cancelled"),
        9,
        "cancelled_in_shipstation",
    ),
    near(
        "awaiting payment for less than four hours",
        STATUS,
        lambda s: s.row(status="awaiting_payment"),
        4.5 - MINUTE,
        "waiting",
    ),
    near(
        "somebody put it on hold two hours ago",
        STATUS,
        lambda s: s.row(status="on_hold", modified_at=s.at(20)),
        22,
        "waiting",
    ),
    near(
        "on hold there because Shopify holds it, too",
        STATUS,
        lambda s: s.hold().row(status="on_hold"),
        20,
        "waiting",
        says="Shopify holds it",
    ),
    near(
        "on hold there because Shopify holds a part of it",
        STATUS,
        lambda s: s.two_parts({"status": "ON_HOLD"}, {}).row(status="on_hold"),
        20,
        "waiting",
        says="Shopify holds it",
    ),
    near(
        "a hold with a date to come",
        STATUS,
        lambda s: s.row(status="on_hold", hold_until=date(2026, 12, 1)),
        20,
        "waiting",
    ),
    near(
        "awaiting payment in both systems",
        STATUS,
        lambda s: s.change(financial_status="PENDING").row(status="awaiting_payment"),
        20,
        "not_tracked",
    ),
    near(
        "cancelled in both systems", STATUS, lambda s: s.cancel().row(status="cancelled"), 20, "not_tracked"
    ),
    near(
        "cancelled there after another import took its place",
        STATUS,
        lambda s: s.row(1, status="cancelled").row(2, key="fresh"),
        2,
        "waiting",
    ),
    near(
        "a part that was refunded was cancelled there",
        STATUS,
        lambda s: s.refund({TEE: 2}).split({MUG: 1}, {TEE: 2}).now_row(2, status="cancelled"),
        3.2,
        "waiting",
    ),
    near(
        "fulfilled outside and cancelled in ShipStation",
        STATUS,
        lambda s: s.row(status="cancelled").fulfil(None, UPS, service="Acme 3PL"),
        20,
    ),
]
_SHORT = [
    gap(
        "a line was added after the import",
        SHORT,
        lambda s: s.row().add_line(hours=1),
        3,
        "edited_after_import",
    ),
    gap(
        "one unit more was ordered after the import",
        SHORT,
        lambda s: s.row().more_of(TEE, 1, hours=1),
        3,
        "edited_after_import",
    ),
    gap("every quantity there is zero", SHORT, lambda s: s.row(units={MUG: 0, TEE: 0}), 2.5, "zero_qty"),
    gap(
        "the second location's part did not come",
        SHORT,
        lambda s: s.two_parts({}, {"location": "Annex"}).row(units={MUG: 1}),
        2.5,
        "second_location",
    ),
    gap(
        "ShipStation has one tee less and nobody edited",
        SHORT,
        lambda s: s.row(units={MUG: 1, TEE: 1}),
        2.5,
        "unknown",
    ),
    gap(
        "both halves of a split together lack a tee",
        SHORT,
        lambda s: s.split({MUG: 1}, {TEE: 1}),
        2.5,
        "unknown",
    ),
    gap(
        "by SKU it lacks the mug", SHORT, lambda s: s.row(key=None, items=s.by_sku({TEE: 2})), 2.5, "unknown"
    ),
    gap(
        "a line was added after two weeks, when ShipStation takes no changes",
        SHORT,
        lambda s: s.rule(handling_days=30).row().add_line(hours=15 * 24),
        15 * 24 + 2,
        "edited_after_import",
    ),
    near(
        "a line was added a minute less than two hours ago",
        SHORT,
        lambda s: s.row().add_line(hours=1),
        3 - MINUTE,
        "waiting",
    ),
    near("the added line is digital", SHORT, lambda s: s.row().digital(), 3, "waiting"),
    near(
        "a bundle stands for its parts",
        SHORT,
        lambda s: s.row(items=(Item(None, "BUNDLE", 3),)),
        3,
        "waiting",
    ),
    near(
        "an alias stands for the mug",
        SHORT,
        lambda s: s.row(items=(Item(None, "MUG-BLUE", 1), *s.items({TEE: 2}))),
        3,
        "waiting",
    ),
    near(
        "the product that is short is left out by the store",
        SHORT,
        lambda s: s.rule(exclude_skus=frozenset({"mug"})).row(units={TEE: 2}),
        3,
        "waiting",
    ),
    near(
        "the second location is not this store's",
        SHORT,
        lambda s: (
            s.rule(locations=frozenset({"main street"}))
            .two_parts({}, {"location": "Annex"})
            .row(units={MUG: 1})
        ),
        3,
        "waiting",
    ),
    near(
        "the second location is left out by name",
        SHORT,
        lambda s: (
            s.rule(exclude_locations=frozenset({"annex"}))
            .two_parts({}, {"location": "Annex"})
            .row(units={MUG: 1})
        ),
        3,
        "waiting",
    ),
    near(
        "the held part has not come",
        SHORT,
        lambda s: s.two_parts({}, {"status": "ON_HOLD"}).row(units={MUG: 1}),
        3,
        "waiting",
    ),
    near(
        "what is short there was refunded",
        SHORT,
        lambda s: s.refund({TEE: 1}).row(units={MUG: 1, TEE: 1}),
        3.4,
        "waiting",
    ),
    near(
        "what is short there has left in an untold parcel",
        SHORT,
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}, hours=1),
        3,
        "waiting",
    ),
    near(
        "the order was edited down, and ShipStation keeps the larger number",
        SHORT,
        lambda s: s.row().take_out({TEE: 1}),
        3.4,
        "waiting",
    ),
    near("ShipStation's list does not say what is in it", SHORT, lambda s: s.row(items=()), 3, "waiting"),
]


def reconnected(s: Scene) -> Scene:
    return s.shop(4, active=False).row(1, store_id=4).row(2)


_TWICE = [
    gap("the old store and the new one both have it open", TWICE, reconnected, 2, "reimport_after_reconnect"),
    gap(
        "one came by the API and one by the import",
        TWICE,
        lambda s: s.row(1).row(2, key="api-77"),
        2,
        "api_and_native",
    ),
    gap("two rows of one store carry its id", TWICE, lambda s: s.row(1).row(2), 2, "unknown"),
    gap(
        "two stores of this shop have its number",
        TWICE,
        lambda s: s.shop(2).rule(store_ids=frozenset({1, 2})).row(1, key="a").row(2, key="b", store_id=2),
        2,
        "api_and_native",
    ),
    gap(
        "one copy was shipped and told, the other waits",
        TWICE,
        lambda s: reconnected(s).ship(store_id=4).fulfil(None, s.number),
        9,
        "reimport_after_reconnect",
    ),
    gap(
        "two rows without a word of what is in them carry its id",
        TWICE,
        lambda s: s.row(1, items=()).row(2, items=()),
        2,
        "unknown",
    ),
    gap(
        "two rows of the same products, known from the list only",
        TWICE,
        lambda s: s.listed().row(1).row(2),
        2,
        "unknown",
    ),
    near("a split of one order", TWICE, lambda s: s.split({MUG: 1}, {TEE: 2}), 2, "waiting"),
    near(
        "a split of which both halves name the whole order",
        TWICE,
        lambda s: s.split({MUG: 1, TEE: 2}, {TEE: 2}),
        2,
        "waiting",
    ),
    near(
        "a split of a split",
        TWICE,
        lambda s: (
            s.row(1, {MUG: 1}).row(2, {TEE: 1}, parent_id=1, key="b").row(3, {TEE: 1}, parent_id=1, key="c")
        ),
        2,
        "waiting",
    ),
    near(
        "one row for each fulfilment order",
        TWICE,
        lambda s: (
            s.two_parts({}, {}).row(1, {MUG: 1}, key="7000000000001").row(2, {TEE: 2}, key="7000000000002")
        ),
        2,
        "waiting",
    ),
    near("the second copy was cancelled", TWICE, lambda s: s.row(1).row(2, status="cancelled"), 2, "waiting"),
    near(
        "both copies were shipped, which is another kind",
        TWICE,
        lambda s: s.row(1).row(2).ship().ship(row=2, hours=4.1).fulfil(None, s.number),
        30,
        "sync.double_ship",
    ),
    near(
        "customer service sends a replacement from the manual store",
        TWICE,
        lambda s: s.ship().fulfil(None, s.number).row(2, store_id=9, key="uuid"),
    ),
    near(
        "another shop has the same number",
        TWICE,
        lambda s: s.shop(2).row(1).row(2, store_id=2, key="x"),
        2,
        "waiting",
    ),
    near("it was combined with another order", TWICE, lambda s: s.combined(), 2, "waiting"),
    near(
        "another order of the same name in one store",
        TWICE,
        lambda s: s.row(1).row(2, key="6099999999999", items=(Item("14000000000777", "MUG", 1),)),
        2,
        "waiting",
    ),
]
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
SCENARIOS = [*_MISSING, *_STORE, *_STATUS, *_SHORT, *_TWICE, *_CANCELLED, *_ARCHIVED]
