"""A database of every schema that there ever was, with what was in it, and today's code in front of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect

from storage import schema
from storage.database import Database
from storage.mirror import Mirror
from storage.notices import Notices
from storage.overview import Overview
from storage.queue import Queue
from storage.runs import Leases, Runs
from tests.postgresql import Address, execute

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(hours=5)
REVISIONS = sorted(each.revision for each in ScriptDirectory.from_config(schema.config()).walk_revisions())
ORDER, GAP, CARD = "6012345678901", "gap-1", "notice-1"

# Bodies as the first schema's code wrote them: what came later is missing here, and has to have a default.
ORDER_BODY = {
    "id": ORDER,
    "name": "#1001",
    "created_at": "2026-11-18T02:00:00Z",
    "processed_at": "2026-11-18T02:00:00Z",
    "updated_at": "2026-11-18T02:00:00Z",
    "read_at": "2026-11-18T12:00:00Z",
    "financial_status": "PAID",
    "fulfillment_status": "UNFULFILLED",
    "tags": ["vip"],
    "quantity": 2,
    "fulfillments": [],
    "detail": {"lines": [], "fulfillment_orders": [], "payments": [], "refunds": []},
}
ROW_BODY = {
    "id": 1,
    "number": "1001",
    "key": ORDER,
    "status": "shipped",
    "store_id": 7,
    "created_at": "2026-11-18T03:00:00Z",
    "modified_at": "2026-11-18T07:00:00Z",
    "read_at": "2026-11-18T12:00:00Z",
    "items": [{"line_key": "501", "sku": "MUG", "quantity": 2}],
}
LABEL_BODY = {
    "id": 11,
    "kind": "label",
    "order_id": 1,
    "order_number": "1001",
    "created_at": "2026-11-18T07:00:00Z",
    "read_at": "2026-11-18T12:00:00Z",
    "order_key": ORDER,
    "tracking": "1Z999",
    "notified": False,
    "notify_error": "Refused",
}
FINDING_BODY = {
    "kind": "sync.unfulfilled",
    "headline": "shipped, and Shopify does not know",
    "severity": 3,
    "since": "2026-11-18T07:00:00Z",
    "cause": {
        "code": "notify_failed",
        "confidence": "confirmed",
        "text": "ShipStation could not tell Shopify.",
    },
    "next_action": {"code": "resend", "text": "Send the notification again."},
    "evidence": [
        {"system": "shopify", "field": "status", "value": "UNFULFILLED", "read_at": "2026-11-18T12:00:00Z"}
    ],
}
STORE_BODY = {
    "id": 7,
    "name": "Shop",
    "marketplace": "Shopify",
    "marketplace_id": 82,
    "active": True,
    "read_at": "2026-11-18T12:00:00Z",
}


def label(number: int, telling: str | None, **said: Any) -> dict[str, Any]:
    body = json.dumps(LABEL_BODY | {"id": number} | said)
    return {
        "store": "main", "kind": "label", "id": number, "order_id": 1, "order_ref": ORDER, "whole_ref": True,
        "created_at": EARLIER, "live": True, "telling": telling, "digest": "d", "body": body,
    }  # fmt: skip


ROWS: dict[str, list[dict[str, Any]]] = {
    "orders": [
        {
            "store": "main", "id": ORDER, "number_key": "1001", "created_at": EARLIER, "updated_at": EARLIER,
            "digest": "d", "body": json.dumps(ORDER_BODY), "look_again_at": NOON, "imported": True,
        }
    ],
    "order_lines": [{"store": "main", "line_id": "501", "order_id": ORDER}],
    "shipstation_orders": [
        {
            "store": "main", "id": 1, "order_ref": ORDER, "whole_ref": True, "number_key": "1001",
            "created_at": EARLIER, "modified_at": EARLIER, "gone": False, "digest": "d",
            "body": json.dumps(ROW_BODY),
        }
    ],
    "shipstation_merges": [{"store": "main", "merged_id": 2, "survivor_id": 1}],
    "shipstation_merged_lines": [{"store": "main", "line_id": "502", "survivor_id": 1}],
    "shipments": [
        label(11, "failed"),
        label(12, "silent", notify_error=None),
        label(13, None, notify_error=None, notified=True),
    ],
    "shipstation_stores": [{"store": "main", "id": 7, "body": json.dumps(STORE_BODY)}],
    "strays": [{"store": "main", "order_id": "6012345678999", "absent_at": None}],
    "gaps": [
        {
            "id": GAP, "store": "main", "subject": f"order:{ORDER}", "kind": "sync.unfulfilled",
            "order_id": ORDER, "order_name": "#1001", "order_key": "1001", "since": EARLIER,
            "finding": json.dumps(FINDING_BODY), "opened_at": EARLIER, "owner": "U1", "claimed_at": NOON,
            "revision": 2, "edition": 2, "reopened": 0, "severity": 3, "cause": "notify_failed",
        }
    ],
    "gap_events": [
        {"gap_id": GAP, "at": EARLIER, "code": "opened", "facts": "{}"},
        {"gap_id": GAP, "at": NOON, "person": "U1", "code": "claimed", "facts": "{}"},
    ],
    "notices": [
        {
            "id": CARD, "store": "main", "kind": "card", "gap_id": GAP, "facts": "{}", "state": "sent",
            "touched": False, "due_at": NOON, "attempts": 1, "attempted_at": NOON, "ts": "1.2",
            "channel": "C0123456789", "edition_sent": 2, "reposted": False, "created_at": EARLIER,
        }
    ],
    "homes": [{"person": "U1", "view": "mine", "words": "", "page": 0, "ticking": False, "version": 3}],
    "bulks": [
        {
            "id": "bulk-1", "person": "U1", "act": "claimed", "facts": "{}", "at": EARLIER,
            "undoable_until": NOON, "undone_at": None,
        }
    ],
    "overrides": [{"store": "main", "key": "cutoff", "value": '"14:00"'}],
    "override_changes": [
        {
            "store": "main", "key": "cutoff", "before": None, "after": '"14:00"', "person": "U1", "why": "",
            "at": EARLIER,
        }
    ],
    "rulings": [{"store": "main", "rules": "0123"}],
    "bulk_gaps": [{"bulk_id": "bulk-1", "gap_id": GAP, "before": "{}", "after": "{}"}],
    "runs": [
        {
            "store": "main", "sweep": True, "started_at": EARLIER, "finished_at": NOON, "complete": True,
            "read": '{"orders": 1}', "requests": '{"shopify": 2}', "opened": 1, "updated": 0, "resolved": 0,
        }
    ],
    "cursors": [{"store": "main", "name": "orders", "value": EARLIER}],
    "leases": [{"name": "reconcile:main", "holder": "host:1", "fence": 41, "until": EARLIER}],
    "paces": [{"name": "chat.update", "full_at": EARLIER}],
    "audits": [
        {
            "id": "audit-1", "source": "D1/1.0", "person": "U1", "store": None, "orders": '["#1001"]',
            "rows": "{}", "state": "asked", "created_at": EARLIER, "touched_at": EARLIER,
        }
    ],
}  # fmt: skip
"""One shop with a gap that somebody has claimed. What an old schema has no place for is left out."""


def make(connection: Connection, revision: str) -> MetaData:
    """Make the schema of that time."""
    settings = schema.config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)
    tables = MetaData()
    tables.reflect(connection)
    return tables


def fill(connection: Connection, tables: MetaData) -> None:
    """Write as a program does that knows these tables and no others."""
    for table in tables.sorted_tables:
        known = [{key: row[key] for key in row if key in table.c} for row in ROWS.get(table.name, ())]
        if known:
            connection.execute(table.insert(), [_stored(connection, row) for row in known])


def _stored(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """SQLite keeps a moment without its zone."""
    if connection.dialect.name != "sqlite":
        return row
    return {
        key: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for key, value in row.items()
    }


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    server: Address = request.getfixturevalue("server")
    execute(server, "DROP DATABASE IF EXISTS old WITH (FORCE)", "CREATE DATABASE old")
    return server("old")


@pytest.fixture(params=REVISIONS)
async def upgraded(request: pytest.FixtureRequest, empty: str, anyio_backend: str) -> Any:
    """A database that was made and filled at a revision, and then upgraded as `stuck db upgrade` does it."""
    database = Database(empty)
    async with schema.one_at_a_time(), database._writing.begin() as connection:
        await connection.run_sync(fill, await connection.run_sync(make, request.param))
    assert (await database.revision())[0] == request.param
    await database.upgrade()
    yield database
    await database.close()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_old_version_goes_on_writing_while_a_new_one_starts(empty: str, revision: str) -> None:
    """A deploy overlaps: new columns come with a default or may be empty, and nothing old goes away."""
    database = Database(empty)
    async with schema.one_at_a_time(), database._writing.begin() as connection:
        tables = await connection.run_sync(make, revision)
    await database.upgrade()
    async with database._writing.begin() as connection:
        await connection.run_sync(fill, tables)
    async with database.write() as session:
        assert (await Mirror(session, "main").load([ORDER]))[ORDER].order.name == "#1001"
        assert (await Queue(session, NOON).release(GAP, "U1")).outcome == "done"
        assert (await Runs(session, NOON).last_complete("main")) is not None
    await database.close()


async def test_every_table_of_the_newest_schema_is_filled_here(tmp_path: Path) -> None:
    """A table that came with a new revision gets rows above, or no upgrade of it is tested."""
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    await database.upgrade()
    async with database.read() as session:
        connection = await session.connection()
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await database.close()
    assert names - {"alembic_version"} == set(ROWS)


async def test_the_mirror_of_an_old_schema_is_read(upgraded: Database) -> None:
    assert (await upgraded.revision())[0] == schema.newest()
    async with upgraded.read() as session:
        mirror = Mirror(session, "main")
        assert await mirror.find("1001") == [ORDER]
        rows = (await mirror.load([ORDER]))[ORDER]
        assert (rows.order.name, rows.order.tags, rows.order.detail is not None) == ("#1001", ("vip",), True)
        assert [(row.id, row.status) for row in rows.candidates] == [(1, "shipped")]
        assert {(parcel.id, parcel.notify_error) for parcel in rows.shipments} == {
            (11, "Refused"), (12, None), (13, None),
        }  # fmt: skip
        assert (await mirror.stores())[7].name == "Shop"
        assert await mirror.due(NOON) == [ORDER]
        assert await mirror.unknown_orders() == ["6012345678999"]


async def test_parcels_of_an_old_schema_say_whether_they_were_told(upgraded: Database) -> None:
    async with upgraded.read() as session:
        mirror = Mirror(session, "main")
        assert await mirror.orders_untold(EARLIER, NOON) == {ORDER}
        assert await mirror.told_between(EARLIER, NOON) == [EARLIER]


async def test_the_queue_of_an_old_schema_goes_on(upgraded: Database) -> None:
    async with upgraded.write() as session:
        queue = Queue(session, NOON)
        [gap] = await queue.list()
        assert (gap.order, gap.owner, gap.kind, gap.finding.since) == (
            "#1001",
            "U1",
            "sync.unfulfilled",
            EARLIER,
        )
        assert (await queue.release(GAP, "U1", revision=2)).outcome == "done"
        assert [event.code for event in await queue.history(GAP)] == ["opened", "claimed", "released"]


async def test_the_queue_of_an_old_schema_is_counted_by_what_its_findings_say(upgraded: Database) -> None:
    async with upgraded.read() as session:
        [pile] = await Overview(session, NOON, "U1").piles()
    assert (pile.kind, pile.gaps, pile.mine) == ("sync.unfulfilled", 1, 1)
    assert (pile.severity, pile.cause) == (3, "notify_failed")


async def test_the_card_of_an_old_schema_is_the_one_that_is_kept_current(upgraded: Database) -> None:
    async with upgraded.write() as session:
        await Queue(session, NOON).release(GAP, "U1")
        card = await Notices(session, NOON).card(GAP)
    assert card is not None
    assert (card.id, card.ts, card.channel, card.edition_sent) == (CARD, "1.2", "C0123456789", 2)
    assert card.state == "ready"


async def test_reading_goes_on_where_an_old_schema_stood(upgraded: Database) -> None:
    async with upgraded.write() as session:
        runs = Runs(session, NOON)
        assert (await runs.cursors_of("main"))["orders"] == EARLIER
        last = await runs.last_complete("main")
        assert last is not None
        assert (last.opened, last.read, last.sweep) == (1, {"orders": 1}, True)
        assert await Leases(session, NOON).take("reconcile:main", "host:2", timedelta(minutes=1)) == 42
        assert await runs.start("main", sweep=False) > last.id
