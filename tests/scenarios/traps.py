"""The situations of domain.md 4 that a naive check gets wrong, each under its number."""

from datetime import UTC, date, datetime, time, timedelta

from storage.facts import Item, Line
from tests.scenarios.scenario import MINUTE, trap
from tests.scenarios.scene import Scene
from tests.scenarios.shop import Shop
from tests.scenarios.stores import at_night
from tests.scenarios.things import MUG, OTHER, SURVIVOR, TEE, UPS

MISSING = "import.missing"
UNTOLD = "sync.unfulfilled"
RULED = {"says": "leaves alone"}


def combined_and_told(s: Scene) -> Scene:
    s.combined().ship(row=5, order_key=SURVIVOR, order_number="1002", items=s.rows[-1].items)
    return s.fulfil(None, s.number)


def combined_untold(s: Scene) -> Scene:
    return s.combined().ship(row=5, order_key=SURVIVOR, order_number="1002", items=s.rows[-1].items)


def survivor_itself(s: Scene) -> Scene:
    """This order absorbed #1002; its parcel carries that order's mug too."""
    s.row(1, merged_or_split=True, merged_ids=(8,))
    s.ship(items=(*s.items({MUG: 1, TEE: 2}), Item("14000000000900", "MUG", 1)))
    return s.fulfil(None, s.number)


def two_locations(s: Scene) -> Scene:
    s.two_parts({}, {"location": "3PL", "request_status": "ACCEPTED"})
    return s.row(units={MUG: 1}).ship({MUG: 1}).fulfil({MUG: 1}, s.number)


def another_shop(s: Scene) -> Scene:
    return s.rule(store_ids=frozenset()).shop(2).row(2, store_id=2, key="6099999999999")


def relabelled_without_void(s: Scene) -> Scene:
    """A label without items replaces one that is voided afterwards, and the row waits again."""
    return s.ship(number=UPS).ship(items=(), hours=4.5).void(0, hours=5)


def mixed(s: Scene) -> Scene:
    return s.only({MUG: 1}).digital().row(units={MUG: 1}).ship({MUG: 1}).fulfil({MUG: 1}, s.number)


def recharged(s: Scene) -> Scene:
    return s.pay(("SALE", "SUCCESS", 0), ("VOID", "SUCCESS", 1), ("SALE", "SUCCESS", 2))


def half_told(s: Scene) -> Scene:
    return s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}).fulfil({MUG: 1}, s.number)


def net_terms(s: Scene) -> Scene:
    return s.change(financial_status="PENDING").rule(paid=frozenset({"PENDING"}))


def prepaid(s: Scene) -> Scene:
    later = {"id": "7000000000008", "status": "SCHEDULED", "fulfill_at": s.at(700)}
    s.lines(Line(MUG, "MUG", 3, 3, 3, True)).parts(s.part({MUG: 1}), s.part({MUG: 2}, **later))
    s.row(units={MUG: 3}).ship({MUG: 3}).fulfil({MUG: 1}, s.number)
    return s.parts(s.part({MUG: 0}, status="CLOSED"), s.part({MUG: 2}, **later))


