"""The real app on a pretend Slack, a real queue, and two systems that answer as a test wants."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.live import LiveStores
from bot.lookup import OrderView
from bot.reconcile import Recheck
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack import Workspace
from bot.sandbox.slack.things import Message, View
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN
from bot.settings import EVERYBODY, Allowed, ShipStationCredentials, ShopifyCredentials, StoreSettings
from bot.slack.app import build_app
from bot.slack.cards import card
from bot.slack.desk import Desk
from storage.database import Database
from storage.facts import (
    FulfillmentOrder,
    FulfillmentOrderLine,
    Item,
    Line,
    Order,
    OrderDetail,
    Payment,
    Shipment,
    ShipStationOrder,
    ShipStationStore,
)
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.mirror import Mirror
from storage.notices import Notices
from storage.queue import Event, Gap, Judged, Queue
from storage.runs import Runs

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
RULES = StoreRules("main", "acme.myshopify.com", timezone=ZoneInfo("America/New_York"))
STORE = StoreSettings(
    RULES,
    "C0PRETEND1",
    ShopifyCredentials("acme.myshopify.com"),
    ShipStationCredentials(SecretStr("k"), SecretStr("s")),
)


def finding(now: datetime, **changes: Any) -> Finding:
    usual = {
        "kind": "sync.unfulfilled",
        "headline": "#1234: shipped in ShipStation, but Shopify still shows it as unfulfilled",
        "severity": Severity.HIGH,
        "since": now - timedelta(hours=5),
        "cause": Cause("notify_failed", "confirmed", "The notification failed."),
        "next_action": NextAction("send_notification", "Send the notification again."),
        "evidence": (Evidence("shopify", "State", "Unfulfilled", now),),
    }
    return Finding(**{**usual, **changes})


@dataclass
class Front:
    """What a test holds in its hands: the pretend Slack, the queue, and what the systems would say."""

    slack: Workspace
    database: Database
    clock: ManualClock
    client: AsyncWebClient
    desk: Desk = field(init=False)
    live: LiveStores = field(init=False)
    """The stores as they are set now; the desk has the same."""
    gone: bool | None = True
    """What asking both systems finds: gone, still there, or not readable (None)."""
    asked: list[str] = field(default_factory=list)
    views: dict[str, tuple[OrderView, ...]] = field(default_factory=dict)
    look: Callable[[str], Awaitable[tuple[OrderView, ...]]] | None = None
    """Looks orders up instead of `views`."""
    nudges: int = 0
    answers: Callable[[], Awaitable[None]] | None = None
    """Runs while both systems are being asked."""

    async def recheck(self, gap_id: str) -> Recheck:
        self.asked.append(gap_id)
        if self.answers is not None:
            await self.answers()
        fresh = (Evidence("shopify", "State", "Fulfilled", self.clock.now()),)
        if self.gone is None:
            return Recheck(await self.gap(gap_id), None, error="ShipStation did not answer.")
        return Recheck(await self.gap(gap_id), not self.gone, evidence=fresh if self.gone else ())

    async def look_up(self, number: str) -> tuple[OrderView, ...]:
        if self.look is not None:
            return await self.look(number)
        now = self.clock.now()
        unknown = OrderView(number, "main", "not_found", "Neither system shows it.", now)
        return self.views.get(number, (unknown,))

    def nudge(self) -> None:
        self.nudges += 1
        self.slack.feed.publish("nudge")

    async def open_gap(self, order_id: str = "6001", name: str = "#1234", **changes: Any) -> Gap:
        """Put a gap into the queue, as a run does."""
        async with self.database.write() as session:
            now = self.clock.now()
            found = Judged(f"order:{order_id}", order_id, name, (finding(now, **changes),))
            applied = await Queue(session, now).apply("main", [found])
            return applied.opened[0]

    async def complete_run(self, *, error: str | None = None) -> None:
        async with self.database.write() as session:
            runs = Runs(session, self.clock.now())
            run = await runs.start("main", sweep=False)
            counts: dict[str, Any] = {"read": {}, "requests": {}, "opened": 0, "updated": 0, "resolved": 0}
            await runs.finish(run, complete=error is None, error=error, **counts)

    async def gap(self, gap_id: str) -> Gap:
        async with self.database.read() as session:
            found = await Queue(session, self.clock.now()).get(gap_id)
            assert found is not None
            return found

    async def history(self, gap_id: str) -> list[Event]:
        async with self.database.read() as session:
            return await Queue(session, self.clock.now()).history(gap_id)

    async def card_is_owed(self, gap: Gap) -> bool:
        async with self.database.read() as session:
            notice = await Notices(session, self.clock.now()).card(gap.id)
            return notice is not None and notice.state == "ready"

    async def settle_notices(self) -> None:
        """Pretend that everything owed has been sent."""
        async with self.database.write() as session:
            notices = Notices(session, self.clock.now())
            while notice := await notices.take("main"):
                edition = notice.edition_due
                await notices.sent(notice.id, ts="1.000001", channel="C0PRETEND1", edition=edition)

    async def show(self, gap: Gap) -> Message:
        """Draw a gap's card in the channel, as delivery does."""
        drawn = card(await self.gap(gap.id), self.clock.now())
        return self.slack.post(self.slack.channel, drawn.text, drawn.blocks)

    async def told(self, user: str = "U0ALEX", *, count: int = 1) -> Message:
        """Wait for the next private word to somebody."""
        await self.slack.wait_for(lambda: len(self.slack.ephemerals(user)) >= count)
        return self.slack.ephemerals(user)[count - 1]

    async def modal(self, user: str = "U0ALEX") -> View:
        """Wait for the window that somebody was shown."""
        await self.slack.wait_for(lambda: self.slack.modals(user))
        return self.slack.modals(user)[-1]

    async def home(self, user: str = "U0ALEX") -> View:
        """Open somebody's Home tab, and return it as it is drawn after that."""
        known = self.slack.home(user)
        before = known.hash if known is not None else None
        await self.slack.open_home(user)
        await self.slack.wait_for(lambda: self.slack.home(user) and self._drawn(user).hash != before)
        return self._drawn(user)

    async def redrawn(self, act: Awaitable[Any], user: str = "U0ALEX") -> View:
        """Do something in the Home tab and return it as it is drawn after that."""
        before = self._drawn(user).hash
        assert (await act).error is None
        await self.slack.wait_for(lambda: self._drawn(user).hash != before)
        return self._drawn(user)

    def _drawn(self, user: str) -> View:
        view = self.slack.home(user)
        assert view is not None
        return view

    async def chosen(self, menu: str, choice: Any, user: str = "U0ALEX") -> View:
        """Choose something in the Home tab, and return it as it is drawn after that."""
        return await self.redrawn(self.slack.choose(self._drawn(user), menu, choice, user), user)

    async def pressed(self, button: str, user: str = "U0ALEX") -> View:
        """Press a button of the Home tab once it is there, and return the tab as it is drawn after that."""
        await self.slack.wait_for(lambda: any(each.startswith(button) for each in self._drawn(user).buttons))
        return await self.redrawn(self.slack.click(self._drawn(user), button, user), user)

    async def said(self, text: str, user: str = "U0ALEX") -> Message:
        """Wait for a private word that contains this, wherever it is said."""

        def words() -> list[Message]:
            every = [*self.slack.messages(self.slack.dm(user).id), *self.slack.ephemerals(user)]
            return [one for one in every if text in one.words]

        await self.slack.wait_for(words)
        return words()[-1]

    async def until(self, gap: Gap, state: str) -> Gap:
        """Wait until the listener has done its work."""
        await self.slack.wait_for(lambda: self.nudges)
        found = await self.gap(gap.id)
        assert found.state(self.clock.now()) == state
        return found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def database(new_file: Callable[[str], str]) -> AsyncIterator[Database]:
    database = Database(new_file("stuck.db"))
    yield database
    await database.close()


