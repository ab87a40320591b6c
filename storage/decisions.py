"""What becomes of a gap when somebody decides about it, by itself or with many. Pure; whoever writes it counts its revision."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from storage.conclude import Act, resolved
from storage.findings import Evidence
from storage.gap import Gap, Outcome, Resolution

Decided = Outcome | tuple[Gap, Act]
"""The gap as it is then, with its history; or why nothing happens."""
CODES: dict[Resolution, str] = {"verified": "resolved"}
"""Where history calls a resolution something else."""


def given(gap: Gap, to: str | None, now: datetime) -> Gap:
    """Return a gap with another owner, or none: from now on it is counted how long it lies."""
    return replace(gap, owner=to, claimed_at=now if to else None, turned_at=now)


def claim(gap: Gap, by: str, now: datetime, *, take_over: bool = False) -> Decided:
    """Make `by` the owner. Another's gap is `taken` unless `take_over`; a snoozed one stays snoozed."""
    if gap.resolved_at is not None:
        return "resolved"
    if gap.owner == by:
        return "already"
    if gap.owner is None:
        return given(gap, by, now), Act("claimed", {}, by)
    if not take_over:
        return "taken"
    return given(gap, by, now), Act("taken_over", {"from": gap.owner}, by)


def snooze(gap: Gap, by: str, until: datetime) -> Decided:
    """Put it off until a time to come."""
    if gap.resolved_at is not None:
        return "resolved"
    if gap.snoozed_until == until:
        return "already"
    return replace(gap, snoozed_until=until, snoozed_by=by), Act("snoozed", {"until": until.isoformat()}, by)


def resolve(
    gap: Gap,
    by: str | None,
    now: datetime,
    resolution: Resolution,
    *,
    reason: str | None = None,
    verify_at: datetime | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> Decided:
    """Resolve it; `evidence`, where given, is what both sides say now."""
    if gap.resolved_at is not None:
        return "already" if gap.resolution == resolution else "resolved"
    finding = replace(gap.finding, evidence=evidence or gap.finding.evidence)
    known: dict[str, Any] = {"resolved_by": by, "reason": reason, "verify_at": verify_at}
    after = resolved(replace(gap, finding=finding), resolution, now, **known)
    facts = {"reason": reason, "verify_at": verify_at.isoformat() if verify_at else None}
    said = {name: value for name, value in facts.items() if value is not None}
    return after, Act(CODES.get(resolution, resolution), said, by)
