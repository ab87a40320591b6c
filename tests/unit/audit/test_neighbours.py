"""What the month's other orders show around one: counted without itself, and only what stands for something."""

from dataclasses import replace

import pytest

from bot.audit.neighbours import Neighbours
from bot.gaps.dossier import Dossier
from bot.gaps.match import dossier
from tests.unit.audit.months import FILES, ROWS, RULES, Told, exported

OPEN = {"fulfillment_status": "UNFULFILLED"}


def _label(told: Told, minutes: float, **more: object) -> dict[str, object]:
    return {
        "made_at": told.after(hours=5, minutes=minutes),
        "notified": False,
        "tracking": f"94{minutes}",
    } | more


def _of(exports, number: str) -> Dossier:
    [(order, rows, parcels)] = exports.load([number])
    return dossier(RULES, order, rows, parcels, exports.stores)


def test_labels_of_the_hour_are_counted_by_whether_shopify_was_told(tmp_path):
    usual = Told()
    told = [
        Told(OPEN, parcels=[_label(usual, 0)]),
        *(Told(parcels=[_label(usual, minutes, notified=True)]) for minutes in (-60, -59, 60)),
        Told(parcels=[_label(usual, 5), _label(usual, 6)]),
        Told(parcels=[_label(usual, 61, notified=True), _label(usual, -61)]),
        Told(parcels=[_label(usual, 1, voided=True), _label(usual, 2, return_label=True), _label(usual, 3, kind="mark")]),
        Told(parcels=[_label(usual, 4, notified=None)]),
    ]  # fmt: skip
    with exported(told, FILES, tmp_path) as exports:
        peers = Neighbours(exports.connection, RULES).of(_of(exports, "5001"))
    assert (peers.notified, peers.not_notified) == (3, 2)


@pytest.mark.parametrize("notified", [True, False])
def test_an_orders_own_labels_are_no_neighbours(tmp_path, notified):
    usual = Told()
    labels = [_label(usual, minutes, notified=notified) for minutes in (0, 10)]
    with exported([Told(OPEN, parcels=labels)], FILES, tmp_path) as exports:
        peers = Neighbours(exports.connection, RULES).of(_of(exports, "5001"))
    assert (peers.notified, peers.not_notified) == (0, 0)


def test_of_the_orders_of_half_a_day_those_with_a_live_parcel_are_counted_once(tmp_path):
    told = [
        Told(OPEN, rows=[{"status": "awaiting_shipment"}]),
        Told(rows=[{}, {}], parcels=[{"tracking": "1"}, {"tracking": "2"}], days_ago=10.49),
        Told(rows=[{}], parcels=[{"tracking": "3"}], days_ago=9.51),
        Told(rows=[{}], parcels=[{"tracking": "4"}], days_ago=9.49),
        Told(rows=[{}], parcels=[{"tracking": "5", "voided": True}]),
        Told(rows=[{}]),
    ]
    with exported(told, FILES | ROWS, tmp_path) as exports:
        peers = Neighbours(exports.connection, RULES).of(_of(exports, "5001"))
    assert peers.shipped == 2


def test_an_absent_order_is_compared_and_keeps_what_it_knew_of_imports(tmp_path):
    with exported([Told(OPEN), Told(rows=[{}], days_ago=3)], FILES | ROWS, tmp_path) as exports:
        neighbours = Neighbours(exports.connection, RULES)
        facts = _of(exports, "5001")
        assert neighbours.newest_imported == Told(days_ago=3).created_at
        assert neighbours.some_imported() == ["5002"]
        assert replace(neighbours.of(facts), shared=()) == neighbours.of(facts)
        assert neighbours.of(facts).newest_imported is None


def test_when_shopify_was_told_is_told_in_order_for_the_time_that_was_asked(tmp_path):
    usual = Told()
    told = [Told(parcels=[_label(usual, minutes, notified=minutes < 7)]) for minutes in (5, 3, 9, 1, 6)]
    with exported(told, FILES, tmp_path) as exports:
        since, until = usual.after(hours=5, minutes=3), usual.after(hours=5, minutes=5)
        found = Neighbours(exports.connection, RULES).told(since, until)
    assert found == (since, until)
