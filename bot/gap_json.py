"""One gap as JSON, as every command, report and address shows it. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from storage.findings import Evidence, Finding, Links

if TYPE_CHECKING:  # an audit shows findings that are no gaps of a queue, and does without
    from storage.gap import Gap

Json = dict[str, Any]


@lru_cache(maxsize=1024)
def stamp(time: datetime | None) -> str | None:
    """Return ISO 8601 in UTC with Z, to the second: `2026-11-23T15:00:00Z`."""
    if time is None:
        return None
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def gap_json(gap: "Gap", now: datetime) -> Json:
    """Return one gap as `stuck gaps --json` shows it. `now` decides whether a snooze still lasts."""
    return {
        "id": gap.id,
        "store": gap.store,
        "order": gap.order,
        "state": gap.state(now),
        "owner": gap.owner,
        "opened_at": stamp(gap.opened_at),
        "claimed_at": stamp(gap.claimed_at),
        "snoozed_until": stamp(gap.snoozed_until),
        "resolved_at": stamp(gap.resolved_at),
        "resolution": gap.resolution,
        "reason": gap.reason,
        **finding_json(gap.finding),
    }


def finding_json(finding: Finding) -> Json:
    """Return what was concluded, as every gap shows it: that of the queue and that of an audit."""
    return {
        "kind": finding.kind,
        "severity": finding.severity.word,
        "headline": finding.headline,
        "cause": {
            "code": finding.cause.code,
            "confidence": finding.cause.confidence,
            "text": finding.cause.text,
        },
        "next_action": {"code": finding.next_action.code, "text": finding.next_action.text},
        "since": stamp(finding.since),
        "evidence": [_evidence(one) for one in finding.evidence],
        "links": links_json(finding.links),
    }


def gaps_json(gaps: Sequence["Gap"], now: datetime) -> list[Json]:
    """Return the queue, oldest first."""
    return [gap_json(gap, now) for gap in sorted(gaps, key=lambda gap: (gap.opened_at, gap.id))]


def _evidence(evidence: Evidence) -> Json:
    return {
        "system": evidence.system,
        "field": evidence.field,
        "value": evidence.value,
        "read_at": stamp(evidence.read_at),
    }


def links_json(links: Links) -> Json:
    """Return where a gap can be looked at in both systems."""
    return {"shopify": links.shopify, "shipstation": links.shipstation}
