"""The shop's life: orders arrive, are imported, printed and told to Shopify; now and then something goes wrong."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox.carriers import CARRIERS
from bot.sandbox.catalogue import BASKETS
from bot.sandbox.incidents import Incident, in_flight
from bot.sandbox.mishaps import start_importing, stop_importing
from bot.sandbox.script import INCIDENTS, OPENING
from bot.sandbox.shop import PretendOrder
from bot.sandbox.working_hours import open_at, print_time

if TYPE_CHECKING:
    from bot.sandbox.world import World

TICK_SECONDS = 0.25
"""Of the wall."""
OPENING_LASTS = timedelta(hours=5)
"""How long after its beginning the life is only what the opening scripts: random incidents come later."""
INCIDENT_SHARE = 0.3
"""Share of the orders that something happens to, once the last incident is CALM ago."""
CALM = timedelta(hours=1)
BACKLOG_SHARE = 0.8
"""Share of the forgotten incidents that people find a day or two later."""
REVIEW_AFTER = timedelta(minutes=20)
"""How long after the beginning somebody looks through the orders that the history left on hold for fraud."""
BUSY_MINUTES, QUIET_MINUTES = 9.0, 70.0
"""Mean time between two orders by day (8:00 to 21:00) and by night."""


class Life:
    """What happens when, told in order; the same for the same seed and beginning, however often it is advanced.

    Nothing happens before the first `advance`, which also tells what was in flight when the world began.
    """

    def __init__(
        self, world: "World", opening: Sequence[tuple[float, Incident]] = OPENING, *, busy: bool = True
    ) -> None:
        """`busy` False: nothing happens but the opening."""
        self.world = world
        self._calm_until = world.now + OPENING_LASTS
        self._plans: list[tuple[datetime, int, Callable[[], object]]] = []
        self._sequence = itertools.count()
        self._not_imported: list[PretendOrder] = []
        if busy:
            self._begin(world.now)
        for minutes, incident in opening:
            self.plan(world.now + timedelta(minutes=minutes), self._as_scripted(incident))

    # ------------------------------------------------------------ time

    def plan(self, at: datetime, happening: Callable[[], object]) -> None:
        """Let something happen at `at`."""
        heapq.heappush(self._plans, (at, next(self._sequence), happening))

    def advance(self, now: datetime) -> int:
        """Let everything happen that is due; return how much that was."""
        happened = 0
        while self._plans and self._plans[0][0] <= now:
            at, _, happening = heapq.heappop(self._plans)
            with self.world.at(at):
                happening()
            happened += 1
        if self.world.shipping.importing:
            self.world.shipping.refreshed(now)
        return happened

    async def live(self, stop: asyncio.Event) -> None:
        """Advance about four times per second of the wall until `stop` is set."""
        while not stop.is_set():
            self.world.tick()
            try:
                await asyncio.wait_for(stop.wait(), TICK_SECONDS)
            except TimeoutError:
                continue

    def _begin(self, now: datetime) -> None:
        for before in range(-250, -20, 22):
            self.plan(now + timedelta(minutes=before), lambda: in_flight(self))
        held = [order for order in self.world.shop.orders.values() if _suspected(order)]
        self.plan(now + REVIEW_AFTER, lambda: self.let_go(held))
        self.plan(now + timedelta(minutes=2), self._arrive)

    def _as_scripted(self, incident: Incident) -> Callable[[], None]:
        return lambda: incident(self, True)

    # ------------------------------------------------------------ ordinary days

    def _arrive(self) -> None:
        world, chance = self.world, self.world.chance
        may_go_wrong = world.now > self._calm_until and world.shipping.importing
        if may_go_wrong and chance.random() < INCIDENT_SHARE:
            self._calm_until = world.now + CALM
            incident = chance.choices([one for one, _ in INCIDENTS], [weight for _, weight in INCIDENTS])[0]
            incident(self, False)
        else:
            self.ship_as_usual(self.take_order())
        busy = 8 <= world.now.astimezone(world.zone).hour < 21
        wait = chance.expovariate(1 / (BUSY_MINUTES if busy else QUIET_MINUTES))
        self.plan(world.now + timedelta(minutes=1 + wait), self._arrive)

    def take_order(self, **details: object) -> PretendOrder:
        """Let a customer order something."""
        details.setdefault("lines", self.world.chance.choice(BASKETS))
        return self.world.order(**details)  # type: ignore[arg-type]  # fields of PretendOrder by name

    def import_soon(self, order: PretendOrder, **how: Any) -> datetime:
        """Plan the import within minutes; return when."""
        at = self.world.now + timedelta(minutes=self.world.chance.uniform(4, 14))
        self.plan(at, lambda: self.bring_in(order, **how))
        return at

    def bring_in(self, order: PretendOrder, **how: Any) -> None:
        """Import an order that was not yet, or when imports run again."""
        if order.cancelled or self.world.imported(order):
            return
        if self.world.shipping.importing:
            self.world.import_order(order, **how)
        else:
            self._not_imported.append(order)

    def stop_imports(self) -> None:
        """Let ShipStation stop importing; orders wait in Shopify."""
        stop_importing(self.world)

    def import_again(self) -> None:
        """Let somebody notice, connect the store again and import what waits, which people then print."""
        start_importing(self.world)
        waiting, self._not_imported = self._not_imported, []
        for order in waiting:
            self.bring_in(order)
            self.print_later(order)

    def printing(self, imported: datetime) -> datetime:
        """Return when people will print what was imported then."""
        return print_time(imported, self.world.zone, self.world.chance)

    def ship_as_usual(self, order: PretendOrder) -> None:
        """Import, print, tell."""
        self.print_later(order, self.import_soon(order))

    def print_later(self, order: PretendOrder, ready: datetime | None = None) -> None:
        """Let people print what is left of an order when they come to it; it is ready now, or at `ready`."""
        self.plan(self.printing(ready or self.world.now), lambda: self.print_label(order))

    def let_go(self, orders: Sequence[PretendOrder]) -> None:
        """Let somebody release held orders, and people print them."""
        for order in orders:
            self.world.release(order)
            self.print_later(order)

    def print_label(self, order: PretendOrder, *, notify: bool | str = True) -> None:
        """Print what is left to print, unless something has come between."""
        world = self.world
        rows = [row for row in world.imported(order) if row.status == "awaiting_shipment"]
        for row in rows:
            if sum(world.shipping.open_units(row).values()):
                world.label(row, notify=notify, carrier=world.chance.choice(CARRIERS))

    def resend(self, order: PretendOrder) -> None:
        """Let somebody press Send Notification for every parcel that was not told."""
        for label in self.world.labels(order, live=True):
            if not label.notified:
                self.world.resend_notification(label)

    # ------------------------------------------------------------ when people act

    def after(self, minutes: float, happening: Callable[[], object]) -> None:
        """Let something happen that many minutes from the moment that is being told."""
        self.plan(self.world.now + timedelta(minutes=minutes), happening)

    def maybe_after(
        self, share: float, minutes: tuple[float, float], happening: Callable[[], object]
    ) -> None:
        """Let people mend something soon with that likelihood, else perhaps when they go through the backlog."""
        chance = self.world.chance
        delay = timedelta(minutes=chance.uniform(*minutes))
        if chance.random() >= share:
            if chance.random() >= BACKLOG_SHARE:
                return
            delay += timedelta(hours=chance.uniform(18, 40))
        at = self.world.now + delay
        self.plan(at if open_at(at, self.world.zone) else self.printing(at), happening)


def _suspected(order: PretendOrder) -> bool:
    return any(hold.reason == "HIGH_RISK_OF_FRAUD" for part in order.parts for hold in part.holds)
