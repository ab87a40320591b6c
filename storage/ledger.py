"""Writing gaps down: rows, history and what is owed to Slack, together and in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import codec, words
from storage.conclude import Act, Crowd, Step
from storage.findings import Finding
from storage.gap import Event, Gap
from storage.keys import number_column
from storage.notices import Notices
from storage.statements import chunks
from storage.storms import Storms
from storage.tables import EVENTS, GAPS

DERIVED = {"kind", "severity", "cause", "since", "order_key", "order_name", "finding"}
"""Columns that are not fields of a Gap as they stand."""
SILENT = frozenset({"opened", "reminded", "escalated"})
"""Turns that have no line of their own in a gap's thread: the card says it, or another message does."""
COLUMNS = tuple(column.name for column in GAPS.columns)


def read(row: Mapping[str, Any]) -> Gap:
    """Return the gap in a row of the gaps table."""
    known = {name: value for name, value in row.items() if name not in DERIVED}
    return Gap(**known, order=row["order_name"], finding=codec.FINDING.load(row["finding"]))


def written(gap: Gap) -> dict[str, Any]:
    """Return the row of a gap."""
    finding: Finding = gap.finding
    same = {name: getattr(gap, name) for name in COLUMNS if name not in DERIVED}
    return {
        **same,
        "kind": finding.kind,
        "severity": int(finding.severity),
        "cause": finding.cause.code.replace("\x00", "")[:200],
        "since": finding.since,
        "order_name": gap.order.replace("\x00", "") if gap.order is not None else None,
        "order_key": number_column(gap.order) if gap.order is not None else None,
        "finding": codec.FINDING.dump(finding),
    }


@dataclass(frozen=True, slots=True)
class Ledger:
    """The only place that changes gaps. Works within the session's transaction."""

    session: AsyncSession
    now: datetime

    async def swap(self, step: Step) -> bool:
        """Write one transition if nobody else changed the gap since it was read; say whether it was written."""
        assert step.before is not None
        before = written(step.before)
        changed = {name: value for name, value in written(step.gap).items() if value != before[name]}
        seen = [GAPS.c[name] == before[name] for name in ("id", "revision", "edition")]
        done = await (await self._connection()).execute(update(GAPS).where(*seen).values(changed))
        if done.rowcount != 1:
            return False
        await self._tell([step])
        return True

    async def write(
        self, steps: Sequence[Step], crowds: Sequence[Crowd] = (), *, quiet: bool = False
    ) -> None:
        """Write many steps whose gaps are locked, with the parents that new ones share.

        `quiet`: cards are redrawn when there is time for it, and their threads say nothing.
        """
        connection = await self._connection()
        changed = [written(step.gap) for step in steps if step.before is not None]
        for chunk in chunks(sorted(changed, key=lambda row: str(row["id"]))):
            rows = [{"of": row["id"], **{name: row[name] for name in row if name != "id"}} for row in chunk]
            await connection.execute(update(GAPS).where(GAPS.c.id == bindparam("of")), rows)
        for chunk in chunks(written(step.gap) for step in steps if step.before is None):
            await connection.execute(insert(GAPS), chunk)
        notices = Notices(self.session, self.now)
        for crowd in crowds:
            await notices.owe_cards(crowd.gaps, parent_id=await self._parent(crowd, notices))
        carded = frozenset(gap.id for crowd in crowds for gap in crowd.gaps)
        await self._tell(steps, carded, quiet=quiet)

    async def _parent(self, crowd: Crowd, notices: Notices) -> str:
        """Return the notice in whose thread their cards go; a new one goes first, for it says what has happened."""
        if crowd.parent_id is None:
            parent = await notices.owe(crowd.gaps[0].store, crowd.kind, crowd.facts, touched=True)
            return parent.id
        await Storms(self.session, self.now).joined(crowd.parent_id, len(crowd.gaps))
        return crowd.parent_id

    async def _tell(
        self, steps: Sequence[Step], carded: frozenset[str] = frozenset(), *, quiet: bool = False
    ) -> None:
        """Write the history, and owe the cards and lines that go with it."""
        acts = [(step.gap, act) for step in steps for act in step.acts]
        told = [each for each in acts if not quiet and not _only_history(*each)]
        await self._record([each for each in acts if quiet or _only_history(*each)])
        events = await self._recorded(told)
        notices = Notices(self.session, self.now)
        touched = {step.gap.id for step in steps if any(act.by is not None for act in step.acts)}
        cards = [step.gap for step in steps if step.redraw and step.gap.id not in carded]
        await notices.owe_parents([step.gap.id for step in steps if step.redraw])
        if quiet:
            await notices.owe_cards(cards)
            return
        await notices.owe_cards([gap for gap in cards if gap.id not in touched])
        await notices.owe_cards([gap for gap in cards if gap.id in touched], touched=True)
        await notices.owe_lines([(gap, event) for gap, event in events if event.code not in SILENT])
        await words.owe_words(notices, events)

    async def remark(self, acts: Sequence[tuple[Gap, Act]]) -> None:
        """Write what happened around gaps that did not change, and the words that go with it."""
        await self._tell([Step(gap, gap, "kept", (act,)) for gap, act in acts])

    async def _record(self, acts: Sequence[tuple[Gap, Act]]) -> None:
        """Write history that no thread tells: many rows a statement."""
        connection = await self._connection()
        for chunk in chunks(acts):
            await connection.execute(insert(EVENTS), [self._line(gap, act) for gap, act in chunk])

    async def _recorded(self, acts: Sequence[tuple[Gap, Act]]) -> list[tuple[Gap, Event]]:
        """Write history and return it with its ids, which SQLite tells a row at a time only."""
        connection = await self._connection()
        statement = insert(EVENTS).returning(EVENTS.c.id, sort_by_parameter_order=True)
        events: list[tuple[Gap, Event]] = []
        for chunk in chunks(acts):
            rows = [self._line(gap, act) for gap, act in chunk]
            for (gap, act), row in zip(chunk, await connection.execute(statement, rows), strict=True):
                events.append((gap, Event(row.id, gap.id, self.now, act.by, act.code, dict(act.facts))))
        return events

    def _line(self, gap: Gap, act: Act) -> dict[str, Any]:
        return {
            "gap_id": gap.id,
            "at": self.now,
            "person": act.by,
            "code": act.code,
            "facts": codec.TEXTS.dump(dict(act.facts)),
        }

    async def _connection(self) -> AsyncConnection:
        return await self.session.connection()


def _only_history(gap: Gap, act: Act) -> bool:
    """Whether nobody is told of it: a new gap has its card, unless somebody inherits it."""
    return act.code == "opened" and gap.owner is None
