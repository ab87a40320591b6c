"""Orders with which nothing is wrong, however odd they look."""

from storage.facts import Item, Line
from tests.scenarios import scenario
from tests.scenarios.scenario import Scenario
from tests.scenarios.scene import Scene
from tests.scenarios.things import CAP, EBOOK, MUG, TEE, UPS


def ruled(name: str, build, **more) -> Scenario:
    """The same order, once counted and once left alone by one of the store's rules."""
    return scenario.Scenario(name=name, build=build, **more)


def bundle(s: Scene) -> Scene:
    """ShipStation took the bundle apart; Shopify sells it as one line."""
    s.only({MUG: 1}).row(items=(Item(None, "CUP", 1), Item(None, "SAUCER", 1)))
    return s.ship(items=(Item(None, "CUP", 1), Item(None, "SAUCER", 1)))


_HEALTHY = [
    ruled(
        "a bundle that ShipStation took apart, in one parcel",
        lambda s: bundle(s).fulfil(None, s.number),
        expected="healthy",
    ),
    ruled(
        "a bundle that ShipStation took apart waits like any other order",
        lambda s: s.only({MUG: 1}).row(items=(Item(None, "CUP", 1), Item(None, "SAUCER", 1))),
        expected="waiting",
        hours=3,
    ),
    ruled(
        "an alias in ShipStation, shipped and told",
        lambda s: (
            s.row(items=(Item(MUG, "MUG-ALIAS", 1), Item(TEE, "TEE-ALIAS", 2)))
            .ship(items=(Item(MUG, "MUG-ALIAS", 1), Item(TEE, "TEE-ALIAS", 2)))
            .fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "a free sample that only ShipStation knows",
        lambda s: (
            s.row(items=(*s.items({MUG: 1, TEE: 2}), Item(None, "SAMPLE", 1)))
            .ship(items=(*s.items({MUG: 1, TEE: 2}), Item(None, "SAMPLE", 1)))
            .fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "shipped in two parcels on two days, both told",
        lambda s: (
            s.split({MUG: 1}, {TEE: 2})
            .ship({MUG: 1}, UPS)
            .fulfil({MUG: 1}, UPS)
            .ship({TEE: 2}, row=2, hours=28)
            .fulfil({TEE: 2}, s.number, hours=28)
        ),
        expected="healthy",
    ),
    ruled(
        "one line of two units in two parcels, both told",
        lambda s: (
            s.ship({MUG: 1, TEE: 1}, UPS)
            .fulfil({MUG: 1, TEE: 1}, UPS)
            .ship({TEE: 1}, hours=28)
            .fulfil({TEE: 1}, s.number, hours=28)
        ),
        expected="healthy",
    ),
    ruled(
        "edited down before it was shipped",
        lambda s: (
            s.take_out({TEE: 1}).row(units={MUG: 1, TEE: 1}).ship({MUG: 1, TEE: 1}).fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "a swap before it was shipped: one line out, another in",
        lambda s: (
            s.take_out({TEE: 2}, hours=1)
            .add_line(CAP, hours=1)
            .row(units={MUG: 1, CAP: 1})
            .ship({MUG: 1, CAP: 1})
            .fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "an exchange after delivery, its new item shipped and told",
        lambda s: (
            s.ship(hours=1)
            .fulfil(None, s.number, hours=1)
            .refund({TEE: 2}, hours=30, status="PARTIALLY_REFUNDED")
            .add_line(hours=31)
            .row(2, {CAP: 1}, hours=32, key="exchange")
            .ship({CAP: 1}, UPS, row=2, hours=33)
            .fulfil({CAP: 1}, UPS, hours=33)
        ),
        expected="healthy",
    ),
    ruled(
        "refunded in part long after it was shipped",
        lambda s: s.ship().fulfil(None, s.number).refund({MUG: 1}, hours=500),
        expected="healthy",
        hours=600,
    ),
    ruled(
        "refunded in money only after it was shipped",
        lambda s: s.ship().fulfil(None, s.number).refund({}, hours=500, status="REFUNDED"),
        expected="healthy",
        hours=600,
    ),
    ruled(
        "two lines of one SKU that ShipStation knows by SKU only, shipped and told",
        lambda s: (
            s.lines(Line(MUG, "MUG", 1, 1, 1, True), Line(TEE, "MUG", 2, 2, 2, True))
            .row(items=(Item(None, "MUG", 3),))
            .ship(items=(Item(None, "MUG", 3),))
            .fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "two lines of one SKU that ShipStation knows by SKU only, waiting",
        lambda s: s.lines(Line(MUG, "MUG", 1, 1, 1, True), Line(TEE, "MUG", 2, 2, 2, True)).row(
            items=(Item(None, "MUG", 3),)
        ),
        expected="waiting",
        hours=3,
    ),
    ruled(
        "its first fulfilment was cancelled with its label, and the second parcel is shown",
        lambda s: (
            s.ship(number=UPS)
            .fulfil(None, UPS, status="CANCELLED")
            .void(hours=6)
            .ship(hours=7)
            .fulfil(None, s.number, hours=7)
        ),
        expected="healthy",
    ),
    ruled(
        "two locations that both ship from here, both told",
        lambda s: (
            s.two_parts({}, {"location": "Annex"})
            .row(1, {MUG: 1})
            .row(2, {TEE: 2}, key="annex")
            .ship({MUG: 1}, UPS)
            .ship({TEE: 2}, row=2)
            .fulfil({MUG: 1}, UPS)
            .fulfil({TEE: 2}, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "imported by number only, shipped and told",
        lambda s: (
            s.row(key=None, items=s.by_sku({MUG: 1, TEE: 2}))
            .ship(order_key=None, items=s.by_sku({MUG: 1, TEE: 2}))
            .fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "marked as shipped with a number, and told",
        lambda s: s.mark(items=None).fulfil(None, s.number),
        expected="healthy",
    ),
    ruled(
        "shipped from a row that holds more than was ordered",
        lambda s: s.row(units={MUG: 1, TEE: 3}).ship({MUG: 1, TEE: 3}).fulfil(None, s.number),
        expected="healthy",
    ),
    ruled(
        "customer service sends a replacement, and the manual store has not shipped it yet",
        lambda s: s.ship().fulfil(None, s.number).row(2, store_id=9, key="uuid", number="1001"),
        expected="healthy",
    ),
    ruled(
        "fulfilled by hand in Shopify and marked in ShipStation by its import",
        lambda s: s.row(status="shipped").fulfil(None, UPS),
        expected="healthy",
    ),
    ruled(
        "no SKU anywhere, known by lines",
        lambda s: (
            s.lines(Line(MUG, None, 1, 1, 1, True), Line(TEE, None, 2, 2, 2, True))
            .ship(items=(Item(MUG, None, 1), Item(TEE, None, 2)))
            .fulfil(None, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "only the part that needs no shipping is open",
        lambda s: s.digital(gift_card=True).ship().fulfil({MUG: 1, TEE: 2}, s.number),
        expected="healthy",
    ),
    ruled(
        "the second label of the hour shares its number",
        lambda s: s.ship().ship(items=None, hours=4.1).fulfil(None, s.number),
        expected="healthy",
    ),
    ruled(
        "a line that was on the order only for a moment",
        lambda s: s.add_line(hours=1).take_out({CAP: 1}, hours=2).ship().fulfil({MUG: 1, TEE: 2}, s.number),
        expected="healthy",
    ),
    ruled(
        "a digital line that ShipStation took along",
        lambda s: (
            s.digital()
            .row(units={MUG: 1, TEE: 2, EBOOK: 1})
            .ship({MUG: 1, TEE: 2, EBOOK: 1})
            .fulfil({MUG: 1, TEE: 2}, s.number)
        ),
        expected="healthy",
    ),
]
SCENARIOS = [*_HEALTHY]
