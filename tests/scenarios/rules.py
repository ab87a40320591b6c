"""Every rule of a store once, and every word that neither system has said before."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from tests.scenarios import scenario
from tests.scenarios.scenario import MINUTE, Scenario
from tests.scenarios.things import TEE

MISSING = "import.missing"
LATE = "aging.past_cutoff"
UNTOLD = "sync.unfulfilled"
RULED = {"says": "leaves alone"}


def ruled(name: str, build, **more) -> Scenario:
    """The same order, once counted and once left alone by one of the store's rules."""
    return scenario.Scenario(name=name, build=build, **more)


_RULES = [
    ruled(
        "left alone by its source",
        lambda s: s.rule(exclude_sources=frozenset({"pos"})).change(source="POS"),
        expected="not_tracked",
        **RULED,
    ),
    ruled(
        "left alone by its shipping method",
        lambda s: s.rule(exclude_methods=frozenset({"freight"})).detail(shipping_method="Freight "),
        expected="not_tracked",
        **RULED,
    ),
    ruled(
        "another method is not left alone",
        lambda s: s.rule(exclude_methods=frozenset({"freight"})).detail(shipping_method="Standard"),
        expected=MISSING,
    ),
    ruled(
        "its shipping method was not read",
        lambda s: s.rule(exclude_methods=frozenset({"freight"})).listed(),
        expected=MISSING,
    ),
    ruled(
        "left alone by all its products",
        lambda s: s.rule(exclude_skus=frozenset({"mug", "tee"})),
        expected="not_tracked",
        **RULED,
    ),
    ruled(
        "one product is left alone and the other is shown",
        lambda s: (
            s.rule(exclude_skus=frozenset({"mug"}))
            .row(units={TEE: 2})
            .ship({TEE: 2})
            .fulfil({TEE: 2}, s.number)
        ),
        expected="healthy",
    ),
    ruled(
        "left alone by its location",
        lambda s: s.rule(exclude_locations=frozenset({"main street"})),
        expected="not_tracked",
        says="Main Street",
    ),
    ruled(
        "none of this store's locations",
        lambda s: s.rule(locations=frozenset({"annex"})),
        expected="not_tracked",
    ),
    ruled(
        "a pickup point in a store that ships there",
        lambda s: s.rule(delivery_methods=frozenset({"SHIPPING", "PICKUP_POINT"})).whole(
            method="PICKUP_POINT"
        ),
        expected=MISSING,
    ),
    ruled(
        "a pickup point in a store that does not",
        lambda s: s.whole(method="PICKUP_POINT"),
        expected="not_tracked",
    ),
    ruled(
        "authorised, in a store that ships before it captures",
        lambda s: s.rule(paid=frozenset({"PAID", "AUTHORIZED"})).change(financial_status="AUTHORIZED"),
        expected=MISSING,
    ),
    ruled("two handling days", lambda s: s.rule(handling_days=2).row(), expected=LATE, hours=5.5 + 48),
    ruled(
        "a minute before two handling days have passed",
        lambda s: s.rule(handling_days=2).row(),
        expected="aging.at_risk",
        hours=5.5 + 48 - MINUTE,
    ),
    ruled("a cutoff at noon", lambda s: s.rule(cutoff=time(12)).row(), expected=LATE, hours=2.5),
    ruled(
        "a grace of two hours",
        lambda s: s.windows(cutoff_grace=timedelta(hours=2)).row(),
        expected="aging.at_risk",
        hours=6.9,
    ),
    ruled(
        "a store in Los Angeles has three hours more",
        lambda s: s.rule(timezone=ZoneInfo("America/Los_Angeles")).row(),
        expected="aging.at_risk",
        hours=8.4,
    ),
    ruled(
        "a store that works on Sundays",
        lambda s: s.rule(workdays=frozenset({6})).row(),
        expected=LATE,
        hours=5.5 + 96,
    ),
    ruled(
        "a tag to review explains why it waits",
        lambda s: s.rule(review_tags=frozenset({7})).row(tag_ids=(7,)),
        expected=LATE,
        cause="tag_review",
        hours=9,
    ),
    ruled(
        "a notification window of one hour",
        lambda s: s.windows(notify=timedelta(hours=1)).ship(),
        expected=UNTOLD,
        hours=5,
    ),
    ruled(
        "an import window of a day",
        lambda s: s.windows(import_=timedelta(days=1)),
        expected="waiting",
        hours=23,
    ),
    ruled(
        "a store that leaves cancelled orders for an hour",
        lambda s: s.windows(cancelled=timedelta(hours=1)).row().cancel(3),
        expected="waiting",
        hours=3.9,
    ),
]


_WORDS = [
    ruled(
        f"Shopify calls the order {word.lower()}, and its units say that it is done",
        lambda s, word=word: s.ship().fulfil(None, s.number).change(fulfillment_status=word),
        expected="healthy",
    )
    for word in (
        "UNFULFILLED",
        "IN_PROGRESS",
        "ON_HOLD",
        "OPEN",
        "PARTIALLY_FULFILLED",
        "PENDING_FULFILLMENT",
        "REQUEST_DECLINED",
        "RESTOCKED",
        "SCHEDULED",
        "FULFILLMENT_NOT_REQUIRED",
        "TELEPORTED",
    )
] + [
    ruled(
        "Shopify calls the order fulfilled, and its units say that nothing is",
        lambda s: s.ship().change(fulfillment_status="FULFILLED"),
        expected=UNTOLD,
    ),
    ruled(
        "a fulfilment order in a status that nobody knows is judged by its units",
        lambda s: s.whole(status="DREAMT"),
        expected=MISSING,
    ),
    ruled(
        "a delivery method that nobody knows counts as shipping",
        lambda s: s.whole(method="DRONE"),
        expected=MISSING,
    ),
    ruled(
        "a fulfilment order that is in progress is still to be shipped",
        lambda s: s.whole(status="IN_PROGRESS").row(),
        expected=LATE,
        hours=9,
    ),
    ruled(
        "a fulfilment in a status that nobody knows does not count",
        lambda s: s.ship().fulfil(None, s.number, status="DREAMT"),
        expected=UNTOLD,
    ),
    ruled(
        "a ShipStation row in a status that nobody knows is present",
        lambda s: s.row(status="dreamt"),
        expected="not_tracked",
        says="dreamt",
    ),
    ruled(
        "an incomplete fulfilment order is said",
        lambda s: s.whole(status="INCOMPLETE"),
        expected="not_tracked",
        says="incomplete",
    ),
]
SCENARIOS = [*_RULES, *_WORDS]
