"""What the runs over one store did in a time: how much of it was seen, and what that cost. Reads only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.runs import TALLY
from storage.tables import RUNS

RUN = RUNS.c


@dataclass(frozen=True, slots=True)
class Watching:
    """The runs of a time, by what came of them. A run that is not over yet is none."""

    runs: int = 0
    complete: int = 0
    longest_blind: timedelta = timedelta(0)
    """The longest time from one complete read to the next, or to the end of that time."""
    blind_from: datetime | None = None
    requests: Mapping[str, int] = field(default_factory=dict)
    """By system."""


async def watched(session: AsyncSession, store: str, since: datetime, until: datetime) -> Watching:
    """Return what the runs that began in that time did. `until` is left out."""
    connection = await session.connection()
    mine = RUN.store == store
    # Ids grow with time: the newest run before then ends the search, and no index on times is needed.
    earlier = select(RUN.id).where(mine, RUN.started_at < since).order_by(RUN.id.desc()).limit(1)
    first = (await connection.execute(earlier)).scalar() or 0
    columns = (RUN.started_at, RUN.finished_at, RUN.complete, RUN.requests)
    during = (mine, RUN.id > first, RUN.started_at >= since, RUN.started_at < until)
    rows = (await connection.execute(select(*columns).where(*during).order_by(RUN.id))).mappings().all()
    before = await connection.execute(select(func.max(RUN.id)).where(mine, RUN.id <= first, RUN.complete))
    return _summed(rows, since if before.scalar() is not None else None, until)


def _summed(rows: Any, seen: datetime | None, until: datetime) -> Watching:
    """Sum the runs up; `seen`: since when the store is known to have been seen, None: it never was before."""
    over = [row for row in rows if row["finished_at"] is not None]
    requests: Counter[str] = Counter()
    longest, blind_from = timedelta(0), None
    for row in over:
        requests.update(TALLY.load(row["requests"]))
        if not row["complete"]:
            continue
        if seen is not None and row["finished_at"] - seen > longest:
            longest, blind_from = row["finished_at"] - seen, seen
        seen = row["finished_at"]
    if seen is not None and until - seen > longest:
        longest, blind_from = until - seen, seen
    complete = sum(bool(row["complete"]) for row in over)
    return Watching(len(over), complete, longest, blind_from, dict(requests))
