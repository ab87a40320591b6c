"""The sample: a month of exports in the layouts of the systems, the same for the same seed."""

import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from bot.audit.needs import NEEDS
from bot.audit.sample import invent, write_sample, write_shopify_csv
from tests.unit.audit.sampled import NEW_YORK, UNTIL, Files, local, rows

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,"
    "Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,"
    "Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,"
    "Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
    "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)
MATRIXIFY = (
    "ID,Name,Number,Processed At,Created At,Updated At,Cancelled At,Payment: Status,Order Fulfillment Status,Line: Type,"
    "Line: ID,Line: SKU,Line: Quantity,Fulfillment: ID,Fulfillment: Status,Fulfillment: Created At,Fulfillment: Updated At,"
    "Fulfillment: Processed At,Fulfillment: Tracking Company,Fulfillment: Location,Fulfillment: Shipment Status,"
    "Fulfillment: Tracking Number,Fulfillment: Tracking URL,Fulfillment: Send Receipt"
)
SHIPMENTS = (
    "Order - Number,Order - Status,Date - Order Date,Date - Label Create Date,Date - Shipped Date,Shipment - Tracking Number,"
    "Shipment - Carrier,Shipment - Service,Market - Store Name,Shipment - Package Count,Shipment - Void Flag,"
    "Shipment - Void Date,Return - Return Label Flag"
)
ORDERS = (
    "Order - Number,Order - Status,Date - Order Date,Date - Paid Date,Date - Shipped Date,Date - Ship By Date,"
    "Date - Hold Until,Market - Store Name,Market - Markeplace Name,Item - SKU,Item - Qty"
)
FULFILLMENTS = "Created Date,Ship Date,Status,Order #,Tracking #,Provider,Service,Marketplace Notified"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample") / "made", until=UNTIL)


@pytest.fixture(scope="module")
def files(sample):
    return Files(sample)


def test_four_files_are_written_with_the_headers_that_the_systems_use(sample, files):
    assert [path.name for path in sample.files] == [
        "shopify-orders.csv",
        "shipstation-shipments.csv",
        "shipstation-orders.csv",
        "shipstation-fulfillments.csv",
    ]
    for table, wanted in zip(files.tables, (MATRIXIFY, SHIPMENTS, ORDERS, FULFILLMENTS), strict=True):
        assert set(wanted.split(",")) - set(table[0]) == set()
        assert all(None not in row and None not in row.values() for row in table), "a row of another width"


def test_three_thousand_orders_are_named_once_and_stand_together(files):
    runs = [name for name, _ in groupby(row["Name"] for row in files.shopify)]
    assert len(runs) == len(set(runs)) == 3000
    assert len({row["ID"] for row in files.shopify}) == 3000


def test_later_rows_of_an_order_repeat_only_what_names_it(files):
    firsts = [next(rows) for _, rows in groupby(files.shopify, key=lambda row: row["Name"])]
    later = [row for row in files.shopify if not row["Created At"]]
    assert len(firsts) + len(later) == len(files.shopify)
    assert all(row["Created At"] and row["Line: Type"] == "Line Item" for row in firsts)
    assert not any(row["Payment: Status"] or row["Tags"] or row["Updated At"] for row in later)


def test_orders_span_thirty_days_and_nothing_happens_after_the_end(files):
    created = [datetime.fromisoformat(row["Created At"]) for row in files.shopify if row["Created At"]]
    assert created == sorted(created)
    assert timedelta(minutes=10) > min(created) - (UNTIL - timedelta(days=30)) >= timedelta(0)
    assert timedelta(minutes=5) > UNTIL - max(created) >= timedelta(0)
    for row in files.shopify:
        stamps = [row[column] for column in row if column.endswith(" At") and row[column]]
        assert all(datetime.fromisoformat(stamp) <= UNTIL for stamp in stamps), row["Name"]


def test_nothing_happens_in_shipstation_before_its_order_or_after_the_end(files):
    for row in files.labels:
        ordered, made = local(row["Date - Order Date"]), local(row["Date - Label Create Date"])
        assert ordered < made <= UNTIL, row["Order - Number"]
        assert not row["Shipment - Void Date"] or made < local(row["Shipment - Void Date"]) <= UNTIL
    assert all(local(row["Created Date"]) <= UNTIL for row in files.marks)


