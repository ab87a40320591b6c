"""Which kinds of gaps some files can show, and for the others the export that would settle it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.audit.result import NotJudged
from bot.gaps.case import Case
from bot.gaps.catalog import KINDS, STORE_KINDS
from bot.gaps.dossier import Waiting
from bot.gaps.kinds import Kind
from bot.sources.exports import Knowledge
from storage.findings import Finding

_LIVE = "the live connection: `stuck sync`"
_ORDERS = "Shopify's orders export (Orders → Export)"
_ROWS = "ShipStation's orders export, with Order - Number and Order - Status"

SETTLED_BY: Mapping[Knowledge, tuple[str, str]] = MappingProxyType(
    {
        "orders": ("there is no file of Shopify orders", _ORDERS),
        "lines": ("the file of Shopify orders has no lines", _ORDERS),
        "order_tracking": (
            "Shopify's own export has no tracking numbers",
            "an orders export made with Matrixify, with its Fulfillment columns",
        ),
        "labels": (
            "there is no file of ShipStation's labels",
            "ShipStation's shipments export, with Order - Number, Shipment - Tracking Number and Date - Shipped Date",
        ),
        "marks": (
            "there is no file of orders that were marked as shipped",
            "ShipStation's fulfillments export (Shipments → Fulfillments)",
        ),
        "voids": (
            "a label that was voided looks like any other in these files",
            "ShipStation's shipments export with Shipment - Void Flag",
        ),
        "rows": ("there is no file of ShipStation's orders", _ROWS),
        "row_status": ("the file of ShipStation's orders has no status", _ROWS),
        "items": (
            "the file of ShipStation's orders has no products",
            "ShipStation's orders export with Item - SKU and Item - Qty",
        ),
        "parcel_items": (
            "the file of ShipStation's labels does not say what is in a parcel, so only orders of one unit are judged",
            "ShipStation's shipments export with Item - SKU and Item - Qty",
        ),
        "parcel_tracking": (
            "the file of ShipStation's labels has no tracking numbers",
            "ShipStation's shipments export with Shipment - Tracking Number",
        ),
        "cancels": ("the file of Shopify orders does not say which were cancelled", _ORDERS),
        "whole": (
            "a screenshot shows only a part of ShipStation's list",
            "ShipStation's shipments and orders exports",
        ),
        "holds": (
            "the file of ShipStation's orders does not say until when one is on hold, so those on hold are left alone",
            "ShipStation's orders export with Date - Hold Until",
        ),
        "notified": (
            "the file of ShipStation's labels does not say whether Shopify was notified",
            "ShipStation's fulfillments export with Marketplace Notified",
        ),
    }
)
"""What is missing, in words, and the file that has it."""

NEEDS: Mapping[str, tuple[Knowledge, ...]] = MappingProxyType(
    {
        "import.missing": ("orders", "lines", "rows", "whole"),
        "import.wrong_status": ("orders", "lines", "rows", "row_status", "labels", "whole"),
        "import.items_short": ("orders", "lines", "rows", "row_status", "items", "whole"),
        "import.cancel_not_propagated": ("orders", "rows", "row_status", "cancels"),
        "aging.past_cutoff": ("orders", "lines", "rows", "row_status", "labels", "whole"),
        "aging.remainder": ("orders", "lines", "rows", "row_status", "labels", "items", "whole"),
        "sync.shipped_after_cancel": ("orders", "labels", "cancels"),
        "sync.unfulfilled": ("orders", "labels"),
        "sync.partial": ("orders", "lines", "labels"),
        "sync.tracking_missing": ("orders", "order_tracking", "labels", "parcel_tracking"),
        "sync.tracking_mismatch": ("orders", "order_tracking", "labels", "parcel_tracking"),
        "sync.ghost_fulfillment": (
            "orders",
            "order_tracking",
            "labels",
            "parcel_tracking",
            "voids",
            "rows",
            "whole",
        ),
        "sync.open_after_fulfillment": ("orders", "lines", "rows", "row_status", "labels", "marks", "whole"),
        "sync.double_ship": ("orders", "lines", "labels", "voids"),
        "sync.no_tracking_anywhere": ("orders", "order_tracking", "labels", "parcel_tracking", "whole"),
        "sync.tracking_incomplete": ("orders", "order_tracking", "labels", "parcel_tracking", "whole"),
        "store.import_stalled": ("orders", "lines", "rows", "whole"),
        "store.notify_outage": ("orders", "labels", "notified"),
    }
)
"""What has to be known before a kind is looked for; a kind that is not here needs the live connection."""

PARTLY: Mapping[str, Knowledge] = MappingProxyType(
    {"sync.double_ship": "parcel_items", "import.wrong_status": "holds"}
)
"""What has to be known before a kind is looked for in every order, and not only in some."""

_BELIEVED: Mapping[tuple[str, str], Knowledge] = MappingProxyType(
    {("import.wrong_status", "held_in_shipstation"): "holds"}
)
"""What has to be known before a kind with some cause is told: it would be an accusation without proof."""

NEVER: Mapping[str, str] = MappingProxyType(
    {
        "import.wrong_store": "exports do not say which ShipStation store belongs to which shop",
        "import.duplicate": "exports do not tell two ShipStation orders of one number apart",
        "import.archived_unfulfilled": "Shopify's exports do not say what was archived",
        "aging.at_risk": "it is a forecast, and an audit looks back",
        "aging.hold_overdue": "Shopify's exports do not tell holds",
        "aging.provider_stuck": "Shopify's exports do not tell fulfilment requests",
    }
)
"""Why no export shows a kind."""


def judged(knows: Collection[Knowledge]) -> frozenset[str]:
    """Return the kinds that files which tell this much can show."""
    return frozenset(kind for kind, needs in NEEDS.items() if all(need in knows for need in needs))


def looked_for(knows: Collection[Knowledge]) -> tuple[Kind, ...]:
    """Return the kinds of single orders that files which tell this much can show, with the causes that they can show."""
    shown = judged(knows)
    return tuple(_believed(kind, knows) for kind in KINDS if kind.code in shown)


def _believed(kind: Kind, knows: Collection[Knowledge]) -> Kind:
    doubted = {cause for (code, cause), need in _BELIEVED.items() if code == kind.code and need not in knows}
    if not doubted:
        return kind

    def find(case: Case) -> Finding | Waiting | None:
        found = kind.find(case)
        return None if isinstance(found, Finding) and found.cause.code in doubted else found

    return replace(kind, find=find)


def not_judged(knows: Collection[Knowledge]) -> tuple[NotJudged, ...]:
    """Return every other kind, and those not looked for in every order, with what is missing and the file that has it."""
    codes = [kind.code for kind in (*KINDS, *STORE_KINDS)]
    return tuple(_excuse(code, knows) for code in codes if code not in NEEDS or _missing(code, knows))


def _missing(kind: str, knows: Collection[Knowledge]) -> list[Knowledge]:
    missing = [need for need in NEEDS[kind] if need not in knows]
    partly = PARTLY.get(kind)
    return missing if missing or partly is None or partly in knows else [partly]


def _excuse(kind: str, knows: Collection[Knowledge]) -> NotJudged:
    if kind not in NEEDS:
        return NotJudged(kind, NEVER[kind], _LIVE)
    missing = _missing(kind, knows)
    why = "; ".join(SETTLED_BY[need][0] for need in missing)
    return NotJudged(kind, why, " and ".join(dict.fromkeys(SETTLED_BY[need][1] for need in missing)))
