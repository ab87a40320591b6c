"""A shop of any size, as facts: mostly healthy, a little of everything that takes longer to judge."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from storage.database import Database
from storage.facts import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Item,
    Line,
    Order,
    OrderDetail,
    Payment,
    Quantity,
    Shipment,
    ShipStationOrder,
    Tracking,
)
from storage.mirror import Mirror, Settled

NOW = datetime(2026, 11, 17, 19, 0, tzinfo=UTC)
FIRST_ID = 6_000_000_000_000
SPAN = timedelta(days=30)


def _number(n: int) -> str:
    return f"94001112062064{n:08d}"


def _times(n: int, of: int) -> datetime:
    """Orders are spread over the month up to yesterday; what is newer, a benchmark adds itself."""
    return NOW - SPAN + (SPAN - timedelta(days=1)) * (n / of)


def _detail(n: int, at: datetime, *, shipped: bool) -> OrderDetail:
    line = str(14_000_000_000_000 + n)
    left = 0 if shipped else 2
    return OrderDetail(
        lines=(Line(line, f"SKU-{n % 50}", 2, 2, left, requires_shipping=True),),
        fulfillment_orders=(
            FulfillmentOrder(
                id=str(n),
                status="CLOSED" if shipped else "OPEN",
                request_status="UNSUBMITTED",
                method="SHIPPING",
                location="Warehouse",
                created_at=at,
                updated_at=at,
                lines=(FulfillmentOrderLine(line, f"SKU-{n % 50}", 2, left, requires_shipping=True),),
            ),
        ),
        payments=(Payment("SALE", "SUCCESS", at),),
    )


def order(n: int, of: int, *, change: int = 0) -> Order:
    """The n-th of `of` orders: every tenth is not shipped yet; every hundredth was shipped without Shopify's knowing."""
    at = _times(n, of)
    shipped = n % 10 != 0 and n % 100 != 1
    line = str(14_000_000_000_000 + n)
    return Order(
        id=str(FIRST_ID + n),
        name=f"#{1000 + n}",
        created_at=at,
        processed_at=at,
        updated_at=at + timedelta(hours=5, seconds=change),
        read_at=NOW,
        financial_status="PAID",
        fulfillment_status="FULFILLED" if shipped else "UNFULFILLED",
        source="web",
        quantity=2,
        total="59.90",
        currency="USD",
        fulfillments=(
            Fulfillment(
                id=str(n),
                name=f"#{1000 + n}.1",
                status="SUCCESS",
                display_status="IN_TRANSIT",
                created_at=at + timedelta(hours=5),
                updated_at=at + timedelta(hours=5),
                quantity=2,
                tracking=(Tracking(_number(n), "USPS", "https://tools.usps.com/go/TrackConfirmAction"),),
                lines=(Quantity(line, 2),),
            ),
        )
        if shipped
        else (),
        detail=None if shipped else _detail(n, at, shipped=False),
    )


def shipstation_order(n: int, of: int) -> ShipStationOrder:
    at = _times(n, of) + timedelta(minutes=10)
    return ShipStationOrder(
        id=400_000_000 + n,
        number=str(1000 + n),
        key=str(FIRST_ID + n),
        status="shipped" if n % 10 != 0 else "awaiting_shipment",
        store_id=12345,
        created_at=at,
        modified_at=at + timedelta(hours=4),
        read_at=NOW,
        carrier="stamps_com",
        service="usps_ground",
        items=(Item(str(14_000_000_000_000 + n), f"SKU-{n % 50}", 2),),
    )


def shipment(n: int, of: int) -> Shipment | None:
    if n % 10 == 0:
        return None
    return Shipment(
        id=200_000_000 + n,
        kind="label",
        order_id=400_000_000 + n,
        order_number=str(1000 + n),
        order_key=str(FIRST_ID + n),
        store_id=12345,
        created_at=_times(n, of) + timedelta(hours=4),
        read_at=NOW,
        tracking=_number(n),
        carrier="stamps_com",
        notified=n % 100 != 1,
        items=(Item(str(14_000_000_000_000 + n), f"SKU-{n % 50}", 2),),
    )


@pytest.fixture
def shop() -> SimpleNamespace:
    """Builders of the n-th order and what ShipStation has of it."""

    def batches(of: int, size: int = 5000) -> Iterator[range]:
        for start in range(0, of, size):
            yield range(start, min(of, start + size))

    return SimpleNamespace(
        now=NOW, order=order, shipstation_order=shipstation_order, shipment=shipment, batches=batches
    )


@pytest.fixture
def fill(shop: SimpleNamespace):
    """Write the first `of` orders of the shop into a mirror, judged as far as the mirror is concerned."""

    async def filled(database: Database, of: int) -> None:
        for numbers in shop.batches(of):
            async with database.write() as session:
                mirror = Mirror(session, "main")
                await mirror.save_orders([order(n, of) for n in numbers])
                await mirror.save_shipstation_orders([shipstation_order(n, of) for n in numbers])
                await mirror.save_shipments([one for n in numbers if (one := shipment(n, of))])
                await mirror.settle({order(n, of).id: Settled(None, imported=True) for n in numbers})

    return filled


@pytest.fixture
def report(request: pytest.FixtureRequest):
    """Print one line of figures, whatever pytest captures."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def said(what: str, figures: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n  {what}: {figures}")  # noqa: T201  # a benchmark is run to be read

    return said
