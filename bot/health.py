"""What should have happened and did not: the answer of /healthz, and what doctor and Home say of each store."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from storage.database import Database
from storage.notices import Notices
from storage.overdue import Overdue
from storage.queue import Queue
from storage.runs import Run, Runs

LATE_AFTER = 3
"""After how many missed intervals a store counts as not watched."""
NOTICES_LATE = timedelta(minutes=5)
"""After how long something owed to Slack, or the end of a snooze, counts as forgotten."""
RECENT = 12
"""How many runs of each store the metrics speak of: an hour of them."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """When a store was last read completely (UTC), and what stands in the way since."""

    name: str
    complete_at: datetime | None
    fresh: bool
    error: str | None = None
    recent: tuple[Run, ...] = ()
    """Its newest runs, newest first."""

    def as_json(self) -> dict[str, object]:
        """Return what /healthz says of it."""
        ended = [run for run in self.recent if run.finished_at is not None]
        return {
            "fresh": self.fresh,
            "complete_at": self.complete_at.isoformat() if self.complete_at else None,
            "error": self.error,
            "runs": {
                "complete": sum(run.complete for run in ended),
                "incomplete": sum(not run.complete for run in ended),
                "broken_off": sum(run.finished_at is None for run in self.recent[1:]),
            },
            "seconds": _seconds(ended[0]) if ended else None,
            "requests": dict(sum((Counter(run.requests) for run in ended), Counter())),
        }


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the bot lives, and whether it does what it is for."""

    live: bool
    problems: tuple[str, ...] = ()
    stores: tuple[StoreHealth, ...] = ()
    counts: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    """What the database holds, by state: `gaps` (unresolved ones) and `notices`; and what is `overdue`."""
    kinds: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    """The unresolved gaps by kind and state."""

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
            "kinds": {kind: dict(states) for kind, states in self.kinds.items()},
            "stores": {store.name: store.as_json() for store in self.stores},
        }


async def store_health(runs: Runs, name: str, now: datetime, every: timedelta) -> StoreHealth:
    """Return how fresh what is known of this store is."""
    recent = await runs.recent(name, RECENT)
    last = next((run for run in recent if run.finished_at), None) or await runs.last_finished(name)
    complete = next((run for run in recent if run.complete), None) or await runs.last_complete(name)
    at = complete.finished_at if complete else None
    fresh = at is not None and now - at <= every * LATE_AFTER
    return StoreHealth(name, at, fresh, last.error if last and not last.complete else None, tuple(recent))


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
            notices, overdue = Notices(session, now), Overdue(session, now)
            refused = await notices.refused()
            late = {
                "runs": sum(not store.fresh for store in known),
                "notices": await notices.past_due(NOTICES_LATE),
                "snoozes": await overdue.snoozes(NOTICES_LATE),
                "cards": await overdue.without_card(NOTICES_LATE),
            }
            kinds = await overdue.gaps_by_kind()
            counts: dict[str, Mapping[Any, int]] = {
                "gaps": await Queue(session, now).counts(),
                "notices": await notices.counts(),
                "overdue": late,
            }
    except SQLAlchemyError as error:
        return Health(live=False, problems=(f"The database does not answer: {type(error).__name__}.",))
    problems = [_unread(store) for store in known if not store.fresh]
    problems += _forgotten(late)
    problems += [f"Slack does not take {_messages(many)}: {code}." for code, many in refused.items()]
    return Health(
        live=True,
        problems=(*problems, *slack()),
        stores=tuple(known),
        counts=counts,
        kinds=kinds,
    )


def _forgotten(late: Mapping[str, int]) -> list[str]:
    """Return a sentence on each thing that nobody attends to."""
    told = {
        f"Overdue for Slack: {_messages(late['notices'])}.": late["notices"],
        f"Snoozes that do not end: {late['snoozes']}.": late["snoozes"],
        f"Gaps without a card: {late['cards']}.": late["cards"],
    }
    return [text for text, many in told.items() if many]


def _seconds(run: Run) -> float | None:
    return (run.finished_at - run.started_at).total_seconds() if run.finished_at else None


def _unread(store: StoreHealth) -> str:
    if store.error is not None:
        return f"{store.name}: {store.error}"
    never = store.complete_at is None
    return f"{store.name}: not read completely {'yet' if never else 'for too long'}."


def _messages(many: int) -> str:
    return "1 message" if many == 1 else f"{many} messages"
