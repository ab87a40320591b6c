"""Orders that ShipStation has and nobody ships: late, or soon late, also when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.scenarios.scenario import MINUTE, gap, near
from tests.scenarios.scene import Scene
from tests.scenarios.things import MUG, TEE, days, hours_between

LATE = "aging.past_cutoff"
RISK = "aging.at_risk"
DUE = 5.5
"""Wednesday 15:30 in New York: the cutoff and its grace."""
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
        "one of its quantities is zero, and not all of them",
        LATE,
        lambda s: s.row(hours=4.5, units={MUG: 0, TEE: 2}),
        DUE,
        "unknown",
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
SCENARIOS = [*_LATE, *_CLOCKS, *_RISK]
