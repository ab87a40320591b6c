"""The audit itself: files in, what was found out. The same facts, kinds and causes as the live bot's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from bot.audit.judging import Opinion, judge_month
from bot.audit.needs import SETTLED_BY, judged, not_judged
from bot.audit.result import Audit, AuditGap, Edge
from bot.errors import ExportRefused
from bot.gaps.dossier import Dossier
from bot.gaps.rules import StoreRules
from bot.sources.exports import Exports, open_exports
from bot.sources.exports.files import Progress, System
from storage.findings import Finding

DAYS = 30
STORE = "main"
"""What the store is called where the files name none, or several."""
EDGE = timedelta(days=1)
"""How close to where a file's rows begin or end the other half of a difference may lie outside of them."""
OF_ABSENCE = frozenset({"import.missing", "store.import_stalled"})
"""Kinds that say that ShipStation lacks something: it may lie before where its files begin."""

READING = 0.6
"""How much of the whole is reading."""

_COUNTS = """
SELECT (SELECT count(*) FROM shopify_orders WHERE created_at BETWEEN $since AND $until),
       (SELECT count(*) FROM shipstation_parcels WHERE coalesce(made_at, $until) BETWEEN $since AND $until)
"""


def audit(
    paths: Sequence[Path],
    *,
    days: int = DAYS,
    mappings: Sequence[str] = (),
    zone: ZoneInfo | None = None,
    shop: str = "",
    excerpts: Collection[Path] = (),
    progress: Progress = lambda _what, _part: None,
) -> Audit:
    """Return what these files show of the last `days` days. Raises ExportRefused for one that is not what it should be.

    `zone`: of dates that name none; `excerpts`: files that hold only some rows of a list; `shop`: `acme.myshopify.com`, for links into Shopify's admin.
    """
    began = monotonic()

    def reading(what: str, part: float) -> None:
        progress(what, READING * part)

    with open_exports(paths, mappings=mappings, zone=zone, excerpts=excerpts, progress=reading) as exports:
        rules = StoreRules(_only_store(exports), shop, timezone=exports.zone)
        found = _audited(exports, rules, days, progress)
    return replace(found, seconds=round(monotonic() - began, 3))


def _only_store(exports: Exports) -> str:
    """Return the name of the files' only sales channel; where there are several, orders name their own."""
    names = {store.name for store in exports.stores.values()}
    return names.pop() if len(names) == 1 else STORE


def _audited(exports: Exports, rules: StoreRules, days: int, progress: Progress) -> Audit:
    kinds = judged(exports.knows)
    if not kinds:
        raise _too_little(exports)
    window = _Window.of(exports, days)
    progress("Comparing the two systems", READING)

    def judging(part: float) -> None:
        progress("Judging what differs", READING + (1 - READING) * part)

    month = judge_month(exports, rules, since=window.since, until=window.until, tell=judging)
    gaps = [
        _gap(opinion, finding, window, rules.name)
        for opinion in month.opinions
        for finding in opinion.findings
    ]
    gaps += [_of_store(finding, rules, window) for finding in month.of_store if finding.kind in kinds]
    told = {"since": window.since, "until": window.until}
    orders, shipments = exports.connection.execute(_COUNTS, told).fetchone() or (0, 0)
    return Audit(
        since=window.since,
        until=window.until,
        files=exports.files,
        orders=orders,
        shipments=shipments,
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.finding.severity, gap.finding.since, gap.order or ""))),
        not_judged=not_judged(exports.knows),
        rejected_rows=exports.rejected_rows,
    )


def systems(exports: Exports) -> frozenset[System]:
    """Return the systems of which there are files."""
    shown: dict[System, bool] = {
        "shopify": "orders" in exports.knows,
        "shipstation": not exports.knows.isdisjoint({"labels", "marks", "rows"}),
    }
    return frozenset(system for system, there in shown.items() if there)


def one_sided(system: System) -> ExportRefused:
    """Return the error for files that show this system alone."""
    shopify = system == "shopify"
    return ExportRefused(
        f"These files show only {'Shopify' if shopify else 'ShipStation'}'s side.",
        why="An audit finds what the two systems say differently.",
        todo=f"Add {SETTLED_BY['labels' if shopify else 'orders'][1]}.",
    )


def _too_little(exports: Exports) -> ExportRefused:
    shown = systems(exports)
    if len(shown) == 1:
        return one_sided(*shown)
    return ExportRefused(
        "These files do not say enough of both systems to compare them.",
        why="A part of a list of orders, for example on a screenshot, does not show what is missing from it.",
        todo=f"Add {SETTLED_BY['labels'][1]}.",
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """The days that are looked at, and where in them each system's files begin and end (UTC)."""

    since: datetime
    until: datetime
    begins: datetime
    """From when on both systems' files have rows."""
    ends: datetime
    """Until when both have."""

    @classmethod
    def of(cls, exports: Exports, days: int) -> "_Window":
        spans = exports.spans.values()
        until = max(end for _, end in spans)
        begins, ends = max(begin for begin, _ in spans), min(end for _, end in spans)
        return cls(until - timedelta(days=days), until, begins, ends)

    def edge(self, finding: Finding) -> Edge | None:
        """Return at which edge the other half may lie outside the files."""
        if finding.since > self.ends - EDGE and self.ends < self.until:
            return "last day"
        if finding.kind in OF_ABSENCE and finding.since < self.begins + EDGE:
            return "first day"
        return None


def _gap(opinion: Opinion, finding: Finding, window: _Window, store: str) -> AuditGap:
    facts = opinion.facts
    parcels = facts.live or facts.shipments
    return AuditGap(
        finding=finding,
        order=facts.order.name,
        order_id=facts.order.id,
        store=_store(facts) or store,
        ordered_at=facts.order.created_at,
        carrier=parcels[-1].carrier if parcels else None,
        value=facts.order.total,
        currency=facts.order.currency,
        edge=window.edge(finding),
    )


def _store(facts: Dossier) -> str | None:
    """Return the sales channel as ShipStation's files name it; None: ShipStation knows nothing of the order."""
    ids = [row.store_id for row in facts.matches] + [parcel.store_id for parcel in facts.shipments]
    known = [facts.stores[store_id] for store_id in ids if store_id is not None and store_id in facts.stores]
    return known[0].name if known else None


def _of_store(finding: Finding, rules: StoreRules, window: _Window) -> AuditGap:
    return AuditGap(finding, None, None, rules.name, None, edge=window.edge(finding))
