"""The pretend shop: the truth of both systems, and the verbs that move it. Simulators only render it."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.sandbox import breakage
from bot.sandbox.accounts import ShipStationAccount, ShopifyAccount
from bot.sandbox.carriers import SERVICES, tracking_address, tracking_number
from bot.sandbox.history import write_history
from bot.sandbox.importing import take_in
from bot.sandbox.notifying import refusal, tell_shopify
from bot.sandbox.shipping import MANUAL_STORE, SHOPIFY_STORE, PretendLabel, PretendShipOrder, Shipping
from bot.sandbox.shop import PretendFulfillment, PretendOrder, PretendTracking, Shop
from bot.sandbox.shop_life import Life

NOW = timedelta(0)


class World:
    """One shop on Shopify that ships with ShipStation. All times are UTC; `age` is how long ago a thing happened."""

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 7,
        orders: int = 60,
        shop: str = "pretend-goods.myshopify.com",
        zone: str = "America/New_York",
    ) -> None:
        self.clock = clock
        self.zone = ZoneInfo(zone)
        self.chance = random.Random(seed)  # noqa: S311  # a reproducible pretend world
        self.shop = Shop(shop)
        self.shipping = Shipping(shop)
        self.shopify = ShopifyAccount()
        self.shipstation = ShipStationAccount()
        self.writes_attempted = 0
        """Mutations and non-GET requests that the simulators refused: must stay 0."""
        self._moment: datetime | None = None
        self._listeners: list[Callable[[], None]] = []
        write_history(self, orders)
        self._life = Life(self)

    # ------------------------------------------------------------ time and listeners

    @property
    def now(self) -> datetime:
        """The present of this world; while a past event is told, the time of that event."""
        return self._moment or self.clock.now()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let things happen at `moment`."""
        before, self._moment = self._moment, moment
        try:
            yield
        finally:
            self._moment = before

    def tick(self) -> int:
        """Advance the shop's life up to `clock.now()`; return how many things happened."""
        happened = self._life.advance(self.clock.now())
        if happened:
            self.announce()
        return happened

    async def live(self, stop: Any) -> None:
        """Tick about four times per second of the wall until `stop` (an asyncio.Event) is set."""
        await self._life.live(stop)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after every change by `tick` or `act`; the result ends that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def announce(self) -> None:
        """Tell listeners that something changed."""
        for listener in list(self._listeners):
            listener()

    # ------------------------------------------------------------ looking around

    def find(self, name: str) -> PretendOrder:
        """Return the Shopify order of that name, `#` or not. Raises KeyError."""
        by_name = self.shop.by_name
        return by_name[name] if name in by_name else by_name[f"#{name}"]

    def imported(self, order: PretendOrder) -> list[PretendShipOrder]:
        """Return the ShipStation rows of an order: split siblings, or the survivor that took it in."""
        rows = self.shipping.by_key.get(str(order.id), [])
        gone = {row.id for row in rows if row.absorbed}
        survivors = (
            [one for one in self.shipping.orders.values() if gone & set(one.merged_ids)] if gone else []
        )
        return [row for row in rows if not row.absorbed] + survivors

    def labels(self, order: PretendOrder, *, live: bool = False) -> list[PretendLabel]:
        """Return labels and marks of an order on ShipStation's side, oldest first."""
        rows = self.imported(order)
        return sorted(
            (one for row in rows for one in self.shipping.labels_of(row, live=live)),
            key=lambda one: (one.created, one.id),
        )

    # ------------------------------------------------------------ Shopify

    def order(
        self,
        name: str | None = None,
        *,
        lines: Sequence[tuple[str, int]] = (("MUG-BLUE", 1),),
        age: timedelta = NOW,
        paid: bool = True,
        tags: Sequence[str] = (),
        method: str = "SHIPPING",
        **details: Any,
    ) -> PretendOrder:
        """Take an order in Shopify. `details` are any fields of PretendOrder (`source`, `test`, `free`, ...)."""
        at = self.now - age
        order = self.shop.open_order(at, lines, name=name, method=method)
        order.tags = list(tags)
        for what, value in details.items():
            setattr(order, what, value)
        order.financial = "PENDING"
        if paid:
            self.shop.pay(order, at)
        return order

    def pay(self, order: PretendOrder, *, age: timedelta = NOW, kind: str = "CAPTURE") -> None:
        """Let an order's payment come in later than the order."""
        self.shop.pay(order, self.now - age, kind)
        for row in self.imported(order):
            if row.status == "awaiting_payment":
                row.status, row.paid = "awaiting_shipment", self.now - age
                self.shipping.touch(row, self.now - age)

    def fulfill(
        self,
        order: PretendOrder,
        *,
        tracking: str | Sequence[str] | None = None,
        company: str | None = "USPS",
        lines: Mapping[str, int] | None = None,
        service: str | None = None,
        age: timedelta = NOW,
    ) -> PretendFulfillment:
        """Record a fulfilment in Shopify alone: by hand, by another `service`, at the till. `lines`: SKU -> units."""
        numbers = [tracking] if isinstance(tracking, str) else list(tracking or ())
        shown = [PretendTracking(number, company, tracking_address(company, number)) for number in numbers]
        units = order.open_units()
        if lines is not None:
            units = {order.line(sku).id: quantity for sku, quantity in lines.items()}
        made = self.shop.fulfill(order, self.now - age, units, shown)
        made.service = service
        return made

    def cancel(
        self, order: PretendOrder, *, age: timedelta = NOW, reason: str = "CUSTOMER", imported: bool = True
    ) -> None:
        """Cancel in Shopify; `imported`: ShipStation has noticed too, where nothing was shipped."""
        at = self.now - age
        self.shop.cancel(order, at, reason)
        for row in self.imported(order) if imported else []:
            if row.status in {"awaiting_shipment", "awaiting_payment", "on_hold"}:
                self._restate(row, "cancelled", at)

    def hold(
        self,
        order: PretendOrder,
        *,
        reason: str = "HIGH_RISK_OF_FRAUD",
        note: str | None = None,
        held_by: str | None = None,
        age: timedelta = NOW,
    ) -> None:
        """Hold an order in Shopify; ShipStation follows where it has it."""
        at = self.now - age
        self.shop.hold(order, at, reason, note, held_by)
        for row in self.imported(order):
            if row.status == "awaiting_shipment":
                self._restate(row, "on_hold", at)

    def release(self, order: PretendOrder, *, age: timedelta = NOW) -> None:
        """Lift the holds on both sides."""
        at = self.now - age
        self.shop.release(order, at)
        for row in self.imported(order):
            if row.status == "on_hold":
                self._restate(row, "awaiting_shipment", at)

    def refund(self, order: PretendOrder, lines: Mapping[str, int], *, age: timedelta = NOW) -> None:
        """Refund units, SKU -> quantity. ShipStation keeps the original quantities (domain.md, rule 13)."""
        units = {order.line(sku).id: quantity for sku, quantity in lines.items()}
        self.shop.refund(order, self.now - age, units)

    def set_tracking(
        self, order: PretendOrder, number: str | None, *, company: str | None = None, age: timedelta = NOW
    ) -> None:
        """Overwrite what Shopify shows the customer on the newest fulfilment; None: nothing."""
        shown = [PretendTracking(number, company, tracking_address(company, number))] if number else []
        newest = order.fulfillments[-1]
        newest.tracking, newest.updated = shown, self.now - age
        newest.display_status = "FULFILLED" if shown else "MARKED_AS_FULFILLED"
        self.shop.touch(order, newest.updated)

    # ------------------------------------------------------------ ShipStation

    def import_order(
        self,
        order: PretendOrder,
        *,
        age: timedelta = NOW,
        status: str | None = None,
        store: int = SHOPIFY_STORE,
        service: bool = True,
        **how: Any,
    ) -> PretendShipOrder:
        """Import an order as ShipStation's store refresh does. `how`: `key` and `only` of `importing.take_in`."""
        row = take_in(self.shipping, order, self.now - age, store=store, **how)
        row.status = status or row.status
        if not service:
            row.carrier = row.service = None
        return row

    def manual_order(
        self, number: str, *, lines: Mapping[str, int], age: timedelta = NOW
    ) -> PretendShipOrder:
        """Type an order into ShipStation by hand: manual store, a key that no shop knows."""
        key = f"manual-{self.chance.getrandbits(64):016x}"
        row = self.shipping.open_order(self.now - age, number, key=key, store=MANUAL_STORE)
        for sku, quantity in lines.items():
            self.shipping.add_item(row, sku, quantity)
        return row

    def forget_import(self, order: PretendOrder) -> None:
        """Let ShipStation never have imported the order."""
        for row in list(self.shipping.by_key.get(str(order.id), [])):
            self.shipping.forget(row)

    def label(
        self,
        order: PretendOrder | PretendShipOrder,
        *,
        age: timedelta = NOW,
        notify: bool | str = True,
        tracking: str | None = None,
        lines: Mapping[str, int] | None = None,
        carrier: str = "stamps_com",
        return_label: bool = False,
    ) -> PretendLabel:
        """Print a label. `notify`: True tells Shopify, False does not (pending, delayed, forbidden), a text is the error."""
        row, at = self._to_ship(order, self.now - age), self.now - age
        label = self.shipping.parcel(
            "label", row, at, tracking or tracking_number(self.chance, carrier), carrier
        )
        label.service = SERVICES.get(carrier, carrier)
        label.units = {} if return_label else self.shipping.units_for(row, lines)
        label.return_label = return_label
        return self._shipped(row, label, notify=notify)

    def mark_shipped(
        self,
        order: PretendOrder | PretendShipOrder,
        *,
        age: timedelta = NOW,
        notify: bool | str = False,
        tracking: str | None = None,
        carrier: str | None = None,
    ) -> PretendLabel:
        """Mark an order as shipped without a label; telling the shop is off by default (domain.md, rule 20)."""
        row, at = self._to_ship(order, self.now - age), self.now - age
        mark = self.shipping.parcel("mark", row, at, tracking, carrier)
        mark.units = self.shipping.units_for(row, None)
        return self._shipped(row, mark, notify=notify)

    def void(self, label: PretendLabel, *, age: timedelta = NOW) -> None:
        """Void a label in ShipStation. Shopify keeps what it was told."""
        self.shipping.void(label, self.now - age)

    def resend_notification(self, label: PretendLabel, *, age: timedelta = NOW) -> None:
        """Send a label's notification (again): Shopify learns of it, ShipStation's modify dates stay."""
        label.error = refusal(self.shop, self.shipping, label)
        label.notified = label.error is None
        if label.notified:
            tell_shopify(self.shop, self.shipping, label, self.now - age)

    def split(
        self, order: PretendOrder, *shares: Mapping[str, int], age: timedelta = NOW
    ) -> list[PretendShipOrder]:
        """Split an order's row: each share (SKU -> units) becomes a child. Returns root and children."""
        return self.shipping.split(self.imported(order)[0], self.now - age, shares)

    def combine(
        self, survivor: PretendOrder, absorbed: PretendOrder, *, age: timedelta = NOW
    ) -> PretendShipOrder:
        """Combine two orders' rows into the survivor's; the other vanishes from the API."""
        row = self.imported(survivor)[0]
        self.shipping.combine(row, self.imported(absorbed)[0], self.now - age)
        return row

    # ------------------------------------------------------------ for the panel

    def names(self) -> list[dict[str, str]]:
        """List orders, newest first, with a short status of both sides."""
        return breakage.names(self)

    def view(self, name: str) -> dict[str, Any]:
        """Show both systems' view of one order as a person would see it, and what can be done to it."""
        return breakage.view(self, name)

    def act(self, name: str, code: str) -> str:
        """Do one of the view's actions; return a sentence that says what was done. Raises KeyError."""
        said = breakage.act(self, name, code)
        self.announce()
        return said

    # ------------------------------------------------------------ how verbs work

    def _restate(self, row: PretendShipOrder, status: str, at: datetime) -> None:
        row.status = status
        self.shipping.touch(row, at)

    def _to_ship(self, order: PretendOrder | PretendShipOrder, at: datetime) -> PretendShipOrder:
        if isinstance(order, PretendShipOrder):
            return order
        if not self.imported(order):
            self.import_order(order, age=self.now - (order.created + (at - order.created) / 2))
        rows = self.imported(order)
        return next((row for row in rows if sum(self.shipping.open_units(row).values())), rows[0])

    def _shipped(self, row: PretendShipOrder, label: PretendLabel, *, notify: bool | str) -> PretendLabel:
        self.shipping.ship(row, label)
        if isinstance(notify, str):
            label.error = notify
        elif notify and row.store_id != MANUAL_STORE:
            self.resend_notification(label, age=self.now - label.created)
        return label
