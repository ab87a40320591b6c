"""What should have happened and did not: the answer of /healthz, and what doctor and Home say of each store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from storage.database import Database
from storage.notices import Notices
from storage.queue import Queue
from storage.runs import Runs

LATE_AFTER = 3
"""After how many missed intervals a store counts as not watched."""
NOTICES_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """When a store was last read completely (UTC), and what stands in the way since."""

    name: str
    complete_at: datetime | None
    fresh: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the bot lives, and whether it does what it is for."""

    live: bool
    problems: tuple[str, ...] = ()
    stores: tuple[StoreHealth, ...] = ()
    counts: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    """What the database holds, by state: `gaps` (unresolved ones) and `notices`."""

    @property
    def ready(self) -> bool:
        """Whether nothing is overdue."""
        return self.live and not self.problems

    def as_json(self) -> dict[str, object]:
        """Return what /healthz answers."""
        return {
            "live": self.live,
            "ready": self.ready,
            "problems": list(self.problems),
            "counts": {what: dict(states) for what, states in self.counts.items()},
            "stores": {
                store.name: {
                    "fresh": store.fresh,
                    "complete_at": store.complete_at.isoformat() if store.complete_at else None,
                    "error": store.error,
                }
                for store in self.stores
            },
        }


async def store_health(runs: Runs, name: str, now: datetime, every: timedelta) -> StoreHealth:
    """Return how fresh what is known of this store is."""
    last, complete = await runs.last_finished(name), await runs.last_complete(name)
    at = complete.finished_at if complete else None
    fresh = at is not None and now - at <= every * LATE_AFTER
    return StoreHealth(name, at, fresh, last.error if last and not last.complete else None)


async def examine(
    database: Database,
    clock: Clock,
    stores: Sequence[str],
    *,
    every: timedelta,
    slack: Callable[[], Sequence[str]] = tuple,
) -> Health:
    """Look at everything that should have happened by now. `slack`: what this process knows to be wrong there."""
    now = clock.now()
    try:
        async with database.read() as session:
            known = [await store_health(Runs(session, now), name, now, every) for name in stores]
            notices = Notices(session, now)
            late, refused = await notices.past_due(NOTICES_LATE), await notices.refused()
            counts: dict[str, Mapping[Any, int]] = {
                "gaps": await Queue(session, now).counts(),
                "notices": await notices.counts(),
            }
    except SQLAlchemyError as error:
        return Health(live=False, problems=(f"The database does not answer: {type(error).__name__}.",))
    problems = [_unread(store) for store in known if not store.fresh]
    if late:
        problems.append(f"Overdue for Slack: {_messages(late)}.")
    problems += [f"Slack does not take {_messages(many)}: {code}." for code, many in refused.items()]
    return Health(
        live=True,
        problems=(*problems, *slack()),
        stores=tuple(known),
        counts=counts,
    )


def _unread(store: StoreHealth) -> str:
    if store.error is not None:
        return f"{store.name}: {store.error}"
    never = store.complete_at is None
    return f"{store.name}: not read completely {'yet' if never else 'for too long'}."


def _messages(many: int) -> str:
    return "1 message" if many == 1 else f"{many} messages"
