"""Orders that somebody keeps back for too long: a hold, or a provider."""

from datetime import UTC, date, datetime, timedelta

from storage.facts import Hold
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.things import MUG, TEE, hours_between

HOLD = "aging.hold_overdue"
PROVIDER = "aging.provider_stuck"


def held(reason: str):
    return lambda s: s.hold(reason)


_HOLD = [
    gap("held for fraud for two days", HOLD, held("HIGH_RISK_OF_FRAUD"), 48, "hold_fraud"),
    gap("held for a wrong address for two days", HOLD, held("INCORRECT_ADDRESS"), 48, "hold_address"),
    gap("held for a payment that Shopify shows as paid", HOLD, held("AWAITING_PAYMENT"), 48, "hold_payment"),
    gap("held for stock for a week", HOLD, held("INVENTORY_OUT_OF_STOCK"), 7 * 24, "hold_stock"),
    gap(
        "held for an unknown delivery date for a week",
        HOLD,
        held("UNKNOWN_DELIVERY_DATE"),
        7 * 24,
        "hold_delivery_date",
    ),
    gap(
        "held for the goods of an exchange for a week",
        HOLD,
        held("AWAITING_RETURN_ITEMS"),
        7 * 24,
        "hold_returns",
    ),
    gap(
        "an offer after checkout held it for two hours",
        HOLD,
        held("ONLINE_STORE_POST_PURCHASE_CROSS_SELL"),
        2,
        "hold_upsell",
    ),
    gap(
        "an app holds it for a reason of its own",
        HOLD,
        lambda s: s.hold("OTHER", app="FraudGuard"),
        48,
        "hold_other",
    ),
    near(
        "an app holds it since this morning",
        HOLD,
        lambda s: s.hold("OTHER", app="FraudGuard"),
        4,
        "waiting",
        says="FraudGuard",
    ),
    gap("held for a reason that is new", HOLD, held("METEOR_SHOWER"), 48, "hold_other"),
    gap("held without a reason", HOLD, lambda s: s.whole(status="ON_HOLD"), 48, "hold_other"),
    gap(
        "held for stock and for fraud, of which fraud is the shorter",
        HOLD,
        lambda s: s.whole(
            status="ON_HOLD", holds=(Hold("INVENTORY_OUT_OF_STOCK"), Hold("HIGH_RISK_OF_FRAUD"))
        ),
        48,
        "hold_fraud",
    ),
    gap(
        "one part is held for too long while the other has left",
        HOLD,
        lambda s: (
            s.two_parts({}, {"status": "ON_HOLD", "holds": (Hold("HIGH_RISK_OF_FRAUD"),)})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
        48,
        "hold_fraud",
    ),
    gap(
        "held in both systems",
        HOLD,
        lambda s: s.hold("INCORRECT_ADDRESS").row(status="on_hold"),
        60,
        "hold_address",
    ),
    gap(
        "ShipStation's hold is a day past its date",
        HOLD,
        lambda s: s.row(status="on_hold", hold_until=date(2026, 11, 20)),
        hours_between(datetime(2026, 11, 18, 15, tzinfo=UTC), datetime(2026, 11, 21, 5, tzinfo=UTC)),
        "shipstation_hold",
    ),
    gap(
        "ShipStation's hold ended before the order was placed",
        HOLD,
        lambda s: s.row(status="on_hold", hold_until=date.min),
        48,
        "shipstation_hold",
    ),
    gap(
        "held for stock and for fraud, in a store that lets stock wait for a day only",
        HOLD,
        lambda s: s.windows(hold_stock=timedelta(days=1)).whole(
            status="ON_HOLD", holds=(Hold("INVENTORY_OUT_OF_STOCK"), Hold("HIGH_RISK_OF_FRAUD"))
        ),
        24,
        "hold_stock",
    ),
    gap(
        "of two held parts the one whose time has run out counts",
        HOLD,
        lambda s: s.two_parts(
            {"status": "ON_HOLD", "holds": (Hold("INVENTORY_OUT_OF_STOCK"),)},
            {"status": "ON_HOLD", "holds": (Hold("INCORRECT_ADDRESS"),)},
        ),
        60,
        "hold_address",
    ),
    near(
        "held for fraud for a minute less than two days",
        HOLD,
        held("HIGH_RISK_OF_FRAUD"),
        48 - MINUTE,
        "waiting",
    ),
    near("held for stock for three days", HOLD, held("INVENTORY_OUT_OF_STOCK"), 72, "waiting"),
    near("the upsell hold is an hour old", HOLD, held("ONLINE_STORE_POST_PURCHASE_CROSS_SELL"), 1, "waiting"),
    near("the hold began yesterday", HOLD, lambda s: s.hold(hours=76), 99, "waiting"),
    near(
        "this store lets fraud wait for four days",
        HOLD,
        lambda s: s.windows(hold=timedelta(days=4)).hold("HIGH_RISK_OF_FRAUD"),
        72,
        "waiting",
    ),
    near("held and cancelled", HOLD, lambda s: s.hold().cancel(), expected="not_tracked"),
    near(
        "held and not paid",
        HOLD,
        lambda s: s.hold().change(financial_status="PENDING"),
        expected="not_tracked",
    ),
    near("held and archived", HOLD, lambda s: s.hold().archive(), expected="not_tracked"),
    near(
        "what is held is at another location",
        HOLD,
        lambda s: (
            s.rule(locations=frozenset({"main street"}))
            .two_parts({}, {"status": "ON_HOLD", "location": "Annex"})
            .row(units={MUG: 1})
        ),
        3,
        "waiting",
    ),
    near(
        "what was held has been refunded",
        HOLD,
        lambda s: (
            s.two_parts({}, {"status": "ON_HOLD"}).refund({TEE: 2}).ship({MUG: 1}).fulfil(None, s.number)
        ),
    ),
    near(
        "ShipStation's hold ended this morning",
        HOLD,
        lambda s: s.row(status="on_hold", hold_until=date(2026, 11, 20)),
        54,
        "waiting",
    ),
    near(
        "ShipStation holds it until the end of days",
        HOLD,
        lambda s: s.row(status="on_hold", hold_until=date.max),
        99,
        "waiting",
    ),
]


_PROVIDER = [
    gap(
        "a request that nobody answered for a day",
        PROVIDER,
        lambda s: s.whole(request_status="SUBMITTED"),
        24,
        "no_answer",
    ),
    gap("a request that was rejected", PROVIDER, lambda s: s.whole(request_status="REJECTED"), 1, "rejected"),
    gap(
        "ShipStation's provider rejected it",
        PROVIDER,
        lambda s: s.row(status="rejected_fulfillment"),
        1,
        "rejected",
    ),
    gap(
        "ShipStation's provider has not moved for a day",
        PROVIDER,
        lambda s: s.row(status="pending_fulfillment"),
        24.5,
        "no_answer",
    ),
    gap(
        "one part was refused, the other awaits its cutoff",
        PROVIDER,
        lambda s: s.two_parts({}, {"request_status": "REJECTED"}).row(),
        3,
        "rejected",
    ),
    gap(
        "our part has left, and the provider does not answer for the other",
        PROVIDER,
        lambda s: (
            s.two_parts({}, {"request_status": "SUBMITTED", "location": "3PL"})
            .row(units={MUG: 1})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
        30,
        "no_answer",
    ),
    near(
        "a request of a minute less than a day ago",
        PROVIDER,
        lambda s: s.whole(request_status="SUBMITTED"),
        24 - MINUTE,
        "waiting",
    ),
    near(
        "a request that was accepted",
        PROVIDER,
        lambda s: s.whole(request_status="ACCEPTED"),
        expected="not_tracked",
    ),
    near(
        "a request of a location that the store left out",
        PROVIDER,
        lambda s: s.rule(exclude_locations=frozenset({"3pl"})).whole(
            request_status="SUBMITTED", location="3PL"
        ),
        expected="not_tracked",
    ),
    near(
        "a request of a location that is none of this store's",
        PROVIDER,
        lambda s: s.rule(locations=frozenset({"main street"})).whole(
            request_status="REJECTED", location="3PL"
        ),
        expected="not_tracked",
    ),
    near(
        "the provider has a week in this store",
        PROVIDER,
        lambda s: s.windows(provider=timedelta(days=7)).whole(request_status="SUBMITTED"),
        99,
        "waiting",
    ),
    near(
        "the shop shipped what it had asked a provider for, and waits for Shopify",
        PROVIDER,
        lambda s: s.whole(request_status="SUBMITTED").ship(hours=23),
        26,
        "waiting",
    ),
    near(
        "it was handed over and cancelled",
        PROVIDER,
        lambda s: s.whole(request_status="SUBMITTED").cancel(),
        expected="not_tracked",
    ),
    near(
        "a pickup is submitted to the till",
        PROVIDER,
        lambda s: s.whole(request_status="SUBMITTED", method="PICK_UP"),
        expected="not_tracked",
    ),
    near(
        "a request status that nobody knows",
        PROVIDER,
        lambda s: s.whole(request_status="DREAMT").row(),
        3,
        "waiting",
    ),
]
SCENARIOS = [*_HOLD, *_PROVIDER]
