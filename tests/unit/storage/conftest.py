"""A fresh database for each test, on SQLite and on a real PostgreSQL, and builders of what goes into it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from storage.database import Database
from storage.facts import Order, OrderDetail, Shipment, ShipStationOrder
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Judged
from storage.queue import Queue
from storage.tables import METADATA
from tests.conftest import upgraded
from tests.postgresql import Address, execute

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_database(server: Address) -> Callable[[], str]:
    """An upgraded database that all tests share; call it to empty it and for its address."""
    execute(server, "CREATE DATABASE shared")
    address = server("shared")
    upgraded(address)
    tables = ", ".join(table.name for table in METADATA.sorted_tables)

    def emptied() -> str:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        return address

    return emptied


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str:
    """The address of an upgraded, empty database."""
    if request.param == "postgresql":
        emptied: Callable[[], str] = request.getfixturevalue("postgres_database")
        return emptied()
    new_file: Callable[[str], str] = request.getfixturevalue("new_file")
    return new_file("stuck.db")


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
async def other_process(address: str) -> AsyncIterator[Database]:
    """The same database, as another process has it open."""
    database = Database(address)
    yield database
    await database.close()


def order(id_: str = "6012345678901", name: str = "#1001", **known: Any) -> Order:
    values: dict[str, Any] = {
        "created_at": NOON,
        "processed_at": NOON,
        "updated_at": NOON,
        "read_at": NOON,
        "financial_status": "PAID",
        "fulfillment_status": "UNFULFILLED",
    }
    return Order(id=id_, name=name, **(values | known))


def detailed(id_: str = "6012345678901", name: str = "#1001", **known: Any) -> Order:
    return replace(order(id_, name, **known), detail=OrderDetail(shipping_method="Standard"))


def row(
    id_: int = 1, number: str = "1001", key: str | None = "6012345678901", **known: Any
) -> ShipStationOrder:
    values: dict[str, Any] = {
        "status": "awaiting_shipment",
        "store_id": 7,
        "created_at": NOON,
        "modified_at": NOON,
        "read_at": NOON,
    }
    return ShipStationOrder(id=id_, number=number, key=key, **(values | known))


def label(id_: int = 11, order_id: int = 1, **known: Any) -> Shipment:
    values: dict[str, Any] = {"kind": "label", "order_number": "1001", "created_at": NOON, "read_at": NOON}
    return Shipment(id=id_, order_id=order_id, **(values | known))


def finding(kind: str = "sync.unfulfilled", cause: str | Cause = "notify_failed", **known: Any) -> Finding:
    values: dict[str, Any] = {
        "headline": "Shipped, and Shopify does not know",
        "severity": Severity.NORMAL,
        "since": NOON - timedelta(hours=5),
        "cause": Cause(cause, "likely", f"Because of {cause}.") if isinstance(cause, str) else cause,
        "next_action": NextAction("resend", "Send the notification again."),
        "evidence": (Evidence("shopify", "status", "UNFULFILLED", NOON),),
    }
    return Finding(kind=kind, **(values | known))


def judged(*findings: Finding, order_id: str = "6012345678901", name: str = "#1001") -> Judged:
    return Judged(f"order:{order_id}", order_id, name, findings)


@pytest.fixture
def make() -> SimpleNamespace:
    """Builders: a thing with everything plain but what the test is about."""
    return SimpleNamespace(
        noon=NOON, order=order, detailed=detailed, row=row, label=label, finding=finding, judged=judged
    )


class Books:
    """Plays what happens to gaps, hours after noon."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def found(self, hours: float, *judged: Judged, store: str = "main") -> Any:
        async with self.database.write() as session:
            return (await Queue(session, NOON + timedelta(hours=hours)).apply(store, judged)).opened

    async def healed(self, hours: float, *judged: Judged) -> None:
        await self.found(hours, *(replace(each, findings=()) for each in judged))

    async def queue(self, hours: float, act: Callable[[Queue], Any]) -> Any:
        async with self.database.write() as session:
            return await act(Queue(session, NOON + timedelta(hours=hours)))


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)
