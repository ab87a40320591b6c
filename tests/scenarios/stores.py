"""Troubles of a whole store: nothing is imported any more, or Shopify is not told any more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.scenarios import scenario
from tests.scenarios.scenario import MINUTE
from tests.scenarios.shop import Shop
from tests.scenarios.things import UPS, days

STALLED = "store.import_stalled"
OUTAGE = "store.notify_outage"
NIGHT = datetime(2026, 11, 19, 1, 0, tzinfo=UTC)
"""Wednesday 20:00 in New York, two hours after the store has closed."""
FRIDAY = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
"""Friday 17:00 there."""


gap = partial(scenario.gap, stage=Shop)
near = partial(scenario.near, stage=Shop)


def at_night() -> Shop:
    return Shop(NIGHT)


def before_the_weekend() -> Shop:
    return Shop(FRIDAY)


def each(scenes: object, done: object) -> None:
    for scene in scenes:
        done(scene)


def reconnected(s: Shop) -> Shop:
    return s.shop(1, active=False).shop(2).orders(3)


def beside_another_brand(s: Shop) -> Shop:
    s.shop(1, active=False, integration="acme.myshopify.com")
    return s.shop(2, integration="other.myshopify.com").orders(3)


def mixed(s: Shop) -> None:
    """Two of the orders that wait are held, and one is digital."""
    s.orders(5)
    s.younger[0].hold()
    s.younger[1].hold()
    s.younger[2].lines(*(replace(line, requires_shipping=False) for line in s.younger[2].known().lines))


_STALLED = [
    gap(
        "the store is inactive, and another brand's is active",
        STALLED,
        beside_another_brand,
        2,
        "store_inactive",
    ),
    gap("three orders wait for two business hours", STALLED, lambda s: s.orders(3), 2, "unknown"),
    gap("forty orders wait", STALLED, lambda s: s.orders(40, apart=0.01), 3, "unknown", says="40 orders"),
    gap("one order waits for four business hours", STALLED, lambda s: s.order(), 4, "unknown"),
    gap(
        "the automatic import is off",
        STALLED,
        lambda s: s.shop(1, auto_refresh=False).orders(3),
        2,
        "auto_import_off",
    ),
    gap(
        "the last import is older than the orders that wait",
        STALLED,
        lambda s: s.shop(1, auto_refresh=True, refreshed_at=s.at(-1)).orders(3),
        2,
        "connection_error",
    ),
    gap(
        "imports are tried and do not come through",
        STALLED,
        lambda s: s.shop(1, refreshed_at=s.at(0.5), attempted_at=s.at(1.9)).orders(3),
        2,
        "connection_error",
    ),
    gap(
        "the shop's only store is inactive",
        STALLED,
        lambda s: s.shop(1, active=False).orders(3),
        2,
        "store_inactive",
    ),
    gap("the shop was connected again, and the old store is named", STALLED, reconnected, 2, "migration"),
    gap(
        "imports run, and bring none of these orders",
        STALLED,
        lambda s: s.shop(1, auto_refresh=True, refreshed_at=s.at(1.9), attempted_at=s.at(1.9)).orders(3),
        2,
        "unknown",
    ),
    gap(
        "ShipStation never had an order of this shop",
        STALLED,
        lambda s: s.never_imported().orders(3),
        2,
        "unknown",
    ),
    gap(
        "at night three orders wait for six hours by the clock",
        STALLED,
        lambda s: s.orders(3),
        6,
        "unknown",
        stage=at_night,
    ),
    gap(
        "before a weekend three orders wait until late in the evening",
        STALLED,
        lambda s: s.orders(3),
        6,
        "unknown",
        stage=before_the_weekend,
    ),
    gap(
        "one order waits over a weekend",
        STALLED,
        lambda s: s.order(),
        66,
        "unknown",
        stage=before_the_weekend,
    ),
    gap("of five orders that wait two are ready", STALLED, mixed, 4.5, "unknown", says="2 orders"),
    near("three orders wait a minute less than two hours", STALLED, lambda s: s.orders(3), 2 - MINUTE),
    near("two orders wait for three hours", STALLED, lambda s: s.orders(2), 3),
    near(
        "one order waits over a weekend, and Monday has just begun",
        STALLED,
        lambda s: s.order(),
        66 - MINUTE,
        stage=before_the_weekend,
    ),
    near("at night three orders wait for five hours", STALLED, lambda s: s.orders(3), 5, stage=at_night),
    near(
        "the minimum order age has not passed for two hours",
        STALLED,
        lambda s: s.windows(minimum_order_age=timedelta(hours=1)).orders(3),
        3 - MINUTE,
    ),
    near(
        "this store waits for a whole business day",
        STALLED,
        lambda s: s.windows(
            import_stalled=timedelta(hours=10), import_stalled_off_hours=timedelta(days=2)
        ).orders(3),
        7,
    ),
    near("today is a holiday", STALLED, lambda s: s.rule(holidays=days("2026-11-18")).orders(3), 5),
    near(
        "all orders that wait are held",
        STALLED,
        lambda s: each((s.order(), s.order(), s.order()), lambda o: o.hold()),
        9,
    ),
    near(
        "all orders that wait are cancelled",
        STALLED,
        lambda s: each((s.order(), s.order(), s.order()), lambda o: o.cancel(0)),
        9,
    ),
    near(
        "all orders that wait carry a tag that the store leaves alone",
        STALLED,
        lambda s: (
            s.rule(exclude_tags=frozenset({"b2b"})),
            each((s.order(), s.order(), s.order()), lambda o: o.change(tags=("B2B",))),
        ),
        9,
    ),
    near("all orders that wait are older than ninety days", STALLED, lambda s: s.orders(3), 91 * 24),
    near(
        "all orders that wait came under another number",
        STALLED,
        lambda s: each((s.order(), s.order(), s.order()), lambda o: o.row(key=f"{o.id}-1")),
        9,
    ),
    near(
        "all orders that wait were typed in by hand",
        STALLED,
        lambda s: each((s.order(), s.order(), s.order()), lambda o: o.row(store_id=9, key="uuid")),
        9,
    ),
    near(
        "a provider refused all orders that wait",
        STALLED,
        lambda s: each((s.order(), s.order(), s.order()), lambda o: o.whole(request_status="REJECTED")),
        9,
    ),
    near("no order waits", STALLED, lambda s: s, 99),
]


def shown(s: Shop) -> None:
    s.parcels(6)
    each(s.untold, lambda o: o.fulfil(None, o.number))


def with_dead_labels(s: Shop) -> None:
    """Each was told before, and voided: ShipStation never tells about the second label."""
    for at in range(6):
        s.parcel(1 + at * 0.1, error=None, notified=False)
        s.untold[-1].ship(number=UPS, row=50 + at, hours=2.5, id=900 + at, voided=True, voided_at=s.at(0.9))


def of_marks(s: Shop) -> None:
    for at in range(6):
        s.parcel(1 + at * 0.1, error=None, kind="mark")


_OUTAGE = [
    gap(
        "five parcels within an hour failed with one error",
        OUTAGE,
        lambda s: s.parcels(5),
        1.5,
        "notification_failed",
    ),
    gap(
        "one error, with the order's number in it",
        OUTAGE,
        lambda s: each(range(6), lambda at: s.parcel(1 + at * 0.1, error=f"order {1000 + at} rejected")),
        2,
        "notification_failed",
        says="order 100",
    ),
    gap(
        "five failed and three got through",
        OUTAGE,
        lambda s: s.parcels(5).got_through(3),
        2,
        "notification_failed",
        says="3 other labels",
    ),
    gap(
        "no label of the hour was told and none says why",
        OUTAGE,
        lambda s: s.silent(5),
        2,
        "notifications_off",
    ),
    gap(
        "eight of ten labels were not told",
        OUTAGE,
        lambda s: s.silent(8, apart=0.05).got_through(2, hours=1.1),
        2,
        "notifications_off",
        says="2 other labels",
    ),
    gap(
        "an hour in which nothing was told, and one odd label after a day of told ones",
        OUTAGE,
        lambda s: s.silent(6).got_through(30, hours=20).silent(1, first=30),
        34,
        "notifications_off",
        says="6 shipped orders",
    ),
    gap(
        "a store that tells six hours later told none",
        OUTAGE,
        lambda s: s.notify("hours", hours=6).silent(5),
        8,
        "notifications_off",
    ),
    gap(
        "both at once: ten failed, five were not tried",
        OUTAGE,
        lambda s: s.parcels(10, apart=0.05).silent(5, first=1.1),
        3,
        "notification_failed",
        says="15 shipped",
    ),
    gap(
        "one parcel failed long before the others, and is no part of it",
        OUTAGE,
        lambda s: (s.parcel(1), s.parcels(5, first=40)),
        41,
        "notification_failed",
        says="5 shipped orders",
    ),
    near("four parcels failed", OUTAGE, lambda s: s.parcels(4), 9),
    near("five parcels failed within two hours", OUTAGE, lambda s: s.parcels(5, apart=0.5), 9),
    near(
        "the first failed less than half an hour ago",
        OUTAGE,
        lambda s: s.parcels(5, apart=0.05),
        1.5 - MINUTE,
    ),
    near(
        "five parcels failed with five errors",
        OUTAGE,
        lambda s: each("abcde", lambda letter: s.parcel(error=f"error {letter}")),
        9,
    ),
    near("Shopify shows all of them by now", OUTAGE, shown, 9),
    near("five were not told and two got through", OUTAGE, lambda s: s.silent(5).got_through(2), 9),
    near("the store waits for the first scan", OUTAGE, lambda s: s.notify("mail_stream").silent(9), 70),
    near("they were marked as shipped without the option", OUTAGE, of_marks, 9),
    near("they are second labels of voided ones", OUTAGE, with_dead_labels, 9),
    near(
        "ShipStation does not say whether they were told",
        OUTAGE,
        lambda s: each(range(6), lambda at: s.parcel(error=None, notified=None)),
        9,
    ),
    near("they were cancelled", OUTAGE, lambda s: (s.parcels(6), each(s.untold, lambda o: o.cancel(9))), 9),
    near(
        "this store lets it last for a day",
        OUTAGE,
        lambda s: s.windows(notify_outage=timedelta(days=1)).parcels(6),
        20,
    ),
    near("nothing was shipped", OUTAGE, lambda s: s, 9),
]
SCENARIOS = [*_STALLED, *_OUTAGE]
