"""Gaps to draw, as values; and a pretend Slack to ask about people."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ManualClock
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack import Workspace
from bot.sandbox.slack.workspace import BOT_TOKEN
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


@dataclass
class Pretend:
    """A pretend Slack, a client of it, and the clock that both go by."""

    slack: Workspace
    client: AsyncWebClient
    clock: ManualClock


@pytest.fixture
async def pretend(anyio_backend: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pretend]:
    monkeypatch.setattr("bot.slack.asking.PATIENCE", 30.0)  # a slow machine is no silent Slack
    clock = ManualClock(NOW)
    slack = Workspace(clock)
    server = SandboxServer(None, slack)
    await server.start()
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{server.url}/slack/api/", retry_handlers=[])
    yield Pretend(slack, client, clock)
    await server.stop()
