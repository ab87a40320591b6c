"""gaps.csv: one row a gap, safe to open in a spreadsheet."""

from bot.audit.report import wording
from bot.audit.result import Audit, AuditGap
from bot.gaps import catalog
from bot.spreadsheet import figure_cell, table, text_cell
from storage.findings import Evidence

HEADER = (
    "kind",
    "title",
    "severity",
    "order",
    "store",
    "since (UTC)",
    "days",
    "cause",
    "cause text",
    "confidence",
    "next action",
    "carrier",
    "value",
    "currency",
    "edge",
    "evidence",
    "shopify link",
    "shipstation link",
)


def gaps_csv(audit: Audit) -> bytes:
    """Return the file, the worst gap first. Times in UTC, days with one decimal."""
    return table(HEADER, (_cells(gap, audit) for gap in audit.gaps))


def _cells(gap: AuditGap, audit: Audit) -> list[str]:
    finding = gap.finding
    texts = {
        "kind": finding.kind,
        "title": catalog.title(finding.kind),
        "severity": finding.severity.word,
        "order": gap.order or "whole store",
        "store": gap.store,
        "cause": finding.cause.code,
        "cause text": finding.cause.text,
        "confidence": finding.cause.confidence,
        "next action": finding.next_action.text,
        "carrier": gap.carrier,
        "currency": gap.currency,
        "edge": gap.edge,
        "evidence": "; ".join(map(_said, finding.evidence)),
        "shopify link": finding.links.shopify,
        "shipstation link": finding.links.shipstation,
    }
    figures = {
        "since (UTC)": wording.moment(finding.since),
        "days": f"{audit.days_open(gap):.1f}",
        "value": gap.value,
    }
    return [figure_cell(figures[name]) if name in figures else text_cell(texts[name]) for name in HEADER]


def _said(evidence: Evidence) -> str:
    return f"{evidence.system} {evidence.field}: {evidence.value}"
