"""Facts out of exports: where they say less than the API, nobody is accused without proof."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.gaps.judge import judge
from bot.gaps.match import dossier
from bot.gaps.rules import StoreRules
from storage.facts import Item, Order
from tests.unit.sources.exports.writing import (
    LABELS,
    MARKS,
    ORDERS,
    SHOPIFY,
    Facts,
    everything,
    label,
    line,
    reading,
    shopify,
    write,
)

CREATED = datetime(2026, 3, 6, 8, 58, 42, tzinfo=UTC)
RULES = StoreRules("main", "acme.myshopify.com")


def _one(tmp_path: Path, *rows: Mapping[str, object]) -> Order:
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        [(order, _, _)] = everything(exports).values()
    return order


def _both(
    tmp_path: Path, order: Mapping[str, object], *labels: Mapping[str, object], more: tuple[Path, ...] = ()
) -> Facts:
    orders = write(tmp_path / "o.csv", SHOPIFY, [order])
    parcels = [write(tmp_path / "s.csv", LABELS, labels)] if labels else []
    with reading(orders, *parcels, *more) as exports:
        [facts] = everything(exports).values()
    return facts


def _kinds(facts: Facts, now: datetime) -> set[str]:
    order, rows, parcels = facts
    verdict = judge(dossier(RULES, order, rows, parcels, {}), now)
    return {finding.kind for finding in verdict.findings}


# ---------------------------------------------------------------- Shopify


def test_a_fulfilled_order_is_one_successful_fulfilment_without_tracking(tmp_path: Path):
    order = _one(tmp_path, shopify("#1001"), line("#1001"))
    [part] = order.fulfillments
    assert (part.status, part.tracking, part.quantity) == ("SUCCESS", (), 3)
    assert part.created_at == datetime(2026, 3, 7, 10, tzinfo=UTC)
    assert [(covered.line_id, covered.quantity) for covered in part.lines or ()] == [
        (f"{order.id}/1", 1),
        (f"{order.id}/2", 2),
    ]
    assert order.detail is not None
    assert [part.unfulfilled for part in order.detail.lines] == [0, 0]
    assert [part.status for part in order.detail.fulfillment_orders] == ["CLOSED"]


UNFULFILLED = {
    "Fulfillment_Status": "unfulfilled",
    "Fulfilled_at": "",
    "Lineitem_fulfillment_status": "pending",
}


def test_an_unfulfilled_order_is_open_with_all_its_units(tmp_path: Path):
    order = _one(
        tmp_path, shopify("#1001", **UNFULFILLED), line("#1001", Lineitem_fulfillment_status="pending")
    )
    assert order.fulfillments == ()
    assert order.detail is not None
    [part] = order.detail.fulfillment_orders
    assert (part.status, part.method) == ("OPEN", None)
    assert [each.remaining for each in part.lines] == [1, 2]
    assert order.detail.payments[0].processed_at == datetime(2026, 3, 6, 8, 58, 45, tzinfo=UTC)


PARTLY = {
    "pending": ("pending", 3, "", 3),
    "fulfilled": ("fulfilled", 3, "", 0),
    "restocked": ("restocked", 3, "", 0),
    "not eligible": ("not_eligible", 3, "", 0),
    "partial": ("partial", 3, "", 1),
    "partial of one": ("partial", 1, "", 0),
    "partial with a refund": ("partial", 3, "5.00", 0),
    "a new word": ("sideways", 3, "", 0),
}


@pytest.mark.parametrize(("status", "quantity", "refunded", "left"), PARTLY.values(), ids=PARTLY)
def test_units_count_as_open_only_where_the_line_proves_it(
    tmp_path: Path, status: str, quantity: int, refunded: str, left: int
):
    row = shopify(
        "#1001", Fulfillment_Status="partial", Fulfilled_at="", Lineitem_fulfillment_status=status,
        Lineitem_quantity=quantity, Refunded_Amount=refunded,
    )  # fmt: skip
    order = _one(tmp_path, row)
    assert order.fulfillment_status == "PARTIALLY_FULFILLED"
    assert order.detail is not None
    assert [part.unfulfilled for part in order.detail.lines] == [left]
    assert sum(part.quantity for part in order.fulfillments) == quantity - left


def test_what_a_fulfilled_order_leaves_open_was_refunded(tmp_path: Path):
    order = _one(
        tmp_path,
        shopify("#1001", Financial_Status="partially_refunded", Refunded_Amount="18.00"),
        line("#1001", Lineitem_fulfillment_status="pending"),
    )
    assert order.detail is not None
    assert [part.unfulfilled for part in order.detail.lines] == [0, 0]


def test_while_an_order_is_partly_fulfilled_its_fulfilment_is_no_later_than_the_export(tmp_path: Path):
    rows = [
        shopify("#1001", Fulfillment_Status="partial", Fulfilled_at=""),
        shopify("#1002", Created_at="2026-03-20 08:00:00 +0000"),
    ]
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        order = everything(exports)["#1001"][0]
        assert exports.spans["shopify"] == (CREATED, datetime(2026, 3, 20, 8, tzinfo=UTC))
    assert order.fulfillments[0].created_at == order.read_at == datetime(2026, 3, 20, 8, tzinfo=UTC)


def test_a_restocked_order_has_nothing_left_and_was_told_nothing(tmp_path: Path):
    order = _one(
        tmp_path, shopify("#1001", Fulfillment_Status="restocked", Lineitem_fulfillment_status="restocked")
    )
    assert (order.quantity, order.fulfillments) == (0, ())


def test_an_order_without_a_shipping_address_is_not_shipped_by_parcel(tmp_path: Path):
    order = _one(tmp_path, shopify("#1001", Shipping_Country="", **UNFULFILLED))
    assert order.detail is not None
    assert order.detail.fulfillment_orders[0].method == "NONE"


def test_an_export_without_lines_is_a_list_entry(tmp_path: Path):
    columns = [name for name in SHOPIFY if not name.startswith("Lineitem")]
    rows = [shopify("#1001"), shopify("#1002", **UNFULFILLED)]
    with reading(write(tmp_path / "o.csv", columns, rows)) as exports:
        found = everything(exports)
    for name, told in (("#1001", 1), ("#1002", 0)):
        order = found[name][0]
        assert (order.detail, order.quantity, sum(part.quantity for part in order.fulfillments)) == (
            None,
            1,
            told,
        )


@pytest.mark.parametrize(
    ("written", "meant"),
    [("160.00", "160.00"), ("1,299.00", "1299.00"), ("1.299,00", "1299.00"), ("160,5", "160.5"), ("1,299", "1299"), ("", None)],
)  # fmt: skip
def test_amounts_in_both_notations(tmp_path: Path, written: str, meant: str | None):
    assert _one(tmp_path, shopify("#1001", Total=written)).total == meant


def test_tags_source_and_method_are_told(tmp_path: Path):
    order = _one(
        tmp_path, shopify("#1001", Tags="vip, 'wholesale ,", Source="pos", Shipping_Method="Standard")
    )
    assert (order.tags, order.source) == (("vip", "wholesale"), "pos")
    assert order.detail is not None
    assert order.detail.shipping_method == "Standard"


# ---------------------------------------------------------------- ShipStation


def test_an_order_that_only_parcels_tell_of_is_shipped(tmp_path: Path):
    _, [row], [parcel] = _both(tmp_path, shopify("#1001"), label("1001", **{"Order - Status": ""}))
    assert (row.status, row.number, row.key) == ("shipped", "1001", None)
    assert row.ordered_at == datetime(2026, 3, 6, 3, 58, 42, tzinfo=UTC)
    assert (parcel.order_id, parcel.store_id) == (row.id, row.store_id)
    assert parcel.created_at == datetime(2026, 3, 7, 9, 30, tzinfo=UTC)
    assert (parcel.kind, parcel.carrier, parcel.live) == ("label", "stamps_com", True)


def test_what_a_parcel_holds_is_known_where_the_order_has_a_single_unit(tmp_path: Path):
    _, _, [parcel] = _both(tmp_path, shopify("#1001"), label("1001"))
    assert parcel.items == (Item(None, "001-005", 1),)
    _, _, [parcel] = _both(tmp_path, shopify("#1001", Lineitem_quantity="2"), label("1001"))
    assert parcel.items is None


def test_an_order_of_which_all_labels_are_void_is_in_no_known_state(tmp_path: Path):
    void = {
        "Order - Status": "",
        "Shipment - Void Flag": "true",
        "Shipment - Void Date": "3/8/2026 1:00:00 PM",
    }
    _, [row], [parcel] = _both(tmp_path, shopify("#1001"), label("1001", **void))
    assert row.status == "unknown"
    assert (parcel.voided, parcel.voided_at) == (True, datetime(2026, 3, 8, 13, tzinfo=UTC))


def test_a_parcel_belongs_to_the_shipped_part_of_its_own_store(tmp_path: Path):
    report = [
        {"Order - Number": "1001", "Order - Status": status, "Market - Store Name": store, "Item - SKU": "A", "Item - Qty": "1", "Date - Order Date": "3/6/2026 3:58:42 AM"}
        for status, store in (("Awaiting Shipment", "Main"), ("Shipped", "Main"), ("Shipped", "Other"))
    ]  # fmt: skip
    path = write(tmp_path / "r.csv", ORDERS, report)
    _, rows, [parcel] = _both(tmp_path, shopify("#1001"), label("1001"), more=(path,))
    [owner] = [row for row in rows if row.id == parcel.order_id]
    assert (owner.status, len(rows)) == ("shipped", 3)
    with reading(path) as exports:
        assert exports.stores[owner.store_id or 0].name == "Main"
        assert {store.name for store in exports.stores.values()} == {"Main", "Other"}


def test_a_parcel_of_a_store_without_such_an_order_has_an_order_of_its_own(tmp_path: Path):
    report = [
        {
            "Order - Number": "1001",
            "Order - Status": "Awaiting Shipment",
            "Market - Store Name": "Other",
            "Date - Order Date": "3/6/2026 3:58:42 AM",
        }
    ]
    _, rows, [parcel] = _both(
        tmp_path, shopify("#1001"), label("1001"), more=(write(tmp_path / "r.csv", ORDERS, report),)
    )
    assert sorted(row.status for row in rows) == ["awaiting_shipment", "shipped"]
    assert parcel.order_id == next(row.id for row in rows if row.status == "shipped")


def test_a_pending_fulfilment_is_no_parcel_and_a_cancelled_one_is_void(tmp_path: Path):
    marks = [
        {"Order #": "1001", "Tracking #": number, "Ship Date": "3/7/2026", "Status": status, "Provider": "Marked as Shipped", "Created Date": "3/7/2026 8:00 AM"}
        for number, status in (("1", "Pending"), ("2", "Cancelled"), ("3", "Complete"))
    ]  # fmt: skip
    _, _, parcels = _both(tmp_path, shopify("#1001"), more=(write(tmp_path / "m.csv", MARKS, marks),))
    assert sorted((parcel.tracking, parcel.voided, parcel.kind) for parcel in parcels) == [
        ("2", True, "mark"),
        ("3", False, "mark"),
    ]


GRID = ("Order #", "Tracking #", "Ship Date")


def test_an_order_date_that_nobody_tells_disagrees_with_nothing(tmp_path: Path):
    grid = write(
        tmp_path / "g.csv", GRID, [{"Order #": "1001", "Tracking #": "9400", "Ship Date": "3/26/2026"}]
    )
    facts = _both(tmp_path, shopify("#1001", **UNFULFILLED), more=(grid,))
    assert facts[1][0].ordered_at == CREATED
    assert _kinds(facts, CREATED + timedelta(days=30)) == {"sync.unfulfilled"}


def test_a_parcel_from_before_the_order_is_another_orders(tmp_path: Path):
    grid = write(
        tmp_path / "g.csv", GRID, [{"Order #": "1001", "Tracking #": "9400", "Ship Date": "2/26/2026"}]
    )
    facts = _both(tmp_path, shopify("#1001", **UNFULFILLED), more=(grid,))
    assert facts[1][0].ordered_at is None
    assert "sync.unfulfilled" not in _kinds(facts, CREATED + timedelta(days=30))


def test_a_parcel_with_only_a_ship_date_was_made_at_its_midnight_at_the_earliest(tmp_path: Path):
    grid = write(
        tmp_path / "g.csv", GRID, [{"Order #": "1001", "Tracking #": "9400", "Ship Date": "3/7/2026"}]
    )
    _, _, [parcel] = _both(tmp_path, shopify("#1001", Created_at="2026-03-06 08:58:42 -0500"), more=(grid,))
    assert parcel.created_at == datetime(2026, 3, 7, 5, tzinfo=UTC)


# ---------------------------------------------------------------- judging them


def test_an_order_that_both_sides_show_as_shipped_is_no_gap(tmp_path: Path):
    facts = _both(tmp_path, shopify("#1001"), label("1001"))
    assert _kinds(facts, CREATED + timedelta(days=30)) <= {"sync.tracking_missing"}


def test_a_shipped_order_that_shopify_shows_as_unfulfilled_is_one(tmp_path: Path):
    facts = _both(tmp_path, shopify("#1001", **UNFULFILLED), label("1001"))
    assert _kinds(facts, CREATED + timedelta(days=30)) == {"sync.unfulfilled"}


def test_a_paid_order_that_shipstation_never_had_is_one(tmp_path: Path):
    facts = _both(tmp_path, shopify("#1001", **UNFULFILLED), label("9"))
    assert _kinds(facts, CREATED + timedelta(days=30)) == {"import.missing"}


def test_a_label_made_after_the_cancellation_is_one(tmp_path: Path):
    cancelled = shopify("#1001", Cancelled_at="2026-03-06 20:00:00 +0000", **UNFULFILLED)
    assert "sync.shipped_after_cancel" in _kinds(
        _both(tmp_path, cancelled, label("1001")), CREATED + timedelta(days=30)
    )


def test_ids_that_no_file_names_are_the_same_each_time_and_negative(tmp_path: Path):
    once = _both(tmp_path, shopify("#1001"), label("1001"))
    again = _both(tmp_path, shopify("#1001"), label("1001"))
    assert once == again
    assert once[1][0].id < 0 > once[2][0].id
    assert len(str(-once[2][0].id)) <= 15


def test_moments_are_in_utc_wherever_they_are_read(tmp_path: Path):
    files = [
        write(tmp_path / "o.csv", SHOPIFY, [shopify("#1001")]),
        write(tmp_path / "l.csv", LABELS, [label("1001")]),
    ]
    told = subprocess.run(
        [sys.executable, "-c", _OFFSETS, *map(str, files)],
        env={**os.environ, "TZ": "Pacific/Auckland"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split() == ["0:00:00"] * 2


_OFFSETS = """
import sys
from pathlib import Path
from bot.sources.exports import open_exports
with open_exports([Path(each) for each in sys.argv[1:]]) as exports:
    [(order, _, [parcel])] = exports.load(["1001"])
print(order.created_at.utcoffset(), parcel.created_at.utcoffset())
"""


def test_facts_of_thousands_of_orders_come_one_by_one_whatever_their_number(tmp_path: Path):
    rows = [shopify(f"#{number}") for number in range(1, 4501)]
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        wanted = [str(number) for number in range(1, 4501)] + ["nobody's", "1"]
        assert len({order.name for order, _, _ in exports.load(wanted)}) == 4500
        assert list(exports.load([])) == []
