"""The only place that builds things: settings in, the running product out. One function a command."""

import asyncio
import os
import secrets
import socket as sockets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from starlette.types import ASGIApp

from bot import web as http
from bot.clock import Clock, SystemClock
from bot.doctor import Check, examine_all
from bot.errors import ConfigurationError, DatabaseError, SlackRefused
from bot.health import Health, examine
from bot.heartbeat import Heartbeat
from bot.live import LiveStores
from bot.lookup import OrderView, look_up
from bot.reconcile import Recheck, RunReport, Sources, WatchedStore, recheck
from bot.reconcile import run as reconcile
from bot.sandbox.demo import STUCK_TOML, demo_clock, open_sandbox
from bot.schedule import Chore, Schedule
from bot.serving import serve
from bot.settings import Need, Settings, StoreSettings, load
from bot.slack.app import build_app
from bot.slack.delivery import Delivery
from bot.slack.desk import Desk
from bot.slack.digests.owing import EVERY as DIGESTS_EVERY
from bot.slack.digests.owing import Digests
from bot.slack.gateway import Gateway, build_client
from bot.slack.kept import Kept, kept_back
from bot.slack.outcomes import SlackFailure
from bot.slack.people import People
from bot.slack.rounds import EVERY as ROUNDS_EVERY
from bot.slack.rounds import Rounds
from bot.slack.socket import SocketMode
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify, ShopifyClient, ShopifyToken
from bot.stopping import STOP_WITHIN, asked_to_stop, listeners_end, together, unless
from storage.database import Database
from storage.overdue import Overdue
from storage.queue import Gap, Queue, State
from storage.schema import UnknownSchema

LAST_SECONDS = STOP_WITHIN + 3
"""How long after it was asked to stop a process may live, closing included."""

PATIENCE = 90.0
"""Seconds that `stuck sync` waits for another process on the same store; a dead one's lease ends before."""


