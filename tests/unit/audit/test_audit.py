"""The audit on small files: what is found, what is at the edge, what is not judged, and who it concerns."""

from datetime import UTC, datetime

import pytest

from bot.audit.audit import READING, audit
from bot.audit.needs import NEEDS, NEVER, PARTLY, SETTLED_BY, judged, not_judged
from bot.errors import ExportRefused
from bot.gaps.catalog import KINDS, STORE_KINDS
from tests.unit.sources.exports.writing import LABELS, MARKS, ORDERS, SHOPIFY, label, line, shopify, write

STUCK = {"Fulfillment_Status": "unfulfilled", "Fulfilled_at": "", "Lineitem_fulfillment_status": "pending"}


@pytest.fixture
def audited(tmp_path):
    def audit_of(orders, labels, rows=None, **how):
        files = [
            write(tmp_path / "orders.csv", SHOPIFY, orders),
            write(tmp_path / "labels.csv", LABELS, labels),
        ]
        if rows is not None:
            files.append(write(tmp_path / "rows.csv", ORDERS, rows))
        return audit(files, **how)

    return audit_of


def told(found):
    return [(gap.order, gap.finding.kind) for gap in found.gaps]


def fine(*numbers):
    """Orders that both sides agree on, a day each after the other's."""
    orders = [shopify(f"#{number}", Created_at=f"2026-03-{day:02} 08:00:00 +0000") for day, number in numbers]
    labels = [
        label(
            str(number),
            **{
                "Date - Order Date": f"3/{day}/2026 3:00:00 AM",
                "Date - Label Create Date": f"3/{day}/2026 9:30:00 AM",
                "Date - Shipped Date": f"3/{day}/2026 12:00:00 AM",
                "Shipment - Tracking Number": f"94001118992231974{number}",
            },
        )
        for day, number in numbers
    ]
    return orders, labels


