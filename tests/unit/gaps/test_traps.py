"""The situations of domain.md 4 that a naive check gets wrong, each under its number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest

from bot.gaps.dossier import Peers
from storage.facts import Item, Line, Payment

UPS = "1Z999AA10123456784"
EBOOK = "14000000000003"
SURVIVOR = "6012345678999"


@dataclass(frozen=True)
class Trap:
    number: int
    name: str
    build: Callable[[Any], object]
    expected: str
    """Outcome, or the codes of the kinds found."""
    hours: float = 99
    says: str = ""


def mixed(s):
    s.lines(Line(s.mug, "MUG", 1, 1, 1, True), Line(EBOOK, "EBOOK", 1, 1, 1, False))
    return s.parts(s.part({s.mug: 1})).ship({s.mug: 1}).fulfil({s.mug: 1}, s.number)


def combined(s):
    s.row(1).row(5, number="1002", key=SURVIVOR, status="shipped", merged_or_split=True, merged_ids=(1,))
    items = (Item(s.mug, "MUG", 1), Item(s.tee, "TEE", 2), Item("14000000000900", "CAP", 1))
    return s.ship(row=5, order_key=SURVIVOR, order_number="1002", items=items)


def survivor_itself(s):
    """This order absorbed #1002; its parcel carries that order's cap too."""
    s.row(1, merged_or_split=True, merged_ids=(8,))
    return s.ship(items=(Item(s.mug, "MUG", 1), Item(s.tee, "TEE", 2), Item("14000000000900", "MUG", 1)))


def two_locations(s):
    s.parts(s.part({s.mug: 1}), s.part({s.tee: 2}, id="8", location="3PL", request_status="ACCEPTED"))
    return s.row(items=(Item(s.mug, "MUG", 1),)).ship({s.mug: 1}).fulfil({s.mug: 1}, s.number)


def split_half_shipped(s):
    s.row(1, items=(Item(s.mug, "MUG", 1),)).row(
        2, parent_id=1, key="c", status="on_hold", items=(Item(s.tee, "TEE", 2),)
    )
    return s.ship({s.mug: 1}).fulfil({s.mug: 1}, s.number)


def another_shop(s):
    s.rule(store_ids=frozenset())
    s.stores[2] = s.store(2)
    return s.row(2, store_id=2, key="6099999999999")


def retired_store(s):
    s.stores[4] = s.store(4, active=False)
    return s.row(store_id=4).ship(store_id=4).fulfil(None, s.number)


def relabelled_without_void(s):
    s.ship({s.mug: 1, s.tee: 2}, UPS, voided=True, voided_at=s.at(5)).ship(items=(), hours=4.5)
    s.rows[0] = type(s.rows[0])(
        **{name: getattr(s.rows[0], name) for name in s.rows[0].__slots__} | {"status": "awaiting_shipment"}
    )
    return s.fulfil(None, UPS, s.number)


def returned(s):
    s.ship().fulfil(None, s.number).change(fulfillment_status="RESTOCKED")
    return s.lines(Line(s.mug, "MUG", 1, 0, 0, True), Line(s.tee, "TEE", 2, 0, 0, True))


def part_refunded(s):
    s.lines(Line(s.mug, "MUG", 1, 1, 1, True), Line(s.tee, "TEE", 2, 0, 0, True))
    return s.change(financial_status="PARTIALLY_REFUNDED").ship().fulfil({s.mug: 1}, s.number)


def recharged(s):
    voided = Payment("VOID", "SUCCESS", s.at(1))
    return s.detail(
        payments=(Payment("SALE", "SUCCESS", s.at(0)), voided, Payment("SALE", "SUCCESS", s.at(2)))
    )


