"""Every real payload of ShipStation V1 that we have is read without a loss."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sources import shipstation_parse

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def payload(reference: Path):
    def read(name: str) -> Any:
        return json.loads((reference / "shipstation" / name).read_text("utf-8"))

    return read


def test_real_orders_are_read(payload):
    orders = [shipstation_parse.order(row, NOW) for row in payload("v1-get-orders.real.json")["orders"]]
    assert orders[0].store_id == 12345
    assert orders[1].status == "shipped"
    assert orders[1].address_check == "Address not yet validated"
    assert orders[1].created_at == datetime(2015, 6, 30, 22, 20, 26, 723000, tzinfo=UTC)


def test_a_real_single_order_is_read(payload):
    order = shipstation_parse.order(payload("v1-get-order.real.json"), NOW)
    assert (order.store_id, order.warehouse_id, order.carrier) == (12345, 12345, "stamps_com")
    assert (order.merged_or_split, order.merged_ids, order.parent_id) == (False, (), None)


@pytest.mark.parametrize("name", ["v1-get-shipments.real.json", "v1-get-shipments-3.real.json"])
def test_real_labels_are_read(payload, name):
    labels = [shipstation_parse.label(row, NOW) for row in payload(name)["shipments"]]
    assert all(label.tracking and label.ship_date and label.store_id for label in labels)
    assert all(label.items is None for label in labels)


def test_a_real_label_says_when_it_was_made(payload):
    label = shipstation_parse.label(payload("v1-get-shipments.real.json")["shipments"][0], NOW)
    assert label.created_at == datetime(2024, 9, 17, 17, 51, 14, 503000, tzinfo=UTC)
    assert (label.ship_date, label.notified, label.notify_error) == (date(2024, 9, 17), False, None)


def test_real_marks_are_read_with_shopifys_refusal(payload):
    rows = payload("v1-get-fulfillments.real.json")["fulfillments"]
    first, second = (shipstation_parse.mark(row, NOW) for row in rows)
    assert (first.carrier, first.ship_date, first.notify_error) == ("UPS", date(2020, 6, 19), None)
    assert (second.tracking, second.carrier) == (None, None)
    assert (second.notify_error or "").endswith("responded with StatusCode UnprocessableEntity")


@pytest.mark.parametrize("name", ["v1-get-stores.real.json", "v1-get-stores.docs.json"])
def test_real_stores_are_read(payload, name):
    stores = [shipstation_parse.store(row, NOW) for row in payload(name)]
    assert all(store.name and store.active and store.refreshed_at for store in stores)


def test_the_documented_store_with_two_zones_was_refreshed_when_it_was_attempted(payload):
    store = shipstation_parse.store(payload("v1-get-stores.docs.json")[1], NOW)
    assert store.refreshed_at == store.attempted_at == datetime(2014, 11, 26, 22, 28, 14, 70000, tzinfo=UTC)


def test_stores_say_which_shop_they_are_connected_to_or_leave_it_empty(payload):
    told = [shipstation_parse.store(row, NOW).integration for row in payload("v1-get-stores.docs.json")]
    left_empty = [shipstation_parse.store(row, NOW).integration for row in payload("v1-get-stores.real.json")]
    assert told == [None, "http://shipstation.wpengine.com/"]
    assert set(left_empty) == {None}


def test_real_marketplaces_say_what_can_be_confirmed(payload):
    told = dict(shipstation_parse.confirms(row) for row in payload("v1-get-marketplaces.real.json"))
    assert told == {23: True, 115: True}


def test_nothing_about_a_person_is_kept(payload):
    facts = [shipstation_parse.order(row, NOW) for row in payload("v1-get-orders.real.json")["orders"]]
    facts += [
        shipstation_parse.label(row, NOW) for row in payload("v1-get-shipments-3.real.json")["shipments"]
    ]
    facts += [
        shipstation_parse.mark(row, NOW) for row in payload("v1-get-fulfillments.real.json")["fulfillments"]
    ]
    kept = repr(facts)
    assert [
        word for word in ("buyer@", "Buyer", "Lost Way", "123 First", "99999", "CUT OFF") if word in kept
    ] == []
