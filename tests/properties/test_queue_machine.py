"""The queue's state machine: whatever people, runs and time do in whatever order, its promises hold."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select

from storage.database import Database
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Change, Event, Gap, Judged
from storage.notices import Notices
from storage.queue import Queue
from storage.tables import NOTICES

T = TypeVar("T")

START = datetime(2026, 11, 18, 12, tzinfo=UTC)
KINDS = ("sync.unfulfilled", "sync.partial")
REPLACES = {"sync.partial": frozenset({"sync.unfulfilled"})}
CODES = {
    "claim": {"claimed", "taken_over"},
    "assign": {"assigned", "claimed", "taken_over"},
    "release": {"released"},
    "snooze": {"snoozed"},
    "wake": {"woken"},
    "reopen": {"reopened"},
    "resolve": {"resolved", "unverified", "not_a_gap", "accepted"},
}

people = st.sampled_from(["U0ANN", "U0BEN"])
subjects = st.sampled_from(["order:1", "order:2", "store"])
hours = st.integers(1, 40).map(lambda number: timedelta(hours=number))
revisions = st.sampled_from([None, 0, 1])
resolutions = st.sampled_from(["verified", "unverified", "not_a_gap", "accepted"])


@st.composite
def findings(draw: st.DrawFn, kind: str) -> Finding:
    cause = draw(st.sampled_from(["notify_failed", "not_notified"]))
    return Finding(
        kind=kind,
        headline=draw(st.sampled_from(["Shopify does not know", "Shopify knows half"])),
        severity=draw(st.sampled_from(Severity)),
        since=START,
        cause=Cause(cause, "likely", cause),
        next_action=NextAction("resend", "Send it again."),
        evidence=(Evidence("shopify", "status", draw(st.sampled_from(["OPEN", "CLOSED"])), START),),
        replaces=REPLACES.get(kind, frozenset()),
    )


verdicts = st.lists(st.sampled_from(KINDS), unique=True).flatmap(
    lambda kinds: st.tuples(*(findings(kind) for kind in kinds))
)


@dataclass
class Picture:
    """The queue as it stands: everything that a transition may and may not change."""

    gaps: dict[str, Gap] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    cards: dict[str, int] = field(default_factory=dict)
    notices: int = 0


class QueueMachine(RuleBasedStateMachine):
    """Drives one store's queue in memory; time is moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database("sqlite://")
        self.run(self.database.upgrade())
        self.now = START
        self.sent = 0

    def teardown(self) -> None:
        self.run(self.database.close())
        self.runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def do(self, name: str, *arguments: Any, **known: Any) -> Any:
        async with self.database.write() as session:
            return await getattr(Queue(session, self.now), name)(*arguments, **known)

    async def picture(self) -> Picture:
        async with self.database.read() as session:
            queue, notices = Queue(session, self.now), Notices(session, self.now)
            gaps = {gap.id: gap for gap in await queue.list(unresolved=False)}
            events = {gap_id: await queue.history(gap_id) for gap_id in gaps}
            cards = {gap_id: card.edition_due or 0 for gap_id in gaps if (card := await notices.card(gap_id))}
            count = select(func.count()).select_from(NOTICES).where(NOTICES.c.kind != "word")
            return Picture(
                gaps, events, cards, (await (await session.connection()).execute(count)).scalar_one()
            )

    # ------------------------------------------------------------ what happens

    @rule(subject=subjects, found=verdicts, first=st.booleans())
    def judge(self, subject: str, found: tuple[Finding, ...], first: bool) -> None:
        number = subject.partition(":")[2] or None
        judged = Judged(subject, number, number and f"#{number}", found)
        before = self.run(self.picture())
        applied = self.run(self.do("apply", "main", [judged], first_run=first))
        after = self.run(self.picture())
        touched = {
            gap.id
            for part in (applied.opened, applied.updated, applied.reopened, applied.resolved)
            for gap in part
        }
        for gap in before.gaps.values():
            if gap.subject != subject:
                assert after.gaps[gap.id] == gap
        assert all(len(after.events[id_]) - len(before.events.get(id_, ())) <= 1 for id_ in after.gaps)
        assert {gap.id for gap in applied.opened} == after.gaps.keys() - before.gaps.keys()
        assert all(after.gaps[id_].edition > before.gaps[id_].edition for id_ in touched & before.gaps.keys())

    @rule(subject=subjects, one=findings(KINDS[0]), heir=findings(KINDS[1]))
    def trouble_moves_on(self, subject: str, one: Finding, heir: Finding) -> None:
        """Judge twice, so that one kind takes the place of another more often than by chance."""
        self.judge(subject=subject, found=(one,), first=False)
        self.judge(subject=subject, found=(heir,), first=False)

    @rule(step=hours)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule()
    def snoozes_end(self) -> None:
        before = self.run(self.picture())
        ended = self.run(self.do("wake_due"))
        after = self.run(self.picture())
        news = [event.code for id_ in after.gaps for event in after.events[id_][len(before.events[id_]) :]]
        assert news == ["snooze_ended"] * ended

    @rule(which=st.integers(0, 30), by=people, behind=revisions, take_over=st.booleans())
    def claim(self, which: int, by: str, behind: int | None, take_over: bool) -> None:
        self.click("claim", which, behind, by, take_over=take_over)

    @rule(which=st.integers(0, 30), by=people, to=people, behind=revisions)
    def assign(self, which: int, by: str, to: str, behind: int | None) -> None:
        self.click("assign", which, behind, by, to)

    @rule(
        which=st.integers(0, 30),
        by=people,
        behind=revisions,
        name=st.sampled_from(["release", "wake", "reopen"]),
    )
    def press(self, which: int, by: str, behind: int | None, name: str) -> None:
        self.click(name, which, behind, by)

    @rule(which=st.integers(0, 30), by=people, behind=revisions, length=hours)
    def snooze(self, which: int, by: str, behind: int | None, length: timedelta) -> None:
        self.click("snooze", which, behind, by, self.now + length)

    @rule(which=st.integers(0, 30), by=people, behind=revisions, resolution=resolutions, verify=hours)
    def resolve(self, which: int, by: str, behind: int | None, resolution: str, verify: timedelta) -> None:
        self.click("resolve", which, behind, by, resolution=resolution, verify_at=self.now + verify)

    @rule()
    def deliver(self) -> None:
        async def drain() -> None:
            async with self.database.write() as session:
                notices = Notices(session, self.now)
                while notice := await notices.take("main"):
                    self.sent += 1
                    await notices.sent(
                        notice.id, ts=f"{self.sent}.0", channel="C1", edition=notice.edition_due
                    )
                assert await notices.stores_owed() == []

        self.run(drain())

    def click(self, name: str, which: int, behind: int | None, *arguments: Any, **known: Any) -> None:
        """Press a button drawn `behind` revisions ago, and check that it had one effect or none."""
        before = self.run(self.picture())
        if not before.gaps:
            return
        gap = list(before.gaps.values())[which % len(before.gaps)]
        revision = None if behind is None else gap.revision - behind
        change: Change = self.run(self.do(name, gap.id, *arguments, revision=revision, **known))
        after = self.run(self.picture())
        if change.outcome != "done":
            assert after == before
            return
        assert behind in {None, 0}
        assert (gap.state(self.now) == "resolved") == (name == "reopen")
        assert {**after.gaps, gap.id: gap} == before.gaps
        moved = after.gaps[gap.id]
        assert moved == change.gap
        assert (moved.revision, moved.edition) == (gap.revision + 1, gap.edition + 1)
        [event] = after.events[gap.id][len(before.events[gap.id]) :]
        assert event.code in CODES[name]
        assert event.by == arguments[0]
        if gap.id in after.cards:
            assert after.cards[gap.id] == moved.edition
            assert after.notices == before.notices + 1

    # ------------------------------------------------------------ what always holds

    @invariant()
    def promises_hold(self) -> None:
        now = self.run(self.picture())
        unresolved = [gap for gap in now.gaps.values() if gap.state(self.now) != "resolved"]
        assert max(Counter((gap.subject, gap.kind) for gap in unresolved).values(), default=0) <= 1
        for gap in now.gaps.values():
            state = gap.state(self.now)
            assert state in {"open", "claimed", "snoozed", "resolved"}
            assert (state == "resolved") == (gap.resolution is not None)
            if state == "snoozed":
                assert gap.snoozed_until is not None
                assert gap.snoozed_until > self.now
            assert now.events[gap.id][0].code == "opened"
            if gap.id in now.cards:
                assert now.cards[gap.id] == gap.edition
        assert all(gap.id in now.cards for gap in unresolved if gap.severity > Severity.LOW)

    @invariant()
    def each_state_is_listed_once(self) -> None:
        async def listed() -> list[str]:
            states = ("open", "claimed", "snoozed", "resolved")
            return [gap.id for state in states for gap in await self.do("list", state=state)]

        ids = self.run(listed())
        assert sorted(ids) == sorted(self.run(self.picture()).gaps)


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
