"""The queue as a table: what `stuck gaps --csv` prints."""

from collections.abc import Sequence
from datetime import datetime

from bot.gap_json import stamp
from bot.gaps.catalog import title
from bot.spreadsheet import figure_cell, table, text_cell
from storage.gap import Gap

HEADER = (
    "id", "kind", "title", "severity", "order", "store", "state", "owner", "since (UTC)", "opened (UTC)", "snoozed until (UTC)",
    "resolved (UTC)", "resolution", "reason", "headline", "cause", "confidence", "next action", "evidence", "shopify link",
    "shipstation link",
)  # fmt: skip


def queue_csv(gaps: Sequence[Gap], now: datetime) -> bytes:
    """Return one row a gap, oldest first. `now` decides whether a snooze still lasts."""
    ordered = sorted(gaps, key=lambda gap: (gap.opened_at, gap.id))
    return table(HEADER, (_cells(gap, now) for gap in ordered))


def _cells(gap: Gap, now: datetime) -> list[str]:
    finding = gap.finding
    texts = (
        gap.id, gap.kind, title(gap.kind), gap.severity.word, gap.order or "whole store", gap.store, gap.state(now), gap.owner,
    )  # fmt: skip
    times = (finding.since, gap.opened_at, gap.snoozed_until, gap.resolved_at)
    told = (
        gap.resolution, gap.reason, finding.headline, finding.cause.code, finding.cause.confidence, finding.next_action.text,
        "; ".join(f"{one.system} {one.field}: {one.value}" for one in finding.evidence),
        finding.links.shopify, finding.links.shipstation,
    )  # fmt: skip
    return [*map(text_cell, texts), *(figure_cell(stamp(at)) for at in times), *map(text_cell, told)]
