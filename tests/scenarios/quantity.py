"""Orders that ShipStation has with too few units, or twice."""

from storage.facts import Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import MUG, TEE

SHORT = "import.items_short"
TWICE = "import.duplicate"


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
SCENARIOS = [*_SHORT, *_TWICE]
