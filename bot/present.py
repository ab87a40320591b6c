"""The JSON that scripts rely on: the shapes of `--json`, from the values inside. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.gap_json import Json, gaps_json, links_json, stamp
from storage.facts import Shipment, ShipStationOrder

if TYPE_CHECKING:  # these rooms pull in both sources and the database, and shapes need neither
    from bot.doctor import Check
    from bot.lookup import OrderView
    from bot.reconcile import RunReport


def order_json(views: Sequence["OrderView"], now: datetime) -> Json:
    """Return one order as `stuck order --json` shows it; of several that match, the first with a gap leads."""
    first = next((view for view in views if view.verdict == "gap"), views[0])
    answer = _view(first, now)
    answer["others"] = [_view(view, now) for view in views if view is not first]
    return answer


def reports_json(reports: Sequence["RunReport"]) -> Json:
    """Return what `stuck sync --json` shows."""
    return {"stores": [report_json(report) for report in reports]}


def report_json(report: "RunReport") -> Json:
    """Return one store's run; seconds on the wall clock."""
    return {
        "store": report.store,
        "complete": report.complete,
        "read": dict(report.read),
        "requests": dict(report.requests),
        "opened": report.opened,
        "updated": report.updated,
        "resolved": report.resolved,
        "seconds": round(report.seconds, 3),
        "error": report.error,
    }


def checks_json(checks: Sequence["Check"]) -> Json:
    """Return what `stuck doctor --json` shows; a check that could not tell has `ok: null`."""
    return {
        "ok": all(check.ok is not False for check in checks),
        "checks": [
            {"subject": check.subject, "ok": check.ok, "text": check.text, "todo": check.todo}
            for check in checks
        ],
    }


def _view(view: "OrderView", now: datetime) -> Json:
    return {
        "order": view.order,
        "store": view.store,
        "verdict": view.verdict,
        "why": view.why,
        "gaps": gaps_json(view.gaps, now),
        "shopify": None if view.shopify is None else plain(view.shopify),
        "shipstation": _shipstation(view.shipstation, view.shipments),
        "links": links_json(view.links),
        "look_again_at": stamp(view.look_again_at),
        "read_at": stamp(view.read_at),
        "error": view.error,
    }


def _shipstation(orders: Iterable[ShipStationOrder], shipments: Sequence[Shipment]) -> list[Json]:
    """Return ShipStation's rows, each with its parcels; parcels without a row come last, under their own number."""
    rows = {order.id: {**plain(order), "shipments": []} for order in orders}
    for shipment in shipments:
        known = {"id": shipment.order_id, "number": shipment.order_number, "key": shipment.order_key}
        row = rows.setdefault(shipment.order_id, {**known, "status": None, "shipments": []})
        row["shipments"].append(plain(shipment))
    return list(rows.values())


def plain(value: Any) -> Any:
    """Turn facts into what JSON can hold, times as `stamp` writes them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value
