"""The JSON of the command line has the contract's shapes."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.doctor import Check
from bot.gap_json import gap_json, gaps_json, stamp
from bot.lookup import OrderView
from bot.present import checks_json, order_json, plain, reports_json
from bot.reconcile import RunReport
from storage.facts import Fulfillment, Order, Shipment, ShipStationOrder, Tracking
from storage.findings import Cause, Evidence, Finding, Links, NextAction, Severity
from storage.gap import Gap

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

FINDING = Finding(
    kind="sync.unfulfilled",
    headline="#1001: shipped, but Shopify shows nothing",
    severity=Severity.HIGH,
    since=NOW - timedelta(hours=6),
    cause=Cause("notify_failed", "confirmed", "ShipStation could not tell Shopify."),
    next_action=NextAction("resend", "Resend the notification."),
    evidence=(Evidence("shipstation", "notified", "no", NOW - timedelta(minutes=1)),),
    links=Links(shopify="https://admin.shopify.com/store/acme/orders/1"),
)
GAP = Gap("g1", "main", "order:1", "1", "#1001", FINDING, NOW - timedelta(hours=2))
ORDER = Order(
    id="1",
    name="#1001",
    created_at=NOW - timedelta(days=1),
    processed_at=NOW - timedelta(days=1),
    updated_at=NOW,
    read_at=NOW,
    financial_status="PAID",
    fulfillment_status="UNFULFILLED",
    tags=("vip",),
    fulfillments=(
        Fulfillment("5", "#1001.1", "SUCCESS", None, NOW, NOW, 1, tracking=(Tracking(number="1Z"),)),
    ),
)
ROW = ShipStationOrder(
    id=70, number="1001", key="1", status="shipped", store_id=9, created_at=NOW, modified_at=NOW, read_at=NOW
)
LABEL = Shipment(
    id=80,
    kind="label",
    order_id=70,
    order_number="1001",
    created_at=NOW,
    read_at=NOW,
    ship_date=date(2026, 11, 23),
)
VIEW = OrderView(
    "#1001", "main", "gap", "Shipped 6 hours ago.", NOW, (GAP,), ORDER, (ROW,), (LABEL,), FINDING.links
)


def test_a_gap_has_the_fields_of_the_contract():
    assert gap_json(GAP, NOW) == {
        "id": "g1",
        "store": "main",
        "kind": "sync.unfulfilled",
        "order": "#1001",
        "state": "open",
        "severity": "high",
        "headline": "#1001: shipped, but Shopify shows nothing",
        "cause": {
            "code": "notify_failed",
            "confidence": "confirmed",
            "text": "ShipStation could not tell Shopify.",
        },
        "next_action": {"code": "resend", "text": "Resend the notification."},
        "owner": None,
        "opened_at": "2026-11-23T13:00:00Z",
        "since": "2026-11-23T09:00:00Z",
        "claimed_at": None,
        "snoozed_until": None,
        "resolved_at": None,
        "resolution": None,
        "reason": None,
        "evidence": [
            {"system": "shipstation", "field": "notified", "value": "no", "read_at": "2026-11-23T14:59:00Z"}
        ],
        "links": {"shopify": "https://admin.shopify.com/store/acme/orders/1", "shipstation": None},
    }


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"owner": "U1"}, "claimed"),
        ({"snoozed_until": NOW + timedelta(hours=1)}, "snoozed"),
        ({"snoozed_until": NOW - timedelta(hours=1)}, "open"),
        ({"resolved_at": NOW, "resolution": "healed", "owner": "U1"}, "resolved"),
    ],
)
def test_the_state_is_that_of_now(changes, state):
    assert gap_json(replace(GAP, **changes), NOW)["state"] == state


def test_a_gap_of_the_whole_store_has_no_order():
    assert gap_json(replace(GAP, subject="store", order_id=None, order=None), NOW)["order"] is None


def test_the_queue_is_listed_oldest_first():
    older = replace(GAP, id="g0", opened_at=GAP.opened_at - timedelta(days=1))
    assert [gap["id"] for gap in gaps_json([GAP, older], NOW)] == ["g0", "g1"]


def test_an_order_shows_both_sides_with_the_parcels_beside_their_row():
    answer = order_json([VIEW], NOW)
    assert {key: answer[key] for key in ("order", "verdict", "why", "read_at")} == {
        "order": "#1001",
        "verdict": "gap",
        "why": "Shipped 6 hours ago.",
        "read_at": "2026-11-23T15:00:00Z",
    }
    assert [gap["id"] for gap in answer["gaps"]] == ["g1"]
    assert answer["shopify"]["fulfillments"][0]["tracking"] == [
        {"number": "1Z", "company": None, "url": None}
    ]
    (row,) = answer["shipstation"]
    assert (row["status"], row["shipments"][0]["ship_date"]) == ("shipped", "2026-11-23")


def test_a_parcel_without_its_order_is_still_shown():
    (row,) = order_json([replace(VIEW, shipstation=())], NOW)["shipstation"]
    assert (row["id"], row["number"], row["status"], len(row["shipments"])) == (70, "1001", None, 1)


def test_of_several_matches_the_one_with_a_gap_leads():
    healthy = replace(VIEW, order="1001-A", verdict="healthy", gaps=())
    answer = order_json([healthy, VIEW], NOW)
    assert answer["order"] == "#1001"
    assert [other["order"] for other in answer["others"]] == ["1001-A"]


def test_an_unknown_order_has_neither_side():
    nothing = OrderView("9999", "main", "not_found", "Neither side shows it.", NOW)
    answer = order_json([nothing], NOW)
    assert (answer["verdict"], answer["shopify"], answer["shipstation"], answer["others"]) == (
        "not_found",
        None,
        [],
        [],
    )


def test_a_run_has_the_fields_of_the_contract():
    report = RunReport(
        "main",
        complete=False,
        read={"orders": 3, "shipments": 2},
        requests={"shopify": 1, "shipstation": 4},
        opened=1,
        updated=2,
        resolved=3,
        seconds=1.23456,
        error="ShipStation did not answer.",
    )
    assert reports_json([report]) == {
        "stores": [
            {
                "store": "main",
                "complete": False,
                "read": {"orders": 3, "shipments": 2},
                "requests": {"shopify": 1, "shipstation": 4},
                "opened": 1,
                "updated": 2,
                "resolved": 3,
                "seconds": 1.235,
                "error": "ShipStation did not answer.",
            }
        ]
    }


def test_the_doctor_is_well_unless_something_is_red():
    green, grey, red = (
        Check("a", True, "fine"),
        Check("b", None, "cannot tell"),
        Check("c", False, "bad", "do"),
    )
    assert checks_json([green, grey])["ok"] is True
    assert checks_json([green, red]) == {
        "ok": False,
        "checks": [
            {"subject": "a", "ok": True, "text": "fine", "todo": ""},
            {"subject": "c", "ok": False, "text": "bad", "todo": "do"},
        ],
    }


def test_times_are_utc_to_the_second_whatever_zone_they_came_in():
    east = NOW.astimezone(timezone(timedelta(hours=9))).replace(microsecond=123456)
    assert stamp(east) == "2026-11-23T15:00:00Z"
    assert stamp(None) is None


def test_every_shape_is_json():
    json.dumps([order_json([VIEW], NOW), gaps_json([GAP], NOW), plain(LABEL)])
