"""The values of the queue: a gap, what a run concluded, what a transition did, one line of history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from storage.findings import Evidence, Finding, Severity

State = Literal["open", "claimed", "snoozed", "resolved"]
Resolution = Literal["healed", "verified", "unverified", "not_a_gap", "accepted", "superseded"]
Outcome = Literal["done", "stale", "taken", "already", "resolved", "gone"]

STORE_SUBJECT = "store"
"""Subject of the gaps of a whole store."""


def order_subject(order_id: str) -> str:
    """Return the subject of the gaps of one Shopify order."""
    return f"order:{order_id}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference between the two systems that somebody has to own. All times in UTC."""

    id: str
    store: str
    subject: str
    """`order:6012345678901`, or `store`."""
    order_id: str | None
    order: str | None
    """The Shopify name; None for a gap of the whole store."""
    finding: Finding
    opened_at: datetime
    owner: str | None = None
    """Slack user id."""
    claimed_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    """Slack user id; None: it went away by itself."""
    resolution: Resolution | None = None
    reason: str | None = None
    verify_at: datetime | None = None
    """When a Resolved that the sources contradict is looked at again."""
    revision: int = 1
    """Counts transitions of state, owner and severity: what buttons carry."""
    edition: int = 1
    """Counts everything worth redrawing."""
    reopened: int = 0
    turned_at: datetime | None = None
    """When it last changed hands or came back from a snooze or an end; None: not since it opened."""
    reminded_at: datetime | None = None
    """When its owner was last reminded of it."""
    escalated_at: datetime | None = None
    """When somebody was last called because nobody had it."""

    @property
    def kind(self) -> str:
        """Code of its kind."""
        return self.finding.kind

    @property
    def severity(self) -> Severity:
        """How bad it is now."""
        return self.finding.severity

    @property
    def counted_from(self) -> datetime:
        """From when it counts how long its owner, or the lack of one, has left it lying."""
        moments = (self.opened_at, self.turned_at, self.claimed_at)
        return max(moment for moment in moments if moment is not None)

    def snoozed(self, now: datetime) -> bool:
        """Whether somebody put it off and that time has not come: never a stored flag."""
        return self.snoozed_until is not None and self.snoozed_until > now

    def state(self, now: datetime) -> State:
        """Return the one state it is in: resolved before snoozed before claimed before open."""
        if self.resolved_at is not None:
            return "resolved"
        if self.snoozed(now):
            return "snoozed"
        return "open" if self.owner is None else "claimed"


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging concluded about one order or store: an empty tuple says that it is well."""

    subject: str
    order_id: str | None
    order: str | None
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """What both sides say now: a gap that heals keeps it, so that its card shows why."""
    folded: Mapping[str, str] = field(default_factory=dict)
    """Kinds that a gap of the whole store tells instead, and that gap's kind."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a run's findings did to the queue."""

    opened: tuple[Gap, ...] = ()
    updated: tuple[Gap, ...] = ()
    reopened: tuple[Gap, ...] = ()
    resolved: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What one transition did; with any outcome but `done`, nothing changed."""

    outcome: Outcome
    gap: Gap | None
    """As it is now; None only with `gone`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a gap's history."""

    id: int
    gap_id: str
    at: datetime
    by: str | None
    """Slack user id; None: nobody pressed anything."""
    code: str
    facts: dict[str, str] = field(default_factory=dict)