TRAPS = [
    Trap(
        1, "digital only", lambda s: s.lines(Line(s.mug, "E", 1, 1, 1, False)), "not_tracked", says="digital"
    ),
    Trap(2, "physical and digital mixed", mixed, "healthy"),
    Trap(3, "zero total, physical", lambda s: s.change(total="0.0"), "import.missing"),
    Trap(4, "no shipping line, physical", lambda s: s.detail(shipping_method=None), "import.missing"),
    Trap(5, "local pickup", lambda s: s.parts(s.part({s.mug: 1}, method="PICK_UP")), "not_tracked"),
    Trap(
        5,
        "local pickup with a label",
        lambda s: s.parts(s.part({s.mug: 1, s.tee: 2}, method="PICK_UP")).ship(),
        "not_tracked",
        says="by mistake",
    ),
    Trap(6, "local delivery", lambda s: s.parts(s.part({s.mug: 1}, method="LOCAL")), "not_tracked"),
    Trap(
        7,
        "sold at the till",
        lambda s: s.change(source="pos").parts(s.part({s.mug: 1}, method="RETAIL")),
        "not_tracked",
    ),
    Trap(8, "sold at the till, shipped to the customer", lambda s: s.change(source="pos"), "import.missing"),
    Trap(
        9,
        "authorised, not paid",
        lambda s: s.change(financial_status="AUTHORIZED"),
        "not_tracked",
        says="not paid",
    ),
    Trap(10, "voided and charged again", recharged, "import.missing"),
    Trap(11, "fully refunded, not cancelled", lambda s: s.change(financial_status="REFUNDED"), "not_tracked"),
    Trap(
        11,
        "fully refunded, still open there",
        lambda s: s.change(financial_status="REFUNDED").row(),
        "not_tracked",
    ),
    Trap(12, "partly refunded line", part_refunded, "healthy"),
    Trap(15, "held in Shopify", lambda s: s.held(), "waiting", says="holds it"),
    Trap(15, "held in Shopify, open in ShipStation", lambda s: s.held().row(), "waiting"),
    Trap(
        16,
        "held in part",
        lambda s: s.parts(s.part({s.mug: 1}, status="ON_HOLD"), s.part({s.tee: 2})),
        "import.missing",
    ),
    Trap(17, "upsell hold", lambda s: s.held("ONLINE_STORE_POST_PURCHASE_CROSS_SELL", None), "waiting"),
    Trap(
        18,
        "preorder",
        lambda s: s.parts(s.part({s.mug: 1}, status="SCHEDULED", fulfill_at=s.at(999))).row(),
        "waiting",
    ),
    Trap(19, "younger than the minimum age", lambda s: s, "waiting", hours=1),
    Trap(
        20,
        "a night without imports",
        lambda s: setattr(s, "peers", Peers(newest_imported=s.at(-1))),
        "waiting",
        hours=9,
    ),
    Trap(
        22,
        "a tag that is left alone",
        lambda s: s.rule(exclude_tags=frozenset({"preorder"})).change(tags=("PreOrder",)),
        "not_tracked",
    ),
    Trap(
        23,
        "shipped by a service",
        lambda s: s.parts(s.part({s.mug: 1}, request_status="SUBMITTED")),
        "not_tracked",
    ),
    Trap(24, "two locations, one of them here", two_locations, "healthy"),
    Trap(25, "scope missing", lambda s: s.parts(), "not_tracked", says="scope"),
    Trap(27, "older than 90 days", lambda s: s, "not_tracked", hours=91 * 24),
    Trap(
        28,
        "combined, told",
        lambda s: combined(s).fulfil(None, s.number),
        "healthy",
        says="combined into ShipStation order 1002",
    ),
    Trap(28, "the survivor of a combine", lambda s: survivor_itself(s).fulfil(None, s.number), "healthy"),
    Trap(29, "combined, only the survivor told", combined, "sync.unfulfilled"),
    Trap(30, "split, one child shipped and told", split_half_shipped, "healthy"),
    Trap(31, "a number that only begins alike", lambda s: s.row(key=None, number="10012"), "import.missing"),
    Trap(32, "the same number in another shop", another_shop, "import.missing"),
    Trap(33, "another prefix", lambda s: s.row(key=None, number="A1001"), "import.missing"),
    Trap(34, "a copy with a suffix", lambda s: s.row(key="uuid", number="1001-A"), "import.missing"),
    Trap(35, "shipped by a store since retired", retired_store, "healthy"),
    Trap(36, "voided label", lambda s: s.ship(voided=True, voided_at=s.at(4.5)), "waiting", hours=5),
    Trap(
        37,
        "voided and shipped again",
        lambda s: s.ship(number=UPS, voided=True).ship().fulfil(None, UPS),
        "sync.tracking_mismatch",
    ),
    Trap(
        38,
        "voided, not shipped again",
        lambda s: s.ship(voided=True).fulfil(None, s.number),
        "healthy",
        says="still has it open",
    ),
    Trap(39, "new label before the void", relabelled_without_void, "healthy"),
    Trap(
        40,
        "return label",
        lambda s: s.ship().fulfil(None, s.number).ship(number=UPS, return_label=True, notified=False),
        "healthy",
    ),
    Trap(40, "nothing but a return label", lambda s: s.ship(return_label=True), "waiting", hours=5),
    Trap(
        41,
        "several packages, one number told",
        lambda s: s.ship().ship(items=None, number=UPS).fulfil(None, UPS),
        "healthy",
    ),
    Trap(42, "marked as shipped", lambda s: s.ship(kind="mark"), "sync.unfulfilled"),
    Trap(43, "handed over without a number", lambda s: s.ship(kind="mark", number="").fulfil(), "healthy"),
    Trap(
        44,
        "told at the first scan",
        lambda s: s.notify("mail_stream").ship(notified=False),
        "waiting",
        hours=75,
    ),
    Trap(
        45,
        "told on the ship date",
        lambda s: s.notify("ship_date", at=time(17)).ship(ship_date=date(2026, 11, 18)),
        "waiting",
        hours=11.9,
    ),
    Trap(
        47, "told after midnight", lambda s: s.ship(hours=13.9).fulfil(None, s.number, hours=14.2), "healthy"
    ),
    Trap(48, "label from the future", lambda s: s.ship(hours=8), "waiting", hours=5),
    Trap(54, "cancelled after shipping", lambda s: s.ship().change(cancelled_at=s.at(20)), "not_tracked"),
    Trap(56, "fulfilled at payment", lambda s: s.fulfil(hours=0.01).ship(), "sync.tracking_missing"),
    Trap(58, "returned after delivery", returned, "healthy"),
    Trap(60, "archived", lambda s: s.change(closed_at=s.at(5)), "not_tracked", says="archived"),
    Trap(
        60, "archived with an untold parcel", lambda s: s.ship().change(closed_at=s.at(5)), "sync.unfulfilled"
    ),
    Trap(
        61,
        "tracking formatted differently",
        lambda s: s.ship(number=UPS).fulfil(None, "1z999 aa1 0123 4567 84"),
        "healthy",
    ),
    Trap(63, "test order", lambda s: s.change(test=True).ship(), "not_tracked"),
    Trap(
        64,
        "net terms",
        lambda s: s.change(financial_status="PENDING").rule(paid=frozenset({"PENDING"})),
        "import.missing",
    ),
    Trap(65, "unknown status there", lambda s: s.row(status="planning"), "not_tracked", says="planning"),
    Trap(
        66,
        "manual replacement with a parcel",
        lambda s: s.ship().fulfil(None, s.number).row(2, key="uuid", store_id=9),
        "healthy",
    ),
    Trap(68, "a weekend", lambda s: s.row(hours=54), "waiting", hours=100),
    Trap(
        69,
        "hold released just now",
        lambda s: s.parts(s.part({s.mug: 1}, updated_at=s.at(98))).row(),
        "waiting",
    ),
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.number}: {trap.name}")
def test_trap(scene, trap):
    trap.build(scene)
    verdict = scene.judge(trap.hours)
    seen = " ".join(found.kind for found in verdict.findings) or verdict.outcome
    assert seen == trap.expected, verdict.why
    assert trap.says in verdict.why


def test_an_untold_parcel_of_a_combined_order_shows_the_survivors_tracking(scene):
    found = combined(scene).gap(99)
    assert scene.number in str(found.evidence)
    assert found.evidence[0].value == "3 shipped"
