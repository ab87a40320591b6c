"""Ways to break the program on purpose, each a mistake that others have made; the matrix of deaths has to notice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

from bot.slack.desk import Desk
from bot.slack.gateway import Gateway
from storage.conclude import Step
from storage.ledger import Ledger
from storage.mirror import Mirror
from storage.notices import Notice, Notices
from storage.queue import Queue
from storage.runs import Leases
from storage.tables import NOTICES


def noted_before_it_is_posted() -> None:
    """The flag is set first: a process that dies in between has never told anybody."""
    take = Notices.take

    async def taken(self: Notices, *given: Any) -> Notice | None:
        found = await take(self, *given)
        if found is not None:
            mine = update(NOTICES).where(NOTICES.c.id == found.id)
            await (await self._session.connection()).execute(mine.values(state="sent"))
        return found

    Notices.take = taken  # type: ignore[method-assign]


def sent_again_without_looking() -> None:
    """Whatever was being sent when a process died is sent again."""

    async def nothing(*_given: Any, **_named: Any) -> None:
        return None

    Gateway.find = nothing  # type: ignore[assignment,method-assign]


def history_in_a_transaction_of_its_own() -> None:
    """The gap changes first, and what happened to it is written down after that."""
    tell, move = Ledger._tell, Desk.move
    later: list[tuple[datetime, Sequence[Step]]] = []

    async def remember(self: Ledger, steps: Sequence[Step], *_: Any) -> None:
        later.append((self.now, steps))

    async def moved(self: Desk, transition: Any) -> Any:
        Ledger._tell = remember  # type: ignore[assignment,method-assign]
        change = await move(self, transition)
        Ledger._tell = tell  # type: ignore[method-assign]
        async with self.database.write() as session:
            while later:
                now, steps = later.pop()
                await tell(Ledger(session, now), steps)
        return change

    Desk.move = moved  # type: ignore[assignment,method-assign]


def what_was_read_is_marked_as_due_later() -> None:
    """The mirror knows the change, and a process that dies before judging has forgotten that it is one."""
    mark, due = Mirror.mark_due, Mirror.due
    later: list[tuple[Any, ...]] = []

    async def remember(_self: Mirror, *given: Any) -> None:
        later.append(given)

    async def marked(self: Mirror, *given: Any) -> Any:
        while later:
            await mark(self, *later.pop())
        return await due(self, *given)

    Mirror.mark_due, Mirror.due = remember, marked  # type: ignore[assignment,method-assign]


def a_click_counts_again() -> None:
    """Claim does not look who has it: pressing twice is two lines of history."""
    claim = Queue.claim

    async def claimed(self: Queue, gap_id: str, by: str, **how: Any) -> Any:
        get = Queue.get

        async def unowned(queue: Queue, wanted: str) -> Any:
            gap = await get(queue, wanted)
            return replace(gap, owner=None) if gap is not None else None

        Queue.get = unowned  # type: ignore[assignment,method-assign]
        try:
            return await claim(self, gap_id, by, **{**how, "revision": None})
        finally:
            Queue.get = get  # type: ignore[method-assign]

    Queue.claim = claimed  # type: ignore[assignment,method-assign]


def leases_are_for_everybody() -> None:
    """Whoever asks for a lease gets it."""

    async def taken(*_given: Any) -> int:
        return 1

    async def held(*_given: Any) -> bool:
        return True

    Leases.take, Leases.held = taken, held  # type: ignore[assignment,method-assign]
