"""Orders that ShipStation has and nobody ships: late, soon late, held, at a provider, or left over."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.facts import Hold, Item
from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import CAP, MUG, TEE, UPS, Scene, days, hours_between

LATE = "aging.past_cutoff"
RISK = "aging.at_risk"
HOLD = "aging.hold_overdue"
PROVIDER = "aging.provider_stuck"
REST = "aging.remainder"
DUE = 5.5
"""Wednesday 15:30 in New York: the cutoff and its grace."""
REST_DUE = DUE + 48
"""Friday 15:30."""
CUTOFF_KNOBS = {"review_tags": frozenset({7})}

_LATE = [
    gap("no label when the cutoff and its grace have passed", LATE, lambda s: s.row(), DUE, "unknown"),
    gap("no service was chosen", LATE, lambda s: s.row(service=None), 9, "no_service"),
    gap("no carrier was chosen", LATE, lambda s: s.row(carrier=""), 9, "no_service"),
    gap(
        "its address was doubted",
        LATE,
        lambda s: s.row(address_check="Address validation failed"),
        9,
        "address",
    ),
    gap("the day's batch went without it", LATE, lambda s: s.row().company(shipped=3), 9, "batch_skipped"),
    gap(
        "it carries a tag that somebody should review",
        LATE,
        lambda s: s.rule(**CUTOFF_KNOBS).row(tag_ids=(3, 7)),
        9,
        "tag_review",
    ),
    gap(
        "imported an hour before the cutoff with quantities of zero",
        LATE,
        lambda s: s.row(hours=4.5, units={MUG: 0, TEE: 0}),
        DUE,
        "zero_qty",
    ),
    gap(
        "its ship-by day was yesterday, which was a holiday",
        LATE,
        lambda s: s.rule(holidays=days("2026-11-18")).row(ship_by=date(2026, 11, 18)),
        20,
        "unknown",
    ),
    gap(
        "Shopify's own deadline has passed",
        LATE,
        lambda s: s.rule(handling_days=5).whole(fulfill_by=s.at(3)).row(),
        3,
        "unknown",
    ),
    gap("a released hold had its next cutoff", LATE, lambda s: s.release(6).row(), DUE + 24, "unknown"),
    gap("it came by number only and nobody ships it", LATE, lambda s: s.row(key=None), 9, "unknown"),
    gap("both halves of a split are late", LATE, lambda s: s.split({MUG: 1}, {TEE: 2}), 9, "unknown"),
    gap("the order it was combined into is late", LATE, lambda s: s.combined(), 9, "unknown"),
    gap("the first handling day has passed as well", LATE, lambda s: s.rule(handling_days=1).row(), DUE + 24),
    gap(
        "its label was voided and the next cutoff passed",
        LATE,
        lambda s: s.ship().void(hours=6),
        DUE + 24,
        "unknown",
    ),
    gap(
        "its hold in ShipStation ended and the day passed",
        LATE,
        lambda s: s.row(hold_until=date(2026, 11, 20)),
        DUE + 48,
        "unknown",
    ),
    near("a minute before the cutoff's grace ends", LATE, lambda s: s.row(), DUE - MINUTE, RISK),
    near("imported after today's cutoff", LATE, lambda s: s.row(hours=6), 20, "waiting"),
    near("a handling day more", LATE, lambda s: s.rule(handling_days=1).row(), 20, "waiting"),
    near("the weekend does not count", LATE, lambda s: s.row(hours=54), 54 + 48, "waiting"),
    near(
        "Thanksgiving does not count",
        LATE,
        lambda s: s.rule(holidays=days("2026-11-26")).row(hours=7 * 24 + 6),
        8 * 24 + 6,
        "waiting",
    ),
    near("it is held in Shopify", LATE, lambda s: s.hold().row(), 20, "waiting"),
    near("it is scheduled for next week", LATE, lambda s: s.schedule(200).row(), 99, "waiting"),
    near(
        "ShipStation holds it until Friday",
        LATE,
        lambda s: s.row(hold_until=date(2026, 11, 20)),
        20,
        "waiting",
    ),
    near("it is not paid yet", LATE, lambda s: s.change(financial_status="PENDING").row(), 99, "not_tracked"),
    near(
        "it was paid after the cutoff", LATE, lambda s: s.pay(("CAPTURE", "SUCCESS", 6)).row(), 20, "waiting"
    ),
    near("it has a label", LATE, lambda s: s.ship(hours=2), 5.9, "waiting"),
    near("it was marked as shipped", LATE, lambda s: s.mark(hours=2), 5.9, "waiting"),
    near("a voided label's order has until tomorrow", LATE, lambda s: s.ship().void(hours=6), 20, "waiting"),
    near(
        "a deadline that had passed before the import",
        LATE,
        lambda s: s.whole(fulfill_by=s.at(0.2)).row(),
        3,
        "waiting",
    ),
    near(
        "a ship-by day in the year 2099",
        LATE,
        lambda s: s.row(hours=6, ship_by=date(2099, 1, 1)),
        20,
        "waiting",
    ),
    near("ShipStation's import stamp lies in the future", LATE, lambda s: s.row(hours=9), 3, "waiting"),
]


def on_day(moment: datetime, zone: str = "America/Los_Angeles", **rules: object) -> Scene:
    scene = Scene(placed=moment)
    return scene.rule(timezone=ZoneInfo(zone), workdays=frozenset(range(7)), **rules)


def spring(hour: int, **rules: object) -> Scene:
    """The day in 2026 on which Pacific clocks go forward, so many hours after midnight UTC."""
    return on_day(datetime(2026, 3, 8, hour, tzinfo=UTC), **rules)


def autumn(hour: int, **rules: object) -> Scene:
    """The day in 2026 on which they go back."""
    return on_day(datetime(2026, 11, 1, hour, tzinfo=UTC), **rules)


_CLOCKS = [
    gap(
        "on the day clocks go forward the cutoff is at 15:00 of the new time",
        LATE,
        lambda s: s.row(),
        hours_between(datetime(2026, 3, 8, 14, tzinfo=UTC), datetime(2026, 3, 8, 22, 30, tzinfo=UTC)),
        stage=lambda: spring(14),
    ),
    near(
        "a minute before, on the day clocks go forward",
        LATE,
        lambda s: s.row(),
        8.5 - MINUTE,
        RISK,
        stage=lambda: spring(14),
    ),
    gap(
        "on the day clocks go back the cutoff is at 15:00 of the new time",
        LATE,
        lambda s: s.row(),
        hours_between(datetime(2026, 11, 1, 14, tzinfo=UTC), datetime(2026, 11, 1, 23, 30, tzinfo=UTC)),
        stage=lambda: autumn(14),
    ),
    near(
        "a minute before, on the day clocks go back",
        LATE,
        lambda s: s.row(),
        9.5 - MINUTE,
        RISK,
        stage=lambda: autumn(14),
    ),
    gap(
        "a cutoff in the hour that comes twice counts at its first time",
        LATE,
        lambda s: s.row(),
        2,
        stage=lambda: autumn(7, cutoff=time(1, 30)),
    ),
    near(
        "a minute before the hour that comes twice has its cutoff",
        LATE,
        lambda s: s.row(),
        2 - MINUTE,
        RISK,
        stage=lambda: autumn(7, cutoff=time(1, 30)),
    ),
    gap(
        "a cutoff in the hour that is skipped counts an hour later",
        LATE,
        lambda s: s.row(hours=0.1),
        2,
        stage=lambda: spring(9, cutoff=time(2, 30)),
    ),
    near(
        "a minute before the skipped hour's cutoff",
        LATE,
        lambda s: s.row(hours=0.1),
        2 - MINUTE,
        RISK,
        stage=lambda: spring(9, cutoff=time(2, 30)),
    ),
    gap(
        "a store in New York has its cutoff three hours earlier on that day",
        LATE,
        lambda s: s.row(),
        6.5,
        stage=lambda: on_day(datetime(2026, 11, 1, 14, tzinfo=UTC), "America/New_York"),
    ),
]
_RISK = [
    gap("no label ninety minutes before the cutoff", RISK, lambda s: s.row(), DUE - 2, "unknown"),
    gap("no service, and the cutoff is near", RISK, lambda s: s.row(service=None), 4, "no_service"),
    gap(
        "a doubted address, and the cutoff is near",
        RISK,
        lambda s: s.row(address_check="Warning"),
        4,
        "address",
    ),
    gap(
        "the batch went without it, and the cutoff is near",
        RISK,
        lambda s: s.row().company(shipped=4),
        4,
        "batch_skipped",
    ),
    gap(
        "a tag to review, and the cutoff is near",
        RISK,
        lambda s: s.rule(**CUTOFF_KNOBS).row(tag_ids=(7,)),
        4,
        "tag_review",
    ),
    gap(
        "quantities of zero, and the cutoff is near",
        RISK,
        lambda s: s.row(hours=2.5, units={MUG: 0, TEE: 0}),
        4,
        "zero_qty",
    ),
    gap(
        "Shopify's deadline is in an hour",
        RISK,
        lambda s: s.rule(handling_days=5).whole(fulfill_by=s.at(9)).row(),
        8,
        "unknown",
    ),
    gap(
        "one half of a split is close to its cutoff",
        RISK,
        lambda s: s.split({MUG: 1}, {TEE: 2}),
        4,
        "unknown",
    ),
    near("a minute before it is at risk", RISK, lambda s: s.row(), DUE - 2 - MINUTE, "waiting"),
    near(
        "this store wants to be warned half an hour before",
        RISK,
        lambda s: s.windows(at_risk=timedelta(minutes=30)).row(),
        4.4,
        "waiting",
    ),
    near("the label was just printed", RISK, lambda s: s.ship(hours=4), 4.2, "waiting"),
    near("it is late already", RISK, lambda s: s.row(), DUE, LATE),
]


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


def half(s: Scene) -> Scene:
    """The mug has left and Shopify knows; the tees wait in a row of their own."""
    return s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}).fulfil({MUG: 1}, s.number)


_REST = [
    gap("a split order's second half was overlooked", REST, half, REST_DUE, "forgotten_child"),
    gap(
        "the second half is tagged as a backorder",
        REST,
        lambda s: half(s).now_row(2, tag_ids=(5,)),
        REST_DUE,
        "backorder",
    ),
    gap(
        "the second half is on hold without an end",
        REST,
        lambda s: half(s).now_row(2, status="on_hold"),
        REST_DUE,
        "backorder",
    ),
    gap(
        "ShipStation calls the whole order shipped, and the parcel held only the mug",
        REST,
        lambda s: s.ship({MUG: 1}).fulfil({MUG: 1}, s.number),
        REST_DUE,
        "not_in_any_parcel",
    ),
    gap(
        "the second half was cancelled in ShipStation",
        REST,
        lambda s: half(s).now_row(2, status="cancelled"),
        REST_DUE,
        "not_in_any_parcel",
    ),
    gap(
        "the row of the rest is in a status that nobody knows",
        REST,
        lambda s: half(s).now_row(2, status="planning"),
        REST_DUE,
        "unknown",
    ),
    gap(
        "one tee of two is left of a parcel",
        REST,
        lambda s: s.ship({MUG: 1, TEE: 1}).fulfil({MUG: 1, TEE: 1}, s.number),
        REST_DUE,
        "not_in_any_parcel",
    ),
    gap(
        "the rest is overlooked and the first parcel was never told",
        f"{REST} sync.unfulfilled",
        lambda s: s.split({MUG: 1}, {TEE: 2}).ship({MUG: 1}),
        REST_DUE,
        "forgotten_child",
    ),
    gap(
        "the new item of an exchange was never sent",
        REST,
        lambda s: (
            s.ship(hours=1)
            .fulfil(None, s.number, hours=1)
            .refund(hours=30, status="PARTIALLY_REFUNDED")
            .add_line(hours=31)
        ),
        149.5,
        "not_in_any_parcel",
    ),
    near("a minute before two working days have passed", REST, half, REST_DUE - MINUTE, "waiting"),
    near(
        "the weekend does not count for the rest either",
        REST,
        lambda s: (
            s.split({MUG: 1}, {TEE: 2}, hours=30)
            .ship({MUG: 1}, hours=31)
            .fulfil({MUG: 1}, s.number, hours=31)
        ),
        99,
        "waiting",
    ),
    near(
        "the rest is held in Shopify",
        REST,
        lambda s: (
            s.two_parts({}, {"status": "ON_HOLD", "holds": (Hold("INVENTORY_OUT_OF_STOCK"),)})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
        99,
        "waiting",
    ),
    near(
        "the rest is scheduled in Shopify",
        REST,
        lambda s: (
            s.two_parts({}, {"status": "SCHEDULED", "fulfill_at": s.at(400)})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
        99,
    ),
    near(
        "ShipStation holds the rest until a day to come",
        REST,
        lambda s: half(s).now_row(2, status="on_hold", hold_until=date(2026, 12, 4)),
        99,
        "waiting",
    ),
    near(
        "ShipStation keeps the rest until a day to come without calling it held",
        REST,
        lambda s: half(s).now_row(2, hold_until=date(2026, 12, 4)),
        99,
    ),
    near(
        "the rest was refunded", REST, lambda s: s.ship({MUG: 1}).fulfil({MUG: 1}, s.number).refund({TEE: 2})
    ),
    near(
        "the rest is digital",
        REST,
        lambda s: s.only({MUG: 1}).digital().row(units={MUG: 1}).ship({MUG: 1}).fulfil({MUG: 1}, s.number),
    ),
    near(
        "another location ships the rest",
        REST,
        lambda s: (
            s.two_parts({}, {"request_status": "ACCEPTED", "location": "3PL"})
            .row(units={MUG: 1})
            .ship({MUG: 1})
            .fulfil({MUG: 1}, s.number)
        ),
    ),
    near(
        "the rest left in a second parcel",
        REST,
        lambda s: half(s).ship({TEE: 2}, UPS, row=2, hours=30).fulfil({TEE: 2}, UPS, hours=30),
    ),
    near(
        "everything left in one parcel with a free sample",
        REST,
        lambda s: s.ship(items=(*s.items({MUG: 1, TEE: 2}), Item(None, "SAMPLE", 1))).fulfil(None, s.number),
    ),
    near(
        "the parcel held a bundle that stands for all of it",
        REST,
        lambda s: (
            s.row(items=(Item(None, "SET", 1),)).ship(items=(Item(None, "SET", 1),)).fulfil(None, s.number)
        ),
    ),
    near(
        "a line was added and is on its way to ShipStation",
        REST,
        lambda s: s.ship().fulfil(None, s.number).add_line(CAP, hours=60),
        80,
        "waiting",
    ),
]
SCENARIOS = [*_LATE, *_CLOCKS, *_RISK, *_HOLD, *_PROVIDER, *_REST]
