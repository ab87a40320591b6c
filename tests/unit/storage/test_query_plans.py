"""Every look-up goes by index: a run must cost what changed, not what exists."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.findings import Severity
from storage.mirror import Mirror, Settled
from storage.noise import past_gaps
from storage.notices import Notices
from storage.overdue import Overdue
from storage.ownership import Ownership
from storage.queue import Queue
from storage.trends import Trends
from storage.watching import watched

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
GROWS = "orders|order_lines|shipstation_orders|shipstation_merges|shipstation_merged_lines|shipments|strays|gaps|gap_events|notices|runs"
SEEDED = 3000


def ids(count: int = 20) -> list[str]:
    return [str(6_012_345_000_000 + number) for number in range(count)]


@pytest.fixture
async def seeded(tmp_path: Path, make: SimpleNamespace) -> AsyncIterator[Database]:
    """A mirror of some thousands of orders, with its statistics gathered."""
    database = Database(f"sqlite:///{tmp_path / 'stuck.db'}")
    await database.upgrade()
    every = ids(SEEDED)
    async with database.write() as session:
        mirror = Mirror(session, "main")
        await mirror.save_orders([make.order(id_, f"#{id_}") for id_ in every])
        await mirror.save_shipstation_orders([make.row(n, id_, id_) for n, id_ in enumerate(every)])
        await mirror.save_shipments([make.label(n, n, order_key=id_) for n, id_ in enumerate(every)])
        await mirror.settle({id_: Settled(NOON + timedelta(hours=1), imported=True) for id_ in every})
        judged = [make.judged(make.finding(), order_id=id_, name=f"#{id_}") for id_ in every[:1000]]
        await Queue(session, NOON).apply("main", judged)
        await Queue(session, NOON).apply("main", [replace(each, findings=()) for each in judged[10:]])
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE notices SET state = 'sent', ts = '1.0' WHERE seq > 10")
        await connection.exec_driver_sql("ANALYZE")
    yield database
    await database.close()


async def test_no_query_reads_a_whole_table(seeded: Database, make: SimpleNamespace) -> None:
    asked = await _statements(seeded, make)
    scans: dict[str, str] = {}
    async with seeded.read() as session:
        connection = await session.connection()
        for statement, parameters in asked.items():
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for row in plan.all():
                if re.match(
                    rf"SCAN ({GROWS})\b(?!.*USING .*INDEX (gaps_unresolved|gaps_one_unresolved))", row.detail
                ):
                    scans[statement] = row.detail
    assert len(asked) > 30
    assert scans == {}


async def _statements(database: Database, make: SimpleNamespace) -> dict[str, tuple[object, ...]]:
    """Do everything that runs, clicks and delivery do, and return the statements that it took."""
    asked: dict[str, tuple[object, ...]] = {}

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if re.match(r"SELECT|UPDATE|DELETE|INSERT", statement) and "pragma" not in statement:
            asked[statement] = tuple(parameters[0] if isinstance(parameters, list) else parameters)  # type: ignore[call-overload]

    event.listen(database._engine.sync_engine, "before_cursor_execute", note)
    async with database.write() as session:
        await _run(Mirror(session, "main"), make)
        await _click(Queue(session, NOON + timedelta(hours=2)))
        await _deliver(Notices(session, NOON + timedelta(hours=2)))
        await _look(Overdue(session, NOON + timedelta(hours=2)))
        await _go_round(Ownership(session, NOON + timedelta(days=9)))
        await _count(Trends(session, "main", without={"aging.at_risk"}))
        await past_gaps(session, "main", NOON, NOON + timedelta(hours=3), without={"aging.at_risk"})
        await watched(session, "main", NOON, NOON + timedelta(days=7))
    event.remove(database._engine.sync_engine, "before_cursor_execute", note)
    return asked


async def _run(mirror: Mirror, make: SimpleNamespace) -> None:
    orders = [make.order(id_, f"#{id_}", tags=("new",)) for id_ in ids()]
    await mirror.save_orders(orders)
    rows = [make.row(n, id_, id_, status="shipped", merged_ids=(n + 100,)) for n, id_ in enumerate(ids())]
    await mirror.save_shipstation_orders(rows)
    await mirror.save_shipments([make.label(n, n, order_key="6999999999999") for n in range(20)])
    await mirror.forget_shipstation_orders([5])
    await mirror.mark_due(ids(), NOON)
    await mirror.due(NOON)
    await mirror.load(ids())
    await mirror.find("#1001")
    await mirror.settle({id_: Settled(None, imported=True) for id_ in ids()})
    await mirror.newest_imported()
    await mirror.newest_orders(5)
    await mirror.labels_around(NOON, within=timedelta(hours=1))
    await mirror.shipstation_orders_around(NOON, within=timedelta(hours=1))
    await mirror.live_order_ids(list(range(20)))
    await mirror.younger_than(NOON)
    await mirror.orders_of(NOON, NOON + timedelta(hours=1), imported=True)
    await mirror.orders_of(NOON, NOON + timedelta(hours=1), imported=False)
    await mirror.orders_untold(NOON, NOON + timedelta(hours=1))
    await mirror.combined_around(NOON, within=timedelta(hours=1))
    await mirror.told_between(NOON, NOON + timedelta(hours=1))
    await mirror.unknown_orders()
    await mirror.remember_absent(["6999999999999"], NOON)
    for table in ("orders", "shipstation_orders", "shipments"):
        await mirror.nth_newest(table, 10)
        await mirror.count_since(table, NOON + timedelta(days=1))


async def _click(queue: Queue) -> None:
    gap = (await queue.list(order=f"#{ids()[0]}"))[0]
    await queue.claim(gap.id, "U0ANN")
    await queue.resolve(gap.id, "U0ANN", resolution="unverified")
    await queue.reopen(gap.id, "U0ANN")
    await queue.history(gap.id)
    await queue.wake_due()
    await queue.subjects_to_verify()
    await queue.open_subjects("main", without={"aging.at_risk"})
    await queue.of_store("main")
    await queue.resolved_since(NOON)
    await queue.apply("main", [])


async def _deliver(notices: Notices) -> None:
    await notices.stores_owed()
    await notices.past_due(timedelta(hours=1))
    await notices.dead_letters()
    notice = await notices.take("main")
    assert notice is not None
    await notices.sent(notice.id, ts="1.0", channel="C1", edition=None)
    await notices.lost(notice)


async def _look(overdue: Overdue) -> None:
    await overdue.snoozes(timedelta(0))
    await overdue.without_card(timedelta(0))
    await overdue.gaps_by_kind()
    await overdue.waiting()


async def _go_round(ownership: Ownership) -> None:
    limits = {Severity.HIGH: timedelta(hours=1), Severity.NORMAL: timedelta(days=1)}
    await ownership.of_owner((await ownership.owners())[0])
    assert await ownership.remind(await ownership.lying(limits))
    assert await ownership.escalate(await ownership.unowned("main", limits), "U0ANN")


async def _count(trends: Trends) -> None:
    week, now = NOON - timedelta(days=7), NOON + timedelta(hours=3)
    standing = await trends.standing()
    await trends.gaps([each.id for each in standing])
    await trends.cards([each.id for each in standing])
    await trends.tallies([week, NOON, now])
    await trends.opened(week, now)
    await trends.ended(week, now)
    await trends.reopened(week, now)
    await trends.orders_again(week, week, now, limit=5)
    await trends.causes(NOON, week, now)
    await trends.carriers(week, now)


async def test_saving_a_first_run_is_one_statement_a_chunk(tmp_path: Path, make: SimpleNamespace) -> None:
    database = Database(f"sqlite:///{tmp_path / 'stuck.db'}")
    await database.upgrade()
    statements: list[str] = []
    note = lambda *arguments: statements.append(arguments[2])  # noqa: E731  # SQLAlchemy looks at the signature
    event.listen(database._engine.sync_engine, "before_cursor_execute", note)
    orders = [make.order(id_, f"#{id_}") for id_ in ids(SEEDED)]
    async with database.write() as session:
        await Mirror(session, "main").save_orders(orders)
    await database.close()
    assert len(statements) < SEEDED / 100