def test_people_order_by_day_and_the_warehouse_rests_at_the_weekend(files):
    by_hour = defaultdict(int)
    for row in files.shopify:
        if row["Created At"]:
            by_hour[datetime.fromisoformat(row["Created At"]).astimezone(NEW_YORK).hour] += 1
    assert by_hour[11] > 3 * by_hour[3]
    weekend = [row for row in files.labels if local(row["Date - Label Create Date"]).weekday() > 4]
    assert len(weekend) < 0.01 * len(files.labels)


def test_ordinary_life_is_there(files):
    lines = [row for row in files.shopify if row["Line: Type"] == "Line Item"]
    assert 1.2 < len(lines) / 3000 < 1.6
    assert len({row["Shipment - Carrier"] for row in files.labels}) >= 3
    assert len({row["Market - Store Name"] for row in files.labels}) == 1
    assert any("\n" in row["Tags"] for row in files.shopify)
    assert any('"' in row["Tags"] for row in files.shopify)
    statuses = {row["Payment: Status"] for row in files.shopify if row["Created At"]}
    assert statuses == {"paid", "pending", "authorized", "refunded", "partially_refunded"}
    fulfilled = {row["Order Fulfillment Status"] for row in files.shopify if row["Created At"]}
    assert fulfilled == {"fulfilled", "unfulfilled", "partial", "restocked"}


def test_nobody_is_named(sample):
    for path in sample.files:
        text = path.read_text(encoding="utf-8")
        header = text.splitlines()[0]
        assert "@" not in text
        assert not any(
            word in header for word in ("Email", "Phone", "Address", "Customer", "Recipient", "Ship To")
        )


# ------------------------------------------------------------------ the same again, and otherwise


def test_the_same_seed_writes_the_same_bytes_in_any_process(sample, tmp_path):
    code = (
        "import sys; from pathlib import Path; from datetime import datetime; from bot.audit.sample import write_sample; "
        "write_sample(Path(sys.argv[1]), until=datetime.fromisoformat(sys.argv[2]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), UNTIL.isoformat()],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert [(tmp_path / path.name).read_bytes() == path.read_bytes() for path in sample.files] == [True] * 4


def test_another_seed_invents_another_month(sample):
    month = invent(seed=8, until=UNTIL)
    assert set(month.planted) == set(sample.planted)
    assert frozenset(month.planted["sync.partial"]) != sample.planted["sync.partial"]


def test_a_month_ends_at_the_last_full_hour_where_nothing_is_said():
    before = datetime.now(UTC)
    until = invent(2000).until
    assert (until.minute, until.second, until.microsecond) == (0, 0, 0)
    assert before - timedelta(hours=1) < until <= datetime.now(UTC)


@pytest.mark.parametrize("day", range(7))
def test_every_day_of_the_week_can_be_the_last(day):
    month = invent(2000, seed=day, until=UNTIL + timedelta(days=day, hours=5 * day))
    assert set(month.planted) == set(NEEDS)
    assert len(month.planted["store.notify_outage"]) == 14


def test_too_few_orders_are_refused():
    with pytest.raises(ValueError, match=r"at least 2,000 orders, and 1,999 were asked for"):
        invent(1999)


def test_shopifys_own_layout_tells_the_same_orders_without_tracking(files, tmp_path):
    table = rows(write_shopify_csv(tmp_path / "orders_export.csv", invent(until=UNTIL)))
    assert list(table[0]) == SHOPIFY.split(",")
    assert len(table[0]) == 79
    assert {row["Name"] for row in table} == {row["Name"] for row in files.shopify}
    firsts = {row["Name"]: row for row in reversed(table) if row["Id"]}
    for head in files.shopify:
        if head["Created At"]:
            first = firsts[head["Name"]]
            assert first["Id"] == head["ID"]
            assert first["Financial Status"] == head["Payment: Status"]
            assert first["Fulfillment Status"] == head["Order Fulfillment Status"]
            assert bool(first["Fulfilled at"]) == (head["Order Fulfillment Status"] == "fulfilled")


def test_later_lines_of_shopifys_own_layout_tell_only_their_line(tmp_path):
    table = rows(write_shopify_csv(tmp_path / "orders_export.csv", invent(until=UNTIL)))
    later = [row for row in table if not row["Id"]]
    filled = {column for row in later for column, value in row.items() if value}
    assert len(later) > 500
    assert filled <= {column for column in table[0] if column.startswith("Lineitem ")} | {
        "Name",
        "Created at",
        "Vendor",
    }
    assert {row["Lineitem fulfillment status"] for row in table} == {
        "fulfilled",
        "pending",
        "restocked",
    }
