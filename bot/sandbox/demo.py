"""The pretend world started as one thing, and the settings that point a bot at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock, FastClock
from bot.sandbox.faults import Faults
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Workspace
from bot.sandbox.world import World

SPEED = 300
"""How fast time runs in the demo: one second on the wall is five minutes."""
OPENING = time(13, 30)
"""When the demo's day begins, in the shop's zone: its cutoff at 15:00 is not far."""
ZONE = ZoneInfo("America/New_York")

STUCK_TOML = """\
[escalation]
to = "U0BO"

[[stores]]
name = "pretend-goods"
timezone = "America/New_York"
cutoff = "15:00"

[stores.windows]
notify = "1h"
import = "1h"
import_stalled = "1h"
import_stalled_off_hours = "1h"
hold = "1h"
hold_stock = "2d"
hold_upsell = "1h"
provider = "1h"
at_risk = "1m"
"""
"""The demo's stuck.toml: shorter windows than a real shop's, so that a minute shows something.

What is at risk is told last thing: people in the pretend warehouse print up to the last minutes before the cutoff.
"""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running pretend world."""

    world: World
    workspace: Workspace
    faults: Faults
    server: SandboxServer

    def environment(self) -> dict[str, str]:
        """The variables that point a bot at this world."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_CHANNEL": self.workspace.channel,
            "SLACK_API_URL": f"{self.server.url}/slack/api/",
            "SHOPIFY_SHOP": self.world.shop.domain,
            "SHOPIFY_CLIENT_ID": self.world.shopify.client_id,
            "SHOPIFY_CLIENT_SECRET": self.world.shopify.client_secret,
            "SHOPIFY_API_URL": f"{self.server.url}/shopify",
            "SHIPSTATION_API_KEY": self.world.shipstation.key,
            "SHIPSTATION_API_SECRET": self.world.shipstation.secret,
            "SHIPSTATION_API_URL": f"{self.server.url}/shipstation",
        }


def demo_clock(today: datetime | None = None) -> FastClock:
    """A fast clock that starts on the last working day, early in the afternoon of the shop."""
    day = (today or datetime.now(UTC)).astimezone(ZONE).date()
    while day.weekday() not in {1, 2, 3}:
        day -= timedelta(days=1)
    return FastClock(datetime.combine(day, OPENING, ZONE).astimezone(UTC), SPEED)


@asynccontextmanager
async def open_sandbox(
    clock: Clock, *, port: int = 0, seed: int = 7, orders: int = 60, alive: bool = True
) -> AsyncIterator[Sandbox]:
    """Start the pretend world, `alive` or with every order where it is; stop it at the end.

    Raises SandboxError when the port is taken.
    """
    world = World(clock, seed=seed, orders=orders)
    workspace = Workspace(clock)
    faults = Faults()
    server = SandboxServer(world, workspace, port=port, faults=faults)
    await server.start()
    stop = asyncio.Event()
    life = [asyncio.create_task(world.live(stop))] if alive else []
    try:
        yield Sandbox(world, workspace, faults, server)
    finally:
        stop.set()
        await asyncio.gather(*life)
        await server.stop()