@dataclass(frozen=True, slots=True)
class House:
    """What every command stands on: the database and the stores under watch."""

    settings: Settings
    clock: Clock
    database: Database
    live: LiveStores
    """The stores' settings, as they are now."""
    stores: tuple[WatchedStore, ...]

    async def recheck(self, gap_id: str) -> Recheck:
        """Ask both systems about one gap."""
        async with self.database.read() as session:
            gap = await Queue(session, self.clock.now()).get(gap_id)
        for store in self.stores:
            if gap is not None and gap.store == store.name:
                return await recheck(store, gap_id)
        return Recheck(gap, still_there=None, error="Its store is not in the settings any more.")

    async def look_up(self, number: str, *, live: bool = True) -> tuple[OrderView, ...]:
        """Say what each side says of an order number, in every store that knows it."""
        views = [view for store in self.stores for view in await look_up(store, number, live=live)]
        return tuple([view for view in views if view.verdict != "not_found"] or views)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """Open the database, brought to the newest schema, and the sources; close them at the end."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        await _upgraded(database)
        holder = f"{sockets.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        live = LiveStores(database, clock, settings.stores)
        await live.refresh()
        watched = []
        for store in settings.stores:
            both = sources(store, settings, clock)
            stack.push_async_callback(both.shopify.close)
            stack.push_async_callback(both.shipstation.close)
            watched.append(
                WatchedStore(store.rules, both, database, clock, holder, settings.every, live.rules)
            )
        yield House(settings, clock, database, live, tuple(watched))


def sources(store: StoreSettings, settings: Settings, clock: Clock) -> Sources:
    """Build both sides of one store."""
    shop = store.shopify
    credentials: ShopifyClient | ShopifyToken
    if shop.client_id is not None and shop.client_secret is not None:
        credentials = ShopifyClient(shop.client_id, shop.client_secret)
    else:
        credentials = ShopifyToken(shop.access_token or SecretStr(""))
    key = store.shipstation
    return Sources(
        Shopify(shop.shop, credentials, clock, settings.shopify_url),
        ShipStation(key.api_key, key.api_secret, clock, settings.shipstation_url),
    )


# ---------------------------------------------------------------- without Slack


async def sync(
    settings: Settings, store: str | None, progress: Callable[[str], None] | None = None
) -> list[RunReport]:
    """Reconcile once: one store, or all of them one after the other."""
    async with open_house(settings) as house:
        wanted = [each for each in house.stores if store is None or each.name == store]
        return [
            await reconcile(each, progress=progress or (lambda _text: None), patience=PATIENCE)
            for each in wanted
        ]


async def gaps(settings: Settings, state: State | None, store: str | None, kind: str | None) -> list[Gap]:
    """Return the queue, oldest first; without a state everything that is not resolved."""
    async with open_house(settings) as house, house.database.read() as session:
        return await Queue(session, house.clock.now()).list(
            store=store, state=state, kind=kind, unresolved=state is None
        )


async def kept(settings: Settings, store: str | None) -> list[Kept]:
    """Return what waits because a channel or the token is gone."""
    async with open_house(settings) as house, house.database.read() as session:
        waiting = await Overdue(session, house.clock.now()).waiting()
    return [each for each in kept_back(waiting) if store in {None, each.store}]


async def order(settings: Settings, number: str, live: bool) -> tuple[OrderView, ...]:
    """Say what each side says of one order number; without `live`, as last read."""
    async with open_house(settings) as house:
        return await house.look_up(number, live=live)


async def upgrade(settings: Settings) -> str:
    """Bring the database to the newest schema; return a sentence about it."""
    database = Database(settings.database_url)
    try:
        before, newest = await database.revision()
        await _upgraded(database)
    finally:
        await database.close()
    if before == newest:
        return f"The schema is at {newest} already."
    return f"The schema went from {before or 'nothing'} to {newest}."


async def _upgraded(database: Database) -> None:
    try:
        await database.upgrade()
    except UnknownSchema as error:
        raise DatabaseError(
            f"The database is newer than this stuck: its schema is {error.revision}, this version knows up to {error.newest}.",
            why="An older version would misread what a newer one wrote.",
            todo="Run the newest version of stuck, or restore the backup made before the upgrade.",
        ) from error


async def doctor(settings: Settings | ConfigurationError) -> list[Check]:
    """Check every link of the chain with the code that the bot itself uses."""
    return await examine_all(settings, sources)


# ---------------------------------------------------------------- with Slack


@dataclass(frozen=True, slots=True)
class Mouth:
    """The Slack side of a house."""

    app: AsyncApp
    gateway: Gateway
    delivery: Delivery
    rounds: Rounds
    digests: Digests


def mouth(house: House, *, socket_mode: bool) -> Mouth:
    """Build the Slack side: listeners, gateway, delivery."""
    settings = house.settings
    client = build_client(_secret(settings.slack.bot_token), settings.slack.api_url)
    gateway = Gateway(client, house.clock)
    holder = house.stores[0].holder
    delivery = Delivery(house.database, gateway, house.clock, house.live, holder=holder)
    desk = Desk(
        database=house.database,
        clock=house.clock,
        stores=house.live,
        recheck=house.recheck,
        look_up=house.look_up,
        nudge=delivery.nudge,
        every=settings.every,
    )
    signing = _secret(settings.slack.signing_secret) or None
    app = build_app(
        client,
        desk,
        signing_secret=signing,
        socket_mode=socket_mode,
        allowed=settings.allowed,
        watched=house.stores,
    )
    people = People(client, house.clock, settings.allowed)
    rounds = Rounds(house.database, house.clock, house.live, settings.reminders, people)
    return Mouth(app, gateway, delivery, rounds, Digests(desk, holder=holder))


async def deliver(settings: Settings) -> int:
    """Send what is owed to Slack now; return how many messages. Raises SlackRefused for a bad token."""
    async with open_house(settings) as house:
        slack = mouth(house, socket_mode=True)
        await _introduce(slack.gateway)
        return await slack.delivery.run_once()


async def run(settings: Settings, clock: Clock | None = None, stop: asyncio.Event | None = None) -> None:
    """Run everything in one process until `stop`, or until the process is asked to end."""
    stop = stop or asked_to_stop()

    def work(house: House, slack: Mouth) -> Work:
        socket = SocketMode(slack.app, _secret(settings.slack.app_token))
        yield socket.run(stop)
        yield slack.delivery.run(stop)
        look = _looking(house, slack.gateway.troubles, socket.troubles)
        yield _schedule(house, look, slack).run(stop)

    await _last(settings, stop, work, clock=clock, socket_mode=True)


async def worker(settings: Settings, clock: Clock | None = None, stop: asyncio.Event | None = None) -> None:
    """Run schedule and delivery, any number of them at once against one PostgreSQL."""
    stop = stop or asked_to_stop()

    def work(house: House, slack: Mouth) -> Work:
        yield slack.delivery.run(stop)
        yield _schedule(house, _looking(house, slack.gateway.troubles), slack).run(stop)

    await _last(settings, stop, work, clock=clock, socket_mode=True)


async def web(settings: Settings, clock: Clock | None = None, stop: asyncio.Event | None = None) -> None:
    """Serve Slack over HTTP, any number of them at once; what they owe is sent by the workers."""
    stop = stop or asked_to_stop()

    def work(house: House, slack: Mouth) -> Work:
        look = _looking(house, slack.gateway.troubles)

        async def health() -> dict[str, object]:
            return (await look()).as_json()

        yield serve(http.build_web(slack.app, health, _api(house)), settings.port, stop)

    await _last(settings, stop, work, clock=clock, socket_mode=False)


async def demo(*, port: int, seed: int, orders: int, on_ready: Callable[[str], None]) -> None:
    """Run the real bot against a pretend world on a fast clock; `on_ready` is told where its page is."""
    stop, clock = asked_to_stop(), demo_clock()
    with TemporaryDirectory(prefix="stuck-demo-") as folder:
        here = Path(folder)
        (here / "stuck.toml").write_text(STUCK_TOML)
        async with open_sandbox(clock, port=port, seed=seed, orders=orders) as sandbox:
            need: frozenset[Need] = frozenset({"slack", "socket", "sources", "database"})
            environment = sandbox.environment() | {"DATABASE_URL": f"sqlite:///{here / 'demo.db'}"}
            settings = load(environment, here, need=need)
            on_ready(sandbox.server.url)
            await run(settings, clock, stop)


Work = Iterator[Coroutine[Any, Any, None]]


async def _last(
    settings: Settings,
    stop: asyncio.Event,
    work: Callable[[House, Mouth], Work],
    *,
    clock: Clock | None,
    socket_mode: bool,
) -> None:
    """Open everything, run `work` until `stop`, close everything; never later than LAST_SECONDS after `stop`."""

    async def lifetime() -> None:
        async with open_house(settings, clock) as house:
            slack = mouth(house, socket_mode=socket_mode)
            await unless(stop, _introduce(slack.gateway))
            if not stop.is_set():
                await together(stop, house.live.run(stop), *work(house, slack))
            await listeners_end()

    await unless(stop, lifetime(), grace=LAST_SECONDS)


def _api(house: House) -> ASGIApp | None:
    """Return the JSON API; None: no token was given, so there is none."""
    token = house.settings.api_token
    if token is None:
        return None
    from bot.api import build_api  # noqa: PLC0415  # a heavy library, for those only who asked for it

    return build_api(house.database, house.clock, token.get_secret_value())


Look = Callable[[], Coroutine[Any, Any, Health]]


def _looking(house: House, *troubles: Callable[[], list[str]]) -> Look:
    """Return the look at everything; `troubles`: what parts of this process know to be wrong."""
    names = [store.name for store in house.stores]

    async def look() -> Health:
        return await examine(
            house.database,
            house.clock,
            names,
            every=house.settings.every,
            slack=lambda: [trouble for known in troubles for trouble in known()],
        )

    return look


def _schedule(house: House, look: Look, slack: Mouth) -> Schedule:
    url = house.settings.heartbeat_url
    heartbeat = Heartbeat(url, look, house.database, house.clock, house.stores[0].holder) if url else None
    return Schedule(
        house.stores,
        every=house.settings.every,
        clock=house.clock,
        heartbeat=heartbeat.beat if heartbeat else None,
        chores=(
            Chore("rounds", ROUNDS_EVERY, slack.rounds.go),
            Chore("digests", DIGESTS_EVERY, slack.digests.go),
        ),
    )


async def _introduce(gateway: Gateway) -> None:
    """Ask Slack who we are, so that a bad token is an error now and not a silence later. Raises SlackRefused."""
    try:
        await gateway.auth()
    except SlackFailure as failure:
        if failure.fault == "token":
            raise SlackRefused(
                f"Slack does not accept SLACK_BOT_TOKEN: {failure.code}.",
                why="Without it nothing can be posted.",
                todo="Copy the bot token (xoxb-…) from your app's page, OAuth & Permissions, and start again.",
            ) from failure


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value is not None else ""
