"""What a set of files tells together: one thing counts only where every file that should tell it does."""

from collections.abc import Collection, Sequence
from pathlib import Path

from bot.sources.exports.files import Knowledge
from bot.sources.exports.plan import Plan


def knowledge(plans: Sequence[Plan], excerpts: Collection[Path] = ()) -> frozenset[Knowledge]:
    """Return what these files tell; in `excerpts` of a list the absence of a row tells nothing."""
    shopify = [plan for plan in plans if plan.system == "shopify"]
    labels = [plan for plan in plans if plan.kind == "labels"]
    marks = [plan for plan in plans if plan.kind == "marks"]
    rows = [plan for plan in plans if plan.kind == "rows"]
    parcels = [*labels, *marks]
    told: dict[Knowledge, bool] = {
        "orders": bool(shopify),
        "lines": _all(shopify, "quantity") and (_all(shopify, "line_status") or _all(shopify, "fulfillable")),
        "order_tracking": _all(shopify, "tracking"),
        "labels": bool(labels),
        "label_times": _all(labels, "made_at"),
        "marks": bool(marks),
        "voids": _all(labels, "voided", "voided_at"),
        "returns": _all(labels, "return_label"),
        "rows": bool(rows),
        "row_status": _all(rows, "order_status"),
        "items": _all(rows, "sku") and _all(rows, "quantity"),
        "holds": _all(rows, "hold_until"),
        "notified": _all(parcels, "notified"),
        "parcel_items": _all(labels, "sku") and _all(labels, "quantity"),
        "parcel_tracking": _all(parcels, "tracking"),
        "stores": _all([*parcels, *rows], "store"),
        "cancels": _all(shopify, "cancelled_at"),
        "whole": not any(plan.path in excerpts for plan in [*parcels, *rows]),
    }
    return frozenset(name for name, known in told.items() if known)


def _all(plans: Sequence[Plan], *fields: str) -> bool:
    """Whether there are such files and each of them has one of these fields."""
    return bool(plans) and all(any(plan.has(field) for field in fields) for plan in plans)
