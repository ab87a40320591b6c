"""The sample's gaps and look-alikes are in its files as their kinds say."""

from datetime import datetime, timedelta

import pytest

from bot.audit.needs import NEEDS
from bot.audit.sample import write_sample
from tests.unit.audit.sampled import UNTIL, Files, local, voided


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample") / "made", until=UNTIL)


@pytest.fixture(scope="module")
def files(sample):
    return Files(sample)


def test_every_kind_that_exports_can_show_is_planted_several_times(sample):
    assert set(sample.planted) == set(NEEDS)
    counts = {kind: len(orders) for kind, orders in sample.planted.items()}
    assert all(2 <= count <= 14 for count in counts.values()), counts
    assert sum(counts.values()) == len(frozenset().union(*sample.planted.values())), (
        "an order shows two kinds"
    )


def test_what_is_planted_and_what_only_looks_like_it_exist_and_are_never_the_same(sample, files):
    names = {row["Name"] for row in files.shopify}
    planted = frozenset().union(*sample.planted.values())
    spared = frozenset().union(*sample.look_alikes.values())
    in_shipstation = {f"#{row['Order - Number']}" for row in files.labels}
    assert planted <= names
    assert spared <= names | in_shipstation
    assert not planted & spared
    assert len(sample.look_alikes) >= 15
    assert all(sample.look_alikes.values())


def test_missing_orders_are_paid_and_in_no_file_of_shipstation(sample, files):
    absent = sample.planted["import.missing"] | sample.planted["store.import_stalled"]
    for name in absent:
        assert files.head(name)["Payment: Status"] == "paid"
        assert files.head(name)["Order Fulfillment Status"] == "unfulfilled"
        assert not files.rows_of(name) + files.labels_of(name) + files.marks_of(name)


def test_the_stall_takes_in_all_orders_of_the_last_hours_and_no_others(sample, files):
    imported = {f"#{row['Order - Number']}" for row in files.orders}
    names = list(dict.fromkeys(row["Name"] for row in files.shopify))
    last = max(place for place, name in enumerate(names) if name in imported)
    assert frozenset(names[last + 1 :]) == sample.planted["store.import_stalled"]
    first = datetime.fromisoformat(files.head(names[last + 1])["Created At"])
    assert UNTIL - first >= timedelta(hours=6)


def test_the_outage_is_one_hour_in_which_no_label_was_told(sample, files):
    out = sample.planted["store.notify_outage"]
    made = sorted(local(row["Date - Label Create Date"]) for name in out for row in files.labels_of(name))
    assert made[-1] - made[0] <= timedelta(hours=1)
    of_that_hour = [
        row for row in files.labels if made[0] <= local(row["Date - Label Create Date"]) <= made[-1]
    ]
    assert {row["Marketplace Notified"] for row in of_that_hour} == {"No"}
    assert {f"#{row['Order - Number']}" for row in of_that_hour} == out
    assert not any(files.shown(name) for name in out)


def test_whoever_was_labelled_on_the_day_of_the_outage_shows_nothing_else(sample, files):
    out = sample.planted["store.notify_outage"]
    firsts = {}
    for row in files.labels:
        firsts.setdefault(f"#{row['Order - Number']}", local(row["Date - Label Create Date"]).date())
    [day] = {firsts[name] for name in out}
    others = {name for name, first in firsts.items() if first == day} - out
    odd = frozenset().union(*sample.planted.values(), *sample.look_alikes.values())
    assert others
    assert not others & odd


def test_the_token_expired_on_one_day_and_took_consecutive_orders(sample, files):
    names = list(dict.fromkeys(row["Name"] for row in files.shopify))
    places = sorted(names.index(name) for name in sample.planted["import.missing"])
    assert any(places[at + 5] - places[at] == 5 for at in range(len(places) - 5))


def test_a_product_is_only_in_orders_that_were_never_imported(sample, files):
    with_it = {row["Name"] for row in files.shopify if row["Line: SKU"] == "SAMPLER-5"}
    assert len(with_it) >= 3
    assert with_it <= sample.planted["import.missing"]


