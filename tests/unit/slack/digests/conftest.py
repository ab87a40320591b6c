"""Digests to be worded, as values."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.slack.digests.facts import (
    Bar,
    DayFacts,
    Ended,
    KindWeek,
    Load,
    Named,
    NewOfKind,
    Offender,
    OfKind,
    Recurring,
    Several,
    Speed,
    ToShip,
    Unlabelled,
    WeekFacts,
)  # fmt: skip
from storage.findings import Severity
from storage.trends import Card
from storage.watching import Watching

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def named(number: int, **known: Any) -> Named:
    usual = {
        "said": "Shipped, and Shopify does not know",
        "severity": Severity.HIGH,
        "since": NOW - timedelta(days=3),
        "shopify": f"https://admin.shopify.com/store/acme/orders/{number}",
        "card": Card("C1", f"{number}.000100", None),
    }
    return Named(f"Order #{number}", **(usual | known))


DAY = DayFacts(
    store="main",
    at=NOW,
    hours="08:00 to 18:00",
    complete_at=NOW - timedelta(minutes=4),
    open=40,
    unowned=12,
    snoozed=3,
    day=date(2026, 11, 24),
    since=NOW - timedelta(days=1),
    first=Several(12, (named(1041, severity=Severity.CRITICAL), named(1077))),
    kinds=(OfKind("sync.unfulfilled", 29, 7), OfKind("import.missing", 11, 5)),
    new=(NewOfKind("sync.unfulfilled", Several(5, (named(1), named(2), named(3)))),),
    back=Several(1, (named(988),)),
    ended=Ended(14, 9, 2, timedelta(hours=3)),
    owners=(Load("U0ALEX", 15, NOW), Load("U0CAM", 10, NOW)),
    oldest=named(811, since=NOW - timedelta(days=12), owner="U0ALEX"),
    wakes=Several(1, (named(1001),)),
    to_ship=ToShip(NOW + timedelta(hours=6), 23, (Unlabelled("#1100", "https://ship.shipstation.com/x"),)),
    bars=(Bar("Mon 23", 5, 3, 42), Bar("today", 4, 6, 40)),
)
WEEK = WeekFacts(
    store="main",
    at=NOW,
    hours="08:00 to 18:00",
    complete_at=NOW - timedelta(minutes=4),
    open=40,
    unowned=12,
    first=date(2026, 11, 16),
    last=date(2026, 11, 22),
    opened=56,
    opened_before=44,
    ended=Ended(47, 30, 6, timedelta(hours=2)),
    ended_before=Ended(50, 20, 2, timedelta(hours=3)),
    open_before=36,
    kinds=(
        KindWeek(
            "sync.unfulfilled",
            20,
            14,
            claim=Speed(timedelta(minutes=25), timedelta(hours=3), 12),
            resolve=Speed(timedelta(hours=2), timedelta(hours=26), 18),
            resolve_before=Speed(timedelta(hours=4), timedelta(hours=4), 1),
        ),
    ),
    orders=(Offender(named(988), 4),),
    causes=(Recurring("notify_failed", "sync.unfulfilled", 12, 9),),
    carriers=(Recurring("stamps_com", None, 11, 6),),
    watching=Watching(2010, 2009, timedelta(hours=2), NOW, {"shipstation": 5034, "shopify": 4120}),
    watching_before=Watching(2016, 2016, timedelta(0), None, {"shopify": 4020, "shipstation": 4988}),
    bars=(Bar("9 Nov", 44, 50, 36), Bar("16 Nov", 56, 47, 40)),
)


@pytest.fixture
def a_day() -> Callable[..., DayFacts]:
    return lambda **changes: replace(DAY, **changes)


@pytest.fixture
def a_week() -> Callable[..., WeekFacts]:
    return lambda **changes: replace(WEEK, **changes)


@pytest.fixture
def a_gap() -> Callable[..., Named]:
    return named