@pytest.fixture
def allowed() -> Allowed:
    """Who may act; a module that names some people has its own."""
    return EVERYBODY


@pytest.fixture
async def front(
    clock: ManualClock, database: Database, allowed: Allowed, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Front]:
    monkeypatch.setattr("bot.slack.asking.PATIENCE", 30.0)  # a slow machine is no silent Slack
    monkeypatch.setattr("bot.slack.clicks.SLOW", 30.0)  # nor are the systems slow that answer at once
    slack = Workspace(clock)
    server = SandboxServer(None, slack)
    await server.start()
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{server.url}/slack/api/", retry_handlers=[])
    front = Front(slack, database, clock, client)
    front.live = LiveStores(database, clock, (STORE,))
    front.desk = Desk(database, clock, front.live, front.recheck, front.look_up, front.nudge)
    app = build_app(client, front.desk, socket_mode=True, allowed=allowed)
    handler = AsyncSocketModeHandler(app, APP_TOKEN)
    await handler.connect_async()
    await slack.socket.connected()
    yield front
    await handler.close_async()
    await server.stop()


async def remember(front: Front, order_id: str = "6001", name: str = "#1234", **parcel: Any) -> None:
    """Put an order that was imported and labelled into the mirror, as a run does."""
    at = front.clock.now() - timedelta(hours=9)
    line = FulfillmentOrderLine("L1", "MUG", 1, 1, requires_shipping=True)
    part = FulfillmentOrder("FO1", "OPEN", None, "SHIPPING", "Main", at, at, lines=(line,))
    detail = OrderDetail((Line("L1", "MUG", 1, 1, 1, True),), (part,), (Payment("SALE", "SUCCESS", at),))
    order = Order(order_id, name, at, at, at, at, "PAID", "UNFULFILLED", quantity=1, detail=detail)
    number, row_id = name.removeprefix("#"), int(order_id) + 1000
    items = (Item("L1", "MUG", 1),)
    row = ShipStationOrder(row_id, number, order_id, "shipped", 1, at, at, at, ordered_at=at, items=items)
    usual = {"tracking": "1Z9", "notified": False, "notify_error": "HTTP 500", "items": items}
    made = at + timedelta(hours=4)
    label = Shipment(
        row_id, "label", row_id, number, made, at, order_key=order_id, store_id=1, **(usual | parcel)
    )
    shop = ShipStationStore(
        1, "Acme", "Shopify", 36, True, at, auto_refresh=True, refreshed_at=at, can_confirm=True
    )
    async with front.database.write() as session:
        mirror = Mirror(session, "main")
        await mirror.save_stores([shop])
        await mirror.save_orders([order])
        await mirror.save_shipstation_orders([row])
        await mirror.save_shipments([label])


@pytest.fixture
def remembered(front: Front) -> Callable[..., Awaitable[None]]:
    """Put an order into the mirror."""
    return partial(remember, front)


async def owed(front):
    """Return what the store's channel is to be told of settings."""
    async with front.database.write() as session:
        notices, told = Notices(session, front.clock.now()), []
        while notice := await notices.take("main"):
            told.append(notice)
    return [each.facts for each in told if each.kind == "settings"]
