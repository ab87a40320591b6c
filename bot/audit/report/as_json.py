"""The audit as JSON: what `stuck audit --json` prints and `audit.json` holds, in the contract's shape."""

from collections import Counter

from bot.audit.result import Audit, AuditGap, ReadFile
from bot.gap_json import Json, finding_json, stamp


def audit_json(audit: Audit) -> Json:
    """Return everything that an audit says. Times are ISO 8601 in UTC; `counts` holds the gaps at the edge as well."""
    return {
        "window": {"from": stamp(audit.since), "to": stamp(audit.until)},
        "files": [_file(file) for file in audit.files],
        "orders": audit.orders,
        "shipments": audit.shipments,
        "counts": audit.counts,
        "gaps": _gaps(audit),
        "not_judged": [
            {"kind": each.kind, "why": each.why, "needs": each.needs} for each in audit.not_judged
        ],
        "rejected_rows": [
            {"file": row.file, "line": row.line, "reason": row.reason} for row in audit.rejected_rows
        ],
        "seconds": round(audit.seconds, 3),
    }


def _file(file: ReadFile) -> Json:
    return {
        "path": file.path,
        "recognised_as": file.recognised_as,
        "rows": file.rows,
        "rejected": file.rejected,
        "mapping": dict(file.mapping),
        "notes": list(file.notes),
    }


def _gaps(audit: Audit) -> list[Json]:
    """Return the gaps, the worst first. An id names kind and order, so that the same audit gives the same ids."""
    met: Counter[str] = Counter()
    shown = []
    for gap in audit.gaps:
        name = f"{gap.finding.kind}:{gap.order or gap.order_id or gap.store}"
        met[name] += 1
        shown.append(_gap(gap, name if met[name] == 1 else f"{name}:{met[name]}", audit))
    return shown


def _gap(gap: AuditGap, name: str, audit: Audit) -> Json:
    """Return one gap as `stuck gaps` shows it, without owner and state: nobody has seen it before the audit did."""
    return {
        "id": name,
        "store": gap.store,
        "order": gap.order,
        **finding_json(gap.finding),
        "opened_at": stamp(audit.until),
        "snoozed_until": None,
        "ordered_at": stamp(gap.ordered_at),
        "days": round(audit.days_open(gap), 2),
        "carrier": gap.carrier,
        "value": gap.value,
        "currency": gap.currency,
        "edge": gap.edge,
    }