@pytest.mark.parametrize("kind", ["sync.unfulfilled", "sync.partial"])
def test_parcels_that_shopify_does_not_show_have_a_live_number(kind, sample, files):
    for name in sample.planted[kind]:
        live = [row["Shipment - Tracking Number"] for row in files.labels_of(name)]
        live += [row["Tracking #"] for row in files.marks_of(name)]
        assert set(live) - files.shown(name)
        partly = kind == "sync.partial"
        assert files.head(name)["Order Fulfillment Status"] == ("partial" if partly else "unfulfilled")


def test_trackings_differ_as_their_kinds_say(sample, files):
    for name in sample.planted["sync.tracking_missing"] | sample.planted["sync.no_tracking_anywhere"]:
        assert files.shown(name) == {""}
    for name in sample.planted["sync.tracking_missing"]:
        assert all(row["Shipment - Tracking Number"] for row in files.labels_of(name))
    for name in sample.planted["sync.tracking_mismatch"]:
        live = {row["Shipment - Tracking Number"] for row in files.labels_of(name) if not voided(row)}
        assert live
        assert files.shown(name)
        assert not live & files.shown(name)
    for name in sample.planted["sync.tracking_incomplete"]:
        line = files.shopify_of(name, "Fulfillment Line")[0]
        assert line["Fulfillment: Tracking Number"]
        assert line["Fulfillment: Tracking Company"] in {"", "Other"}
        assert not line["Fulfillment: Tracking URL"]


def test_ghosts_have_only_voided_labels_and_wait_again(sample, files):
    for name in sample.planted["sync.ghost_fulfillment"]:
        assert all(voided(row) for row in files.labels_of(name))
        assert files.shown(name) == {row["Shipment - Tracking Number"] for row in files.labels_of(name)}
        assert {row["Order - Status"] for row in files.rows_of(name)} == {"Awaiting Shipment"}


def test_orders_left_behind_wait_without_a_label(sample, files):
    for name in sample.planted["aging.past_cutoff"] | sample.planted["sync.open_after_fulfillment"]:
        assert not files.labels_of(name) + files.marks_of(name)
        assert {row["Order - Status"] for row in files.rows_of(name)} == {"Awaiting Shipment"}
    assert all(files.shown(name) for name in sample.planted["sync.open_after_fulfillment"])
    assert not any(files.shown(name) for name in sample.planted["aging.past_cutoff"])


def test_called_off_orders_are_open_or_were_labelled_later(sample, files):
    for name in sample.planted["import.cancel_not_propagated"]:
        head = files.head(name)
        assert head["Cancelled At"] or head["Price: Total Refund"] == head["Price: Total"]
        assert {row["Order - Status"] for row in files.rows_of(name)} <= {"Awaiting Shipment", "On Hold"}
    for name in sample.planted["sync.shipped_after_cancel"]:
        cancelled = datetime.fromisoformat(files.head(name)["Cancelled At"])
        assert all(local(row["Date - Label Create Date"]) > cancelled for row in files.labels_of(name))
        assert files.labels_of(name)


def test_units_are_short_and_parked_orders_parked(sample, files):
    for name in sample.planted["import.items_short"]:
        there = sum(int(row["Item - Qty"]) for row in files.rows_of(name))
        assert there < sum(int(row["Line: Quantity"]) for row in files.shopify_of(name))
        assert files.rows_of(name)
    statuses = {
        row["Order - Status"] for name in sample.planted["import.wrong_status"] for row in files.rows_of(name)
    }
    assert statuses == {"On Hold", "Cancelled", "Awaiting Payment"}
    for name in sample.planted["aging.remainder"]:
        assert files.head(name)["Order Fulfillment Status"] == "partial"
        assert files.shown(name) == {row["Shipment - Tracking Number"] for row in files.labels_of(name)}
    for name in sample.planted["sync.double_ship"]:
        assert sum(int(row["Line: Quantity"]) for row in files.shopify_of(name)) == 1
        assert len([row for row in files.labels_of(name) if not voided(row)]) == 2


def test_a_label_made_anew_with_its_number_in_shopify_is_only_a_look_alike(sample, files):
    for name in sample.look_alikes["relabelled"]:
        old, new = sorted(files.labels_of(name), key=voided, reverse=True)
        assert (voided(old), voided(new)) == (True, False)
        assert files.shown(name) == {new["Shipment - Tracking Number"]}
