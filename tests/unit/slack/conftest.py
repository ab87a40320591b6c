"""Gaps to draw, as values."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.findings import Cause, Evidence, Finding, Links, NextAction, Severity
from storage.gap import Gap

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

FINDING = Finding(
    kind="sync.unfulfilled",
    headline="Shipped, but Shopify still shows it as unfulfilled",
    severity=Severity.HIGH,
    since=NOW - timedelta(hours=5),
    cause=Cause("notify_failed", "confirmed", 'ShipStation tried to tell Shopify and failed: "HTTP 500".'),
    next_action=NextAction("resend", "Send the notification again from the shipment in ShipStation."),
    evidence=(
        Evidence("shopify", "Fulfilment status", "Unfulfilled", NOW - timedelta(minutes=2)),
        Evidence("shipstation", "Label", "1Z999AA10123456784", NOW - timedelta(minutes=1)),
        Evidence("shipstation", "Notified", "no", NOW - timedelta(minutes=3)),
    ),
    links=Links("https://admin.shopify.com/store/acme/orders/6001", "https://ship.shipstation.com/orders/77"),
)
GAP = Gap(
    id="0123456789abcdef0123456789abcdef",
    store="main",
    subject="order:6001",
    order_id="6001",
    order="#1234",
    finding=FINDING,
    opened_at=NOW - timedelta(hours=1),
)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def a_gap() -> Callable[..., Gap]:
    """Build the usual gap with some fields changed; those of its finding too."""

    def build(**changes: Any) -> Gap:
        known = {
            field: changes.pop(field) for field in list(changes) if field in Finding.__dataclass_fields__
        }
        return replace(GAP, finding=replace(FINDING, **known), **changes)

    return build
