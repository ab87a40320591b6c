"""Plausible audits for the tests of the report: every kind, names that mean harm, months without a gap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.audit.result import Audit, AuditGap, NotJudged, ReadFile, RejectedRow
from bot.gaps.catalog import FORECASTS, KINDS, STORE_KINDS, kind
from storage.findings import Cause, Evidence, Finding, Links

SINCE = datetime(2026, 10, 27, tzinfo=UTC)
UNTIL = datetime(2026, 11, 26, tzinfo=UTC)
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "</script><img src=x onerror=alert(1)>",
    "<svg/onload=alert(2)>",
    "{{ 7 * 7 }}{% raw %}",
    "+1-800",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=2+2",
    "\u202eevil#1001\u202c",
    "\u0637\u0644\u0628 #1001",
    "\U0001f600\U0001f469\u200d\U0001f680 #7",
    "#" + "9" * 299,
    "[red]#5[/red]",
    "\x1b[31m#6\x1b[0m",
    '"quoted";=1+1',
    "\ufeff=3+3",
    "\uff1d4+4",
    "9400111899223197428490",
    "0012",
    "12-3",
    "1E5",
)
CARRIERS = ("UPS", "USPS", "FedEx", None)
OUTAGE = datetime(2026, 11, 18, 10, 1, tzinfo=UTC)
WEIGHTS = {"sync.unfulfilled": 14, "sync.tracking_missing": 8, "import.missing": 6, "aging.past_cutoff": 5}
TEXTS = {
    "notification_failed": "ShipStation tried to tell Shopify and failed: “The order has been archived”",
    "unknown": "Neither side says why.",
}
MATRIXIFY = "an orders export made with Matrixify, with its Fulfillment columns"
LIVE = "the live connection: `stuck sync`"
NOT_JUDGED = (
    NotJudged("sync.tracking_mismatch", "Shopify's own export has no tracking numbers", MATRIXIFY),
    NotJudged("sync.tracking_incomplete", "Shopify's own export has no tracking numbers", MATRIXIFY),
    NotJudged("aging.hold_overdue", "Shopify's exports do not tell holds", LIVE),
)
UNJUDGED = {each.kind for each in NOT_JUDGED}
FILES = (
    ReadFile(
        "/home/jane/exports/orders_export_1.csv",
        "Shopify orders export",
        3104,
        2,
        {"Name": "order", "Created at": "created", "Financial Status": "payment", "Lineitem sku": "SKU"},
        ("Dates carry their own offset.",),
    ),
    ReadFile(
        "/home/jane/exports/november.zip/shipments.csv",
        "ShipStation shipments export",
        2980,
        0,
        {"Order - Number": "order", "Date - Shipped Date": "ship date"},
        ("Its dates name no zone: read as America/Los_Angeles.", "3 tracking numbers were damaged by Excel."),
    ),
)
REJECTED = (
    RejectedRow(FILES[0].path, 17, "Created at: “31/31/2026” is no date."),
    RejectedRow(FILES[0].path, 2044, "The row has 9 cells, the header 79."),
)


def gap(code="sync.unfulfilled", order="#1001", *, days=3.0, carrier="UPS", cause=None, **changes):
    """One gap that had stood for `days` at the window's end."""
    described = kind(code)
    cause = cause or described.reasons[0].code
    since = changes.pop("since", UNTIL - timedelta(days=days))
    finding = Finding(
        kind=code,
        headline=f"{(order or 'The store')[:40]}: {described.title.lower()}",
        severity=changes.pop("severity", described.severity),
        since=since,
        cause=Cause(
            cause,
            "confirmed" if cause == "notification_failed" else "likely",
            TEXTS.get(cause, f"It looks like {cause.replace('_', ' ')}."),
        ),
        next_action=described.action_for(Cause(cause, "likely", "")),
        evidence=evidence(order, since, carrier),
        links=Links(
            "https://admin.shopify.com/store/acme/orders/1",
            "https://ship.shipstation.com/orders/all-orders-search-result?quickSearch=1001",
        ),
        folded=changes.pop("folded", ()),
    )
    whole = AuditGap(
        finding=finding,
        order=order,
        order_id=None if order is None else f"id {order}",
        store="Acme",
        ordered_at=since - timedelta(days=1),
        carrier=carrier,
        value="49.90",
        currency="USD",
    )
    return replace(whole, **changes)


def evidence(order, since, carrier):
    return (
        Evidence("shipstation", "State", f"label 80, {since:%a %d %b %Y, %H:%M} UTC", UNTIL),
        Evidence("shopify", "State", "Unfulfilled", UNTIL),
        Evidence("shipstation", "Tracking", f"{carrier or 'none'} 9400111899223197428490", UNTIL),
        Evidence("shopify", "Tracking", "none", UNTIL),
        Evidence("shipstation", "Shopify notified", f"no, for {order}", UNTIL),
    )


def audit(gaps=(), *, orders=3012, **changes):
    """An audit of these gaps, the worst first."""
    ordered = sorted(gaps, key=lambda gap: (-gap.finding.severity, gap.finding.since))
    whole = Audit(
        since=SINCE,
        until=UNTIL,
        files=FILES,
        orders=orders,
        shipments=2980,
        gaps=tuple(ordered),
        not_judged=NOT_JUDGED,
        rejected_rows=REJECTED,
        seconds=1.5,
    )
    return replace(whole, **changes)


def month(count=44, *, seed=7, names=None, **changes):
    """A month with `count` gaps: every kind if there is room, an outage on one day with one carrier, some at the edge."""
    random = Random(seed)
    codes = [each.code for each in KINDS if each.code not in UNJUDGED | FORECASTS]
    weights = [WEIGHTS.get(code, 1) for code in codes]
    drawn = (codes if count >= 60 else []) + random.choices(codes, weights, k=count)
    gaps = [_one(random, code, at, names) for at, code in enumerate(drawn[:count])]
    return audit(gaps, **changes)


def everything(**changes):
    """A month with every kind, gaps of whole stores, gaps at the edge and every hostile name."""
    stores = [
        gap(each.code, None, days=4.0, folded=tuple(f"folded {n}" for n in range(6))) for each in STORE_KINDS
    ]
    hostile = [
        gap("sync.unfulfilled", name, days=20 + at, carrier=name[:30], store=name[:50])
        for at, name in enumerate(HOSTILE)
    ]
    edges = [gap(order="#900", days=0.3, edge="last day"), gap(order="#901", days=29.9, edge="first day")]
    return audit([*month(60).gaps, *stores, *hostile, *edges], **changes)


def _one(random, code, at, names):
    order = names[at % len(names)] if names else f"#{1001 + at}"
    store = random.choice(("Acme US", "Acme US", "Acme EU"))
    if code == "sync.unfulfilled" and at % 3:
        since = OUTAGE + timedelta(minutes=random.randrange(300))
        return gap(code, order, since=since, cause="notification_failed", store=store, **_value(random))
    reason = random.choice(kind(code).reasons).code
    days = min(random.expovariate(0.15), 34.0)
    edge = None
    if at % 11 == 10:
        edge, days = random.choice((("last day", 0.6), ("first day", 29.6)))
    carrier = random.choice(CARRIERS)
    return gap(
        code, order, days=days, cause=reason, carrier=carrier, store=store, edge=edge, **_value(random)
    )


def _value(random):
    return {
        "value": f"{random.uniform(9, 400):.2f}",
        "currency": random.choice(("USD", "USD", "USD", "EUR")),
    }