def test_an_order_with_a_label_that_shopify_calls_unfulfilled_is_found_with_its_parcel(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    found = audited([shopify("#1001", **STUCK), *orders], [label("1001"), *labels])
    assert told(found) == [("#1001", "sync.unfulfilled")]
    [gap] = found.gaps
    assert (gap.store, gap.carrier, gap.value, gap.currency) == ("Main", "stamps_com", "160.00", "EUR")
    assert gap.edge is None
    told_by = [one.value for one in gap.finding.evidence]
    assert "USPS 9400111899223197428490" in told_by
    assert "label, Sat 7 Mar 2026, 09:30 GMT" in told_by, "no id was in the file, and none is shown"
    assert (found.orders, found.shipments) == (3, 3)


def test_a_shipment_that_no_file_gives_an_id_is_called_by_its_number(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    [gap] = audited([shopify("#1001", **STUCK), *orders], [label("1001"), *labels]).gaps
    assert "about shipment 9400111899223197428490, so" in gap.finding.cause.text


def said(gap):
    return [(one.system, one.field, one.value) for one in gap.finding.evidence]


def test_when_shipstation_changed_an_order_is_not_made_up_from_its_export(audited):
    cancelled = shopify(
        "#1001", Cancelled_at="2026-03-06 12:00:00 +0000", Fulfillment_Status="restocked", Fulfilled_at=""
    )
    orders, labels = fine((3, 1002), (20, 1003))
    row = {"Order - Number": "1001", "Order - Status": "On Hold", "Date - Order Date": "3/6/2026 3:58:42 AM"}
    [gap] = audited([cancelled, *orders], labels, [row]).gaps
    assert (gap.finding.kind, gap.finding.cause.code) == ("import.cancel_not_propagated", "unknown")
    assert "export does not say when" in gap.finding.cause.text
    assert "Last changed" not in {field for _, field, _ in said(gap)}


def test_what_shopifys_own_export_does_not_tell_of_a_fulfilment_is_not_said(tmp_path):
    orders, labels = fine((3, 1002), (20, 1003))
    row = {
        "Order - Number": "1001",
        "Order - Status": "Awaiting Shipment",
        "Date - Order Date": "3/6/2026 3:58:42 AM",
    }
    mark = {
        "Created Date": "3/20/2026 9:30:00 AM",
        "Ship Date": "3/20/2026",
        "Order #": "1003",
        "Provider": "Marked as Shipped",
    }
    files = [
        write(tmp_path / "orders.csv", SHOPIFY, [shopify("#1001"), *orders]),
        write(tmp_path / "labels.csv", LABELS, labels),
        write(tmp_path / "rows.csv", ORDERS, [row]),
        write(tmp_path / "marks.csv", MARKS, [mark]),
    ]
    [gap] = (each for each in audit(files).gaps if each.order == "#1001")
    assert (gap.finding.kind, gap.finding.cause.code) == ("sync.open_after_fulfillment", "unknown")
    assert {
        ("shopify", "Tracking", "not said"),
        ("shopify", "Fulfilled by", "not said"),
        ("shipstation", "Since", "not said"),
    } <= set(said(gap))


def test_an_order_from_an_export_was_ordered_and_not_imported_then(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    waiting = shopify("#1001", **STUCK)
    row = {
        "Order - Number": "1001",
        "Order - Status": "Awaiting Shipment",
        "Date - Order Date": "3/6/2026 3:58:42 AM",
    }
    [gap] = (each for each in audited([waiting, *orders], labels, [row]).gaps if each.order == "#1001")
    assert gap.finding.kind == "aging.past_cutoff"
    assert gap.finding.cause.code == "unknown", "the file has no column for a service"
    assert {("shipstation", "Service", "not said"), ("shipstation", "Ship by", "not said")} <= set(said(gap))
    [since] = [value for system, field, value in said(gap) if (system, field) == ("shipstation", "Since")]
    assert since.startswith("ordered Fri 6 Mar 2026")


@pytest.mark.parametrize(
    ("chosen", "cause", "shown"),
    [(("", ""), "no_service", "none"), (("UPS", ""), "no_service", "UPS"), (("UPS", "UPS Ground"), "unknown", "UPS UPS Ground")],
)  # fmt: skip
def test_an_export_that_tells_services_tells_who_has_none(tmp_path, chosen, cause, shown):
    orders, labels = fine((3, 1002), (20, 1003))
    row = {
        "Order - Number": "1001",
        "Order - Status": "Awaiting Shipment",
        "Date - Order Date": "3/6/2026 3:58:42 AM",
    }
    row |= {"Carrier - Carrier Selected": chosen[0], "Carrier - Service Selected": chosen[1]}
    found = audit(
        [
            write(tmp_path / "orders.csv", SHOPIFY, [shopify("#1001", **STUCK), *orders]),
            write(tmp_path / "labels.csv", LABELS, labels),
            write(
                tmp_path / "rows.csv",
                (*ORDERS, "Carrier - Carrier Selected", "Carrier - Service Selected"),
                [row],
            ),
        ]
    )
    [gap] = (each for each in found.gaps if each.order == "#1001")
    assert gap.finding.cause.code == cause
    assert ("shipstation", "Service", shown) in said(gap)


def test_who_is_on_hold_is_accused_only_where_the_export_tells_until_when(tmp_path):
    orders, labels = fine((3, 1002), (20, 1003))
    row = {"Order - Number": "1001", "Order - Status": "On Hold", "Date - Order Date": "3/6/2026 3:58:42 AM"}
    silent = [column for column in ORDERS if column not in {"Date - Hold Until", "Date - Paid Date"}]

    def gaps(columns):
        found = audit(
            [
                write(tmp_path / "orders.csv", SHOPIFY, [shopify("#1001", **STUCK), *orders]),
                write(tmp_path / "labels.csv", LABELS, labels),
                write(tmp_path / "rows.csv", columns, [row]),
            ]
        )
        return [gap for gap in found.gaps if gap.order == "#1001"], excused(found)

    [held], excuses = gaps(ORDERS)
    assert (held.finding.kind, held.finding.cause.code) == ("import.wrong_status", "held_in_shipstation")
    assert ("shipstation", "Payment", "not said") in said(held)
    assert "import.wrong_status" not in excuses
    none, excuses = gaps(silent)
    assert none == []
    assert "Date - Hold Until" in excuses["import.wrong_status"].needs


def test_what_files_cannot_show_silences_nothing_that_they_show(tmp_path):
    """On hold without an end is not told, and with it the units would be lost that ShipStation does not have."""
    orders, labels = fine((3, 1002), (20, 1003))
    row = {"Order - Number": "1001", "Order - Status": "On Hold", "Date - Order Date": "3/6/2026 3:58:42 AM"}
    row |= {"Item - SKU": "A", "Item - Qty": "1"}
    two = shopify("#1001", **(STUCK | {"Lineitem_quantity": "2"}))
    found = audit(
        [
            write(tmp_path / "orders.csv", SHOPIFY, [two, *orders]),
            write(tmp_path / "labels.csv", LABELS, labels),
            write(tmp_path / "rows.csv", list(row), [row]),
        ]
    )
    assert [gap.finding.kind for gap in found.gaps if gap.order == "#1001"] == ["import.items_short"]


def test_what_is_being_done_is_told_to_the_end_and_never_goes_back(audited):
    heard = []
    orders, labels = fine((3, 1002), (20, 1003))
    audited(
        [shopify("#1001", **STUCK), *orders],
        [label("1001"), *labels],
        progress=lambda what, part: heard.append((what, part)),
    )
    doing, parts = zip(*heard, strict=True)
    assert [what.split()[0] for what in doing] == ["Reading", "Reading", "Comparing", "Judging"]
    assert list(parts) == sorted(parts)
    assert (parts[0], parts[2]) == (0.0, READING)


def test_two_shops_orders_of_one_number_count_as_two(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    assert (
        audited([*orders, shopify("#1002", Id="222", Created_at="2026-03-03 09:00:00 +0000")], labels).orders
        == 3
    )


def test_files_that_agree_give_nothing(audited):
    assert told(audited(*fine((3, 1002), (20, 1003)))) == []


def test_a_paid_order_without_a_row_is_missing_only_where_the_file_of_orders_is_there(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    absent = shopify("#1001", Created_at="2026-03-10 08:00:00 +0000", **STUCK)
    without = audited([absent, *orders], labels)
    assert told(without) == []
    [missing] = [each for each in without.not_judged if each.kind == "import.missing"]
    assert "Order - Status" in missing.needs
    rows = [
        {
            "Order - Number": number,
            "Order - Status": "shipped",
            "Date - Order Date": f"3/{day}/2026 3:00:00 AM",
        }
        for day, number in ((3, "1002"), (20, "1003"))
    ]
    assert told(audited([absent, *orders], labels, rows)) == [("#1001", "import.missing")]


def test_what_began_before_the_window_is_left_out(audited):
    orders, labels = fine((3, 1002), (28, 1003))
    assert told(audited([shopify("#1001", **STUCK), *orders], [label("1001"), *labels], days=10)) == []


def test_the_edge_is_marked_where_one_file_ends_before_the_other(audited):
    orders, labels = fine((3, 1002), (6, 1004))
    late, _ = fine((20, 1003))
    stuck = shopify("#1001", **STUCK)
    found = audited([stuck, *orders, *late], [label("1001"), *labels])
    assert [gap.edge for gap in found.gaps if gap.order == "#1001"] == ["last day"]


def test_links_lead_into_shopify_only_where_the_shop_is_named(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    files = [shopify("#1001", **STUCK), *orders], [label("1001"), *labels]
    [unnamed] = audited(*files).gaps
    assert unnamed.finding.links.shopify is None
    [named] = audited(*files, shop="acme.myshopify.com").gaps
    assert named.finding.links.shopify == "https://admin.shopify.com/store/acme/orders/70000000001001"


def test_the_store_is_the_files_only_one_where_shipstation_does_not_know_the_order(audited):
    orders, labels = fine((3, 1002), (20, 1003))
    absent = shopify("#1001", Created_at="2026-03-10 08:00:00 +0000", **STUCK)
    rows = [
        {
            "Order - Number": number, "Order - Status": "shipped", "Market - Store Name": "Main",
            "Date - Order Date": f"3/{day}/2026 3:00:00 AM",
        }
        for day, number in ((3, "1002"), (20, "1003"))
    ]  # fmt: skip
    [gap] = audited([absent, *orders], labels, rows).gaps
    assert gap.store == "Main"


def test_two_labels_of_an_order_of_several_units_are_not_judged_where_no_file_says_what_is_in_them(audited):
    orders, labels = fine((3, 1005), (20, 1006))
    again = {
        "Shipment - Tracking Number": "9400111899223197428999",
        "Date - Label Create Date": "3/7/2026 2:30:00 PM",
    }
    one, several = shopify("#1001"), [shopify("#1002"), line("#1002")]
    twice = [
        label("1001"),
        label("1001", **again),
        label("1002", **{"Shipment - Tracking Number": "1Z999AA10123456784"}),
    ]
    twice.append(label("1002", **(again | {"Shipment - Tracking Number": "1Z999AA10123456785"})))
    found = audited([one, *several, *orders], [*twice, *labels])
    assert told(found) == [("#1001", "sync.double_ship")]
    assert "only orders of one unit" in next(
        each.why for each in found.not_judged if each.kind == "sync.double_ship"
    )


def test_one_side_alone_is_refused_with_what_is_missing(tmp_path):
    orders = write(tmp_path / "orders.csv", SHOPIFY, [shopify("#1001")])
    with pytest.raises(ExportRefused) as refused:
        audit([orders])
    assert "ShipStation" in str(refused.value)


def test_times_are_in_utc_and_the_window_ends_with_the_files(audited):
    found = audited(*fine((3, 1002), (20, 1003)))
    assert found.until == datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
    assert (found.until - found.since).days == 30


# ---------------------------------------------------------------- parts of a list


def excused(found):
    return {each.kind: each for each in found.not_judged}


@pytest.fixture
def absent(tmp_path):
    """An order that ShipStation's file of orders does not have, and one with a label that Shopify has not heard of."""
    orders, labels = fine((3, 1002), (20, 1003))
    missing = shopify("#1001", Created_at="2026-03-10 08:00:00 +0000", **STUCK)
    stuck = shopify("#1004", Created_at="2026-03-06 08:00:00 +0000", **STUCK)
    rows = [
        {
            "Order - Number": number,
            "Order - Status": "shipped",
            "Date - Order Date": f"3/{day}/2026 3:00:00 AM",
        }
        for day, number in ((3, "1002"), (20, "1003"), (6, "1004"))
    ]
    return (
        write(tmp_path / "orders.csv", SHOPIFY, [missing, stuck, *orders]),
        write(tmp_path / "labels.csv", LABELS, [label("1004"), *labels]),
        write(tmp_path / "rows.csv", ORDERS, rows),
    )


def test_what_a_whole_list_lacks_is_missing(absent):
    assert told(audit(absent)) == [("#1004", "sync.unfulfilled"), ("#1001", "import.missing")]


@pytest.mark.parametrize("part", [1, 2])
def test_what_a_part_of_shipstations_list_lacks_is_not_missing_and_what_it_shows_still_counts(absent, part):
    found = audit(absent, excerpts=[absent[part]])
    assert told(found) == [("#1004", "sync.unfulfilled")]
    missing = excused(found)["import.missing"]
    assert (missing.why, missing.needs) == SETTLED_BY["whole"]


def test_a_part_of_shopifys_list_says_nothing_of_shipstations(absent):
    assert told(audit(absent, excerpts=absent[:1])) == told(audit(absent))


def test_orders_that_do_not_say_what_was_cancelled_are_not_judged_by_it(absent, tmp_path):
    silent = [column for column in SHOPIFY if column != "Cancelled at"]
    orders = write(tmp_path / "silent.csv", silent, [shopify("#1004", **STUCK), *fine((3, 1002))[0]])
    kinds = {"import.cancel_not_propagated", "sync.shipped_after_cancel"}
    assert not kinds & excused(audit(absent)).keys()
    found = excused(audit([orders, *absent[1:]]))
    assert all((found[kind].why, found[kind].needs) == SETTLED_BY["cancels"] for kind in kinds)


def test_two_parts_between_which_nothing_can_be_compared_are_refused_with_what_would_settle_it(
    absent, tmp_path
):
    silent = [column for column in SHOPIFY if column != "Cancelled at"]
    orders = write(tmp_path / "silent.csv", silent, [shopify("#1001", **STUCK)])
    with pytest.raises(ExportRefused) as refused:
        audit([orders, absent[2]], excerpts=[orders, absent[2]])
    assert refused.value.what == "These files do not say enough of both systems to compare them."
    assert "ShipStation's shipments export" in refused.value.todo


# ---------------------------------------------------------------- what files can show


def test_every_kind_there_is_is_either_looked_for_or_excused():
    codes = {kind.code for kind in (*KINDS, *STORE_KINDS)}
    assert set(NEEDS) | set(NEVER) == codes
    assert not set(NEEDS) & set(NEVER)
    assert {need for needs in NEEDS.values() for need in needs} | set(PARTLY.values()) <= set(SETTLED_BY)


def test_with_everything_known_only_what_no_export_shows_is_not_judged():
    everything = frozenset(SETTLED_BY)
    assert judged(everything) == set(NEEDS)
    assert {each.kind for each in not_judged(everything)} == set(NEVER)


@pytest.mark.parametrize("kind", sorted(NEEDS))
def test_a_kind_is_not_judged_as_soon_as_one_need_is_missing_and_says_which_file_has_it(kind):
    for need in NEEDS[kind]:
        knows = frozenset(SETTLED_BY) - {need}
        assert kind not in judged(knows)
        [excuse] = [each for each in not_judged(knows) if each.kind == kind]
        assert (excuse.why, excuse.needs) == SETTLED_BY[need]
