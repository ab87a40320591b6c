"""From what judging found and what the queue knows to what becomes of each gap. Pure: no database, no clock."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from storage.findings import Finding, Severity
from storage.gap import Gap, Judged, Resolution

SAME_TROUBLE = timedelta(hours=24)
"""A gap that comes back within this time is the old one, in its old card."""
STORM = 5
"""More new gaps than this of one cause share a parent card (design decision 10)."""

Fate = Literal["opened", "updated", "reopened", "resolved", "kept"]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened to a gap, for its history."""

    code: str
    facts: Mapping[str, str]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one gap, and the history that goes with it."""

    gap: Gap
    before: Gap | None
    fate: Fate
    acts: tuple[Act, ...] = ()

    @property
    def redraw(self) -> bool:
        """Whether its card has to change."""
        return self.before is None or self.before.edition != self.gap.edition


def conclude(store: str, judged: Judged, gaps: Iterable[Gap], now: datetime) -> list[Step]:
    """Return what becomes of the gaps of one subject, given all that it ever had (domain.md 3.2)."""
    unresolved, past = _sorted(gaps)
    found = {finding.kind: finding for finding in sorted(judged.findings, key=lambda each: each.severity)}
    steps = [
        step
        for kind, finding in found.items()
        if (step := _found(finding, unresolved.get(kind), past.get(kind), now))
    ]
    fresh = [
        Step(_new(store, judged, finding, now), None, "opened", (Act("opened", {}),))
        for kind, finding in found.items()
        if kind not in unresolved and _is_new(past.get(kind), now)
    ]
    steps, left = _supersede(
        [*steps, *fresh], {kind: gap for kind, gap in unresolved.items() if kind not in found}, now
    )
    steps += [_left(gap, judged, now) for gap in left]
    return [
        *steps,
        *(
            _verified(_as_now(gap, judged))
            for kind, gap in past.items()
            if kind not in found and gap.resolution == "unverified"
        ),
    ]


def _sorted(gaps: Iterable[Gap]) -> tuple[dict[str, Gap], dict[str, Gap]]:
    """Return the unresolved gaps and the last resolved ones, by kind."""
    unresolved: dict[str, Gap] = {}
    past: dict[str, Gap] = {}
    for gap in gaps:
        if gap.resolved_at is None:
            unresolved[gap.kind] = gap
        elif gap.kind not in past or gap.resolved_at >= (past[gap.kind].resolved_at or gap.resolved_at):
            past[gap.kind] = gap
    return unresolved, past


def _new(store: str, judged: Judged, finding: Finding, now: datetime) -> Gap:
    return Gap(
        id=uuid4().hex,
        store=store,
        subject=judged.subject,
        order_id=judged.order_id,
        order=judged.order,
        finding=finding,
        opened_at=now,
    )


# ---------------------------------------------------------------- found again


def _found(finding: Finding, gap: Gap | None, past: Gap | None, now: datetime) -> Step | None:
    """Return what a finding does to the gap that it belongs to; None: it needs a new gap, or changes nothing."""
    if gap is not None:
        return _updated(gap, finding, now)
    if past is None:
        return None
    if past.resolution in {"healed", "verified"} and not _is_new(past, now):
        return _reopened(past, finding, {}, now)
    if past.resolution == "unverified" and (past.verify_at is None or past.verify_at <= now):
        return _reopened(past, finding, {"resolved_by": past.resolved_by} if past.resolved_by else {}, now)
    if past.resolution in {"not_a_gap", "accepted"} and past.finding.cause.code != finding.cause.code:
        return _reopened(past, finding, {"cause": finding.cause.text}, now)
    return None


def _is_new(past: Gap | None, now: datetime) -> bool:
    """Whether a finding without an unresolved gap is a new trouble, and not the last one come back."""
    if past is None or past.resolved_at is None or past.resolution == "superseded":
        return True
    return past.resolution in {"healed", "verified"} and now - past.resolved_at >= SAME_TROUBLE


def _updated(gap: Gap, finding: Finding, now: datetime) -> Step | None:
    if finding == gap.finding:
        return None
    drawn_anew = _meaning(finding) != _meaning(gap.finding)
    worse = finding.severity > gap.severity
    after = replace(
        gap,
        finding=finding,
        edition=gap.edition + drawn_anew,
        revision=gap.revision + (finding.severity != gap.severity),
    )
    acts = tuple(_said_of(gap.finding, finding))
    if worse and gap.snoozed_until is not None:
        after = replace(after, snoozed_until=None, snoozed_by=None, turned_at=now)
        acts = tuple(replace(act, facts={**act.facts, "snooze": "ended"}) for act in acts)
    return Step(after, gap, "updated" if drawn_anew else "kept", acts)


def _meaning(finding: Finding) -> tuple[Any, ...]:
    """Return what is worth redrawing a card for: everything but when it was read."""
    said = tuple((each.system, each.field, each.value) for each in finding.evidence)
    return finding.cause, finding.severity, finding.headline, finding.next_action, said


def _said_of(before: Finding, after: Finding) -> Iterator[Act]:
    """Yield what people should hear of: a new severity, cause or next action, not each new number."""
    severities = {"from": before.severity.word, "to": after.severity.word}
    if after.severity > before.severity:
        yield Act("worse", severities)
    elif after.severity < before.severity:
        yield Act("changed", severities)
    elif (after.cause.code, after.next_action.code) != (before.cause.code, before.next_action.code):
        yield Act("changed", {"from": before.cause.text, "to": after.cause.text})


def _reopened(gap: Gap, finding: Finding, facts: Mapping[str, str], now: datetime) -> Step:
    return Step(reopened(replace(gap, finding=finding), now), gap, "reopened", (Act("reopened", facts),))


def reopened(gap: Gap, now: datetime) -> Gap:
    """Return a resolved gap as unresolved again; its owner keeps it."""
    return replace(
        gap,
        turned_at=now,
        resolved_at=None,
        resolved_by=None,
        resolution=None,
        reason=None,
        verify_at=None,
        reopened=gap.reopened + 1,
        revision=gap.revision + 1,
        edition=gap.edition + 1,
    )


# ---------------------------------------------------------------- not found


def _supersede(steps: list[Step], missing: dict[str, Gap], now: datetime) -> tuple[list[Step], list[Gap]]:
    """Let gaps that just came up take the place of those they replace; return what is left of `missing`."""
    done: list[Step] = []
    for step in steps:
        taken = [missing.pop(kind) for kind in sorted(step.gap.finding.replaces & missing.keys())]
        if step.fate in {"updated", "kept"}:
            missing |= {gap.kind: gap for gap in taken}
            taken = []
        heir = step.gap
        for gap in taken:
            heir = _inherit(heir, gap)
            done.append(_resolved(gap, "superseded", now, {"kind": heir.kind}))
        done.append(replace(step, gap=heir))
    return done, list(missing.values())


def _inherit(heir: Gap, gap: Gap) -> Gap:
    """Hand owner and snooze on; a snooze does not outlast a rise in severity."""
    if heir.owner is None:
        heir = replace(heir, owner=gap.owner, claimed_at=gap.claimed_at, reminded_at=gap.reminded_at)
    if heir.severity > gap.severity:
        return heir
    return replace(heir, snoozed_until=gap.snoozed_until, snoozed_by=gap.snoozed_by)


def _left(gap: Gap, judged: Judged, now: datetime) -> Step:
    """Return the end of a gap that was not found again: it healed, or a gap of the whole store tells it now."""
    heir = judged.folded.get(gap.kind)
    if heir is not None:
        return _resolved(gap, "superseded", now, {"kind": heir})
    return _resolved(_as_now(gap, judged), "healed", now)


def _as_now(gap: Gap, judged: Judged) -> Gap:
    """Return the gap with what both sides say now as its evidence."""
    if not judged.evidence:
        return gap
    return replace(gap, finding=replace(gap.finding, evidence=judged.evidence))


def _resolved(
    gap: Gap, resolution: Resolution, now: datetime, facts: Mapping[str, str] | None = None
) -> Step:
    return Step(resolved(gap, resolution, now), gap, "resolved", (Act(resolution, facts or {}),))


def resolved(gap: Gap, resolution: Resolution, now: datetime, **known: Any) -> Gap:
    """Return a gap as resolved at `now`; a snooze ends with it."""
    return replace(
        gap,
        resolved_at=now,
        resolution=resolution,
        snoozed_until=None,
        snoozed_by=None,
        revision=gap.revision + 1,
        edition=gap.edition + 1,
        **known,
    )


def _verified(gap: Gap) -> Step:
    """Somebody said resolved, and now the sources agree: only the card says so."""
    after = replace(
        gap, resolution="verified", verify_at=None, revision=gap.revision + 1, edition=gap.edition + 1
    )
    return Step(after, gap, "kept")


# ---------------------------------------------------------------- many at once


@dataclass(frozen=True, slots=True)
class Crowd:
    """Gaps that share one parent message instead of a card each in the channel."""

    kind: Literal["storm", "first_run"]
    facts: dict[str, Any]
    gaps: tuple[Gap, ...]
    parent_id: str | None = None
    """The notice that they join; None: they get one of their own."""


def crowds(
    opened: Sequence[Gap], *, first_run: bool, standing: Mapping[tuple[str, str], str] | None = None
) -> list[Crowd]:
    """Return which new gaps share a parent (design decision 10); those of low severity have no card at all.

    `standing`: the storms that go on, by kind and cause; what is new of theirs joins them, however few it is.
    """
    carded = [gap for gap in opened if gap.severity > Severity.LOW]
    if first_run:
        counts = Counter(gap.kind for gap in carded)
        return [Crowd("first_run", {"counts": dict(counts)}, tuple(carded))] if carded else []
    alike: defaultdict[tuple[str, str], list[Gap]] = defaultdict(list)
    for gap in carded:
        alike[gap.kind, gap.finding.cause.code].append(gap)
    going_on = standing or {}
    return [
        Crowd("storm", _storm(gaps), tuple(gaps), going_on.get(key))
        for key, gaps in alike.items()
        if key in going_on or len(gaps) > STORM
    ]


def _storm(gaps: Sequence[Gap]) -> dict[str, Any]:
    finding = gaps[0].finding
    return {
        "kind": finding.kind,
        "cause_code": finding.cause.code,
        "cause_text": finding.cause.text,
        "count": len(gaps),
        "headline": finding.headline,
        "todo": finding.next_action.text,
    }
