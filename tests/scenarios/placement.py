"""Orders that ShipStation has in another store, or in a status from which nobody ships."""

from datetime import date

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import MUG, TEE, UPS

STORE = "import.wrong_store"
STATUS = "import.wrong_status"


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
SCENARIOS = [*_STORE, *_STATUS]
