"""One text for ShipStation's support: ids, errors word for word, times with their zone, and nobody's name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.gaps.support import Packet
from storage.facts import Shipment, ShipStationOrder
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Event, Gap

AT = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
"""01:30 in New York, for the first of two times: the clocks go back in half an hour."""
NEW_YORK = ZoneInfo("America/New_York")
FINDING = Finding(
    kind="sync.unfulfilled",
    headline="#1234: shipped in ShipStation, but Shopify still shows it as unfulfilled",
    severity=Severity.HIGH,
    since=AT,
    cause=Cause("notification_failed", "confirmed", "ShipStation recorded an error."),
    next_action=NextAction("send", "Send it."),
    evidence=(Evidence("shopify", "State", "Unfulfilled", AT),),
)
GAP = Gap("g1", "main", "order:6001", "6001", "#1234", FINDING, AT, owner="U0ANN", resolved_by="U0BEN")
ROW = ShipStationOrder(77, "1234", "6001", "shipped", 12, AT, AT, AT)
PARCEL = Shipment(
    11,
    "label",
    77,
    "1234",
    AT,
    AT,
    tracking="1Z9",
    carrier="ups",
    notified=False,
    notify_error="HTTP 500: <x>",
)


def event(code, by=None, **facts):
    return Event(1, "g1", AT + timedelta(hours=1), by, code, facts)


def packet(**changes) -> str:
    usual = Packet(GAP, [event("opened")], [ROW], [PARCEL], "acme.myshopify.com", NEW_YORK)
    return replace(usual, **changes).text()


def test_it_has_the_ids_and_states_of_both_sides():
    lines = packet().splitlines()
    assert lines[:3] == [
        "Order #1234: Shipped, but unfulfilled in Shopify",
        "Shop: acme.myshopify.com",
        "Shopify order id: 6001",
    ]
    assert any(
        line.startswith("ShipStation order id 77: number 1234, status shipped, store id 12") for line in lines
    )
    assert any(line.startswith("Shipment id 11: order id 77") and "tracking 1Z9" in line for line in lines)
    at = lines.index("Shopify says, read 2026-11-01 01:30 UTC-04:00:")
    assert lines[at + 1] == "  State: Unfulfilled"


def test_the_error_is_quoted_word_for_word():
    assert "  Error, word for word: HTTP 500: <x>" in packet()


def test_times_say_which_of_two_hours_is_meant_when_the_clocks_go_back():
    text = packet(events=[event("opened")])
    assert "Since: 2026-11-01 01:30 UTC-04:00" in text
    assert "2026-11-01 01:30 UTC-05:00: found by comparing" in text


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (event("unverified", "U0ANN"), "both systems were read again and still disagreed"),
        (event("resolved", "U0ANN"), "both systems were read again and agreed"),
        (event("noted", "U0ANN", text="Reconnected."), "note: Reconnected."),
        (event("worse", None, to="high"), "changed to: high"),
        (event("reopened"), "back again"),
    ],
)
def test_what_was_tried_is_told_and_nobody_is_named(turn, said):
    text = packet(events=[turn])
    assert said in text.partition("What was tried:")[2]
    assert "U0A" not in text
    assert "U0B" not in text


@pytest.mark.parametrize("code", ["claimed", "assigned", "snoozed", "reminded", "escalated", "released"])
def test_what_only_concerns_the_team_is_left_out(code):
    assert "What was tried" not in packet(events=[event(code, "U0ANN", to="U0BEN")])


def test_a_long_story_is_cut_to_the_newest_turns_and_the_first_rows():
    text = packet(
        rows=[replace(ROW, id=number) for number in range(100, 120)],
        events=[event("noted", text=f"note {number}") for number in range(40)],
    )
    assert "ShipStation order id 105:" in text
    assert "ShipStation order id 106:" not in text
    assert "and 14 more ShipStation orders" in text
    assert "note: note 39" in text
    assert "note: note 29" not in text


def test_a_gap_of_the_whole_store_names_its_orders():
    finding = replace(
        FINDING, kind="store.notify_outage", headline="Told of nothing", folded=("6001", "6002")
    )
    gap = replace(GAP, order=None, order_id=None, subject="store", finding=finding)
    lines = packet(gap=gap, rows=[], parcels=[]).splitlines()
    assert lines[0] == "Told of nothing"
    assert "Shopify order ids (2): 6001, 6002" in lines