def ship_on(s: Scene, day: date) -> Scene:
    return s.notify("ship_date", at=time(17)).ship(notified=False, ship_date=day, hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def placed(*parts: int):
    return lambda: Scene(utc(*parts))


_TABLE = [
    trap(1, "digital only", lambda s: s.lines(Line(MUG, "E", 1, 1, 1, False)), "not_tracked", says="digital"),
    trap(
        1,
        "a gift card and nothing else",
        lambda s: s.lines(Line(MUG, None, 1, 1, 1, False, True)),
        "not_tracked",
    ),
    trap(2, "physical and digital mixed, the physical part is shown", mixed, "healthy"),
    trap(3, "total of zero, physical", lambda s: s.change(total="0.0"), MISSING),
    trap(4, "no shipping line, physical", lambda s: s.detail(shipping_method=None), MISSING),
    trap(5, "local pickup", lambda s: s.whole(method="PICK_UP"), "not_tracked"),
    trap(
        5,
        "local pickup with a label",
        lambda s: s.whole(method="PICK_UP").ship(),
        "not_tracked",
        says="by mistake",
    ),
    trap(6, "local delivery", lambda s: s.whole(method="LOCAL"), "not_tracked"),
    trap(
        6,
        "local delivery in a store that ships it",
        lambda s: s.whole(method="LOCAL").rule(delivery_methods=frozenset({"SHIPPING", "LOCAL"})),
        MISSING,
    ),
    trap(7, "sold at the till", lambda s: s.change(source="pos").whole(method="RETAIL"), "not_tracked"),
    trap(8, "sold at the till, shipped to the customer", lambda s: s.change(source="pos"), MISSING),
    trap(
        9,
        "authorised, not paid",
        lambda s: s.change(financial_status="AUTHORIZED"),
        "not_tracked",
        says="not paid",
    ),
    trap(9, "its authorisation expired", lambda s: s.change(financial_status="EXPIRED"), "not_tracked"),
    trap(
        9,
        "a payment state that nobody knows",
        lambda s: s.change(financial_status="IN_SHELLS"),
        "not_tracked",
        says="in shells",
    ),
    trap(
        9, "paid an hour ago after waiting for days", lambda s: s.pay(("CAPTURE", "SUCCESS", 98)), "waiting"
    ),
    trap(10, "voided and charged again", recharged, MISSING, cause="payment_changed"),
    trap(11, "fully refunded, never imported", lambda s: s.refund(), "not_tracked"),
    trap(11, "fully refunded, still open there", lambda s: s.row().refund(), "import.cancel_not_propagated"),
    trap(
        12,
        "a line was refunded, and ShipStation shipped the old number",
        lambda s: s.row().refund({TEE: 2}).ship().fulfil({MUG: 1}, s.number),
        "healthy",
    ),
    trap(
        14,
        "an item was added after the import",
        lambda s: s.row().add_line(hours=1),
        "import.items_short",
        3,
        cause="edited_after_import",
    ),
    trap(15, "held in Shopify since yesterday", lambda s: s.held(), "waiting", 24, says="holds it"),
    trap(15, "held in Shopify, open in ShipStation", lambda s: s.held().row(), "waiting", 24),
    trap(
        15,
        "held in Shopify for four days",
        lambda s: s.held().row(),
        "aging.hold_overdue",
        cause="hold_fraud",
    ),
    trap(16, "held in part", lambda s: s.two_parts({"status": "ON_HOLD"}, {}), MISSING, 9),
    trap(
        17,
        "upsell hold of some minutes",
        lambda s: s.hold("ONLINE_STORE_POST_PURCHASE_CROSS_SELL"),
        "waiting",
        0.5,
    ),
    trap(18, "preorder", lambda s: s.schedule(999).row(), "waiting"),
    trap(18, "preorder whose day has come", lambda s: s.schedule(90, status="OPEN"), MISSING),
    trap(
        18,
        "a prepaid subscription of three months, whose first label names all of them",
        prepaid,
        "healthy",
    ),
    trap(
        18,
        "a preorder that left early, and Shopify was not told",
        lambda s: s.schedule(999).ship(),
        UNTOLD,
    ),
    trap(
        19,
        "younger than the minimum age",
        lambda s: s.windows(minimum_order_age=timedelta(hours=1)),
        "waiting",
        4.9,
    ),
    trap(20, "a night without imports, asked of one order", lambda s: s.nobody_younger(), "waiting", 9),
    trap(
        20,
        "a night without imports, asked of the store",
        lambda s: s.orders(3),
        "healthy",
        5.9,
        stage=at_night,
    ),
    trap(
        21,
        "the import is dead and forty orders wait",
        lambda s: s.orders(40, apart=0.01),
        "store.import_stalled",
        5,
        says="40 orders",
        stage=Shop,
    ),
    trap(
        22,
        "a tag that is left alone",
        lambda s: s.rule(exclude_tags=frozenset({"preorder"})).change(tags=("PreOrder",)),
        "not_tracked",
        **RULED,
    ),
    trap(23, "accepted by a service", lambda s: s.whole(request_status="ACCEPTED"), "not_tracked"),
    trap(
        23, "submitted to a service this morning", lambda s: s.whole(request_status="SUBMITTED"), "waiting", 9
    ),
    trap(24, "two locations, one of them here", two_locations, "healthy"),
    trap(25, "scope missing", lambda s: s.parts(), "not_tracked", says="scope"),
    trap(26, "older than sixty days and read by its id", lambda s: s.ship(), UNTOLD, 61 * 24),
    trap(27, "older than ninety days", lambda s: s, "not_tracked", 91 * 24),
    trap(28, "combined, told", combined_and_told, "healthy", says="combined into ShipStation order 1002"),
    trap(28, "combined, and its own row is gone", lambda s: s.combined(absorbed=False), "waiting", 2),
    trap(28, "the survivor of a combine", survivor_itself, "healthy"),
    trap(29, "combined, only the survivor told", combined_untold, UNTOLD),
    trap(30, "split, one child shipped and told", half_told, "waiting", 30),
    trap(
        30,
        "split, both children shipped and told",
        lambda s: half_told(s).ship({TEE: 2}, UPS, row=2).fulfil({TEE: 2}, UPS),
        "healthy",
    ),
    trap(31, "a number that only begins alike", lambda s: s.row(key=None, number="10012"), MISSING),
    trap(32, "the same number in another shop", another_shop, MISSING),
    trap(33, "another prefix", lambda s: s.row(key=None, number="A1001"), MISSING),
    trap(
        33,
        "its own prefix on both sides",
        lambda s: s.change(name="RB1001").row(key=None, number="rb1001"),
        "waiting",
        2,
    ),
    trap(34, "a copy with a suffix", lambda s: s.row(key="uuid", number="1001-A"), MISSING),
    trap(
        34,
        "a copy with a suffix beside the order",
        lambda s: s.row().row(2, key="uuid", number="1001-A"),
        "waiting",
        2,
    ),
    trap(
        35,
        "shipped by a store since retired",
        lambda s: s.shop(4, active=False).row(store_id=4).ship(store_id=4).fulfil(None, s.number),
        "healthy",
    ),
    trap(
        35,
        "open in a store since retired",
        lambda s: s.shop(4, active=False).row(store_id=4),
        "import.wrong_store",
        3,
    ),
    trap(36, "voided label", lambda s: s.ship(hours=1).void(hours=2), "waiting", 3),
    trap(
        37,
        "voided and shipped again",
        lambda s: s.ship(number=UPS).void(hours=6).ship(hours=7).fulfil(None, UPS),
        "sync.tracking_mismatch",
        cause="reship_after_void",
    ),
    trap(
        38,
        "voided, not shipped again",
        lambda s: s.ship().fulfil(None, s.number).void(hours=6),
        "sync.ghost_fulfillment",
    ),
    trap(
        39,
        "new label before the void, told",
        lambda s: relabelled_without_void(s).fulfil(None, UPS, s.number),
        "healthy",
    ),
    trap(39, "new label before the void, not told yet", relabelled_without_void, "waiting", 6),
    trap(
        40,
        "return label beside the parcel",
        lambda s: s.ship().fulfil(None, s.number).give_back(UPS),
        "healthy",
    ),
    trap(40, "nothing but a return label", lambda s: s.row().give_back(hours=1), "waiting", 3),
    trap(
        41,
        "several packages, one number told",
        lambda s: s.ship().ship(items=None, number=UPS).fulfil(None, UPS),
        "healthy",
    ),
    trap(
        41,
        "one label, several numbers in Shopify",
        lambda s: s.ship().fulfil(None, s.number, UPS, OTHER),
        "healthy",
    ),
    trap(42, "marked as shipped", lambda s: s.mark(), UNTOLD),
    trap(43, "handed over without a number", lambda s: s.mark("").fulfil(), "sync.no_tracking_anywhere"),
    trap(44, "told at the first scan", lambda s: s.notify("mail_stream").ship(notified=False), "waiting", 75),
    trap(45, "told on the ship date", lambda s: ship_on(s, date(2026, 11, 18)), "waiting", 12 - MINUTE),
    trap(
        47, "told after midnight", lambda s: s.ship(hours=13.9).fulfil(None, s.number, hours=14.2), "healthy"
    ),
    trap(48, "label from the future", lambda s: s.ship(hours=8), "waiting", 5),
    trap(48, "label from before its order", lambda s: s.ship(hours=-8), "waiting", 3.9),
    trap(48, "imported before it was placed, by the clocks", lambda s: s.row(hours=-3), "waiting", 3),
    trap(
        49,
        "told on the ship date on the day clocks go forward",
        lambda s: ship_on(s, date(2026, 3, 8)),
        "waiting",
        12 - MINUTE,
        stage=placed(2026, 3, 8, 14),
    ),
    trap(
        49,
        "two hours after that time, on the day clocks go forward",
        lambda s: ship_on(s, date(2026, 3, 8)),
        UNTOLD,
        12,
        stage=placed(2026, 3, 8, 14),
    ),
    trap(
        49,
        "told on the ship date on the day clocks go back",
        lambda s: ship_on(s, date(2026, 11, 1)),
        "waiting",
        13 - MINUTE,
        stage=placed(2026, 11, 1, 14),
    ),
    trap(
        49,
        "two hours after that time, on the day clocks go back",
        lambda s: ship_on(s, date(2026, 11, 1)),
        UNTOLD,
        13,
        stage=placed(2026, 11, 1, 14),
    ),
    trap(
        50,
        "placed before midnight, imported after it",
        lambda s: s.row(hours=0.5),
        "waiting",
        2,
        stage=placed(2026, 11, 19, 4, 55),
    ),
    trap(
        51,
        "the same row and label read on two pages",
        lambda s: (
            s.ship().fulfil(None, s.number),
            s.rows.append(s.rows[0]),
            s.shipments.append(s.shipments[0]),
        ),
        "healthy",
    ),
    trap(
        52,
        "half a scan: the parcel was read, and its row was not",
        lambda s: (s.ship().fulfil(None, s.number), s.rows.clear()),
        "healthy",
    ),
    trap(54, "cancelled after shipping", lambda s: s.ship().cancel(20), "not_tracked", says="refund"),
    trap(
        55,
        "fulfilled by another app first",
        lambda s: s.row().fulfil(None, UPS, service="Acme 3PL"),
        "sync.open_after_fulfillment",
        cause="fulfilled_elsewhere",
    ),
    trap(
        56,
        "fulfilled at payment, then shipped",
        lambda s: s.fulfil(hours=0.01).ship(),
        "sync.tracking_missing",
        cause="auto_fulfilled",
    ),
    trap(
        56, "fulfilled at payment, and waiting for its label", lambda s: s.row().fulfil(hours=0.01), "healthy"
    ),
    trap(
        58,
        "returned after delivery",
        lambda s: s.ship().fulfil(None, s.number).refund(hours=300).change(fulfillment_status="RESTOCKED"),
        "healthy",
        400,
    ),
    trap(60, "archived, paid and open", lambda s: s.archive(), "import.archived_unfulfilled"),
    trap(60, "archived and done", lambda s: s.fulfil(None, UPS).archive(), "healthy"),
    trap(60, "archived with an untold parcel", lambda s: s.ship().archive(), UNTOLD),
    trap(
        61,
        "tracking formatted differently",
        lambda s: s.ship(number=UPS).fulfil(None, "1z999 aa1 0123 4567 84"),
        "healthy",
    ),
    trap(
        62,
        "the carrier gave the parcel a second number",
        lambda s: s.ship(carrier="globalpost").fulfil(None, UPS),
        "sync.tracking_mismatch",
        cause="other_number",
    ),
    trap(63, "test order", lambda s: s.change(test=True).ship(), "not_tracked"),
    trap(64, "net terms", net_terms, MISSING),
    trap(65, "unknown status there", lambda s: s.row(status="planning"), "not_tracked", says="planning"),
    trap(
        66,
        "manual replacement with a parcel",
        lambda s: (
            s.ship()
            .fulfil(None, s.number)
            .row(2, key="uuid", store_id=9)
            .ship(row=2, order_key="uuid", store_id=9, number=UPS, notified=False)
        ),
        "healthy",
    ),
    trap(
        67,
        "only the id says that it is the order",
        lambda s: s.row(number="7-STACEY", ordered_at=None),
        "waiting",
        2,
    ),
    trap(68, "a weekend", lambda s: s.row(hours=54), "waiting", 100),
    trap(69, "hold released just now", lambda s: s.release(98).row(), "waiting"),
    trap(69, "released and changed again for a month", lambda s: s.release(30 * 24), MISSING, 30 * 24),
    trap(70, "somebody pressed Resolved and it is still true", lambda s: s.ship(), UNTOLD, 200),
]
SCENARIOS = [*_TABLE]
