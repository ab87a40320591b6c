"""Whatever the facts: judging never raises, does not depend on the order of rows, and repeats itself."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gaps.dossier import Peers
from bot.gaps.judge import judge, wants_detail
from bot.gaps.match import dossier
from bot.gaps.rules import NotifyPolicy, StoreRules
from storage.facts import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Item,
    Line,
    Order,
    OrderDetail,
    Payment,
    Quantity,
    Shipment,
    ShipStationOrder,
    ShipStationStore,
    Tracking,
)

START = datetime(2026, 10, 20, tzinfo=UTC)
times = st.integers(-40 * 24, 120 * 24).map(lambda hours: START + timedelta(hours=hours))
maybe_times = st.none() | times
days = st.none() | st.dates(date(2026, 9, 1), date(2027, 3, 1)) | st.sampled_from([date.min, date.max])
units = st.integers(-1, 4)
line_ids = st.sampled_from(["14000000000001", "14000000000002", "14000000000003"])
skus = st.sampled_from([None, "", "MUG", "tee ", "BUNDLE"])
texts = st.sampled_from([None, "", "a", "<!channel>", "x" * 900])
numbers = st.sampled_from(
    [None, "", "none", "1Z999AA10123456784", "1z 999aa10123456784", "9400111206206406260787", "1Z1, 1Z2"]
)
names = st.sampled_from(["#1001", "1001", "1001-A", "", "#", "x" * 500])
keys = st.sampled_from([None, "", "6012345678901", "6012345678901-2", "6012345678999", "uuid"])
ids = st.integers(1, 6)

lines = st.builds(Line, line_ids, skus, units, units, units, st.booleans())
covered = st.builds(Quantity, line_ids, units)
shown = st.builds(Tracking, numbers, texts, texts)
fulfillments = st.builds(
    Fulfillment,
    id=st.just("f"),
    name=names,
    status=st.sampled_from(["SUCCESS", "CANCELLED", "FAILURE", "NEW"]),
    display_status=texts,
    created_at=times,
    updated_at=times,
    quantity=units,
    tracking=st.lists(shown, max_size=2).map(tuple),
    lines=st.none() | st.lists(covered, max_size=2).map(tuple),
)
parts = st.builds(
    FulfillmentOrder,
    id=keys.map(str),
    status=st.sampled_from(["OPEN", "ON_HOLD", "SCHEDULED", "CLOSED", "INCOMPLETE", "NEW"]),
    request_status=st.sampled_from([None, "UNSUBMITTED", "ACCEPTED"]),
    method=st.sampled_from([None, "SHIPPING", "PICK_UP", "NEW"]),
    location=texts,
    created_at=times,
    updated_at=times,
    fulfill_at=maybe_times,
    fulfill_by=maybe_times,
    holds=st.lists(st.builds(Hold, st.just("OTHER"), texts), max_size=1).map(tuple),
    lines=st.lists(
        st.builds(FulfillmentOrderLine, line_ids, skus, units, units, st.booleans()), max_size=2
    ).map(tuple),
)
payments = st.builds(
    Payment, st.sampled_from(["SALE", "CAPTURE", "VOID"]), st.sampled_from(["SUCCESS", "ERROR"]), maybe_times
)
details = st.builds(
    OrderDetail,
    lines=st.lists(lines, max_size=3, unique_by=lambda line: line.id).map(tuple),
    fulfillment_orders=st.lists(parts, max_size=2).map(tuple),
    payments=st.lists(payments, max_size=2).map(tuple),
)
orders = st.builds(
    Order,
    id=st.just("6012345678901"),
    name=names,
    created_at=times,
    processed_at=times,
    updated_at=times,
    read_at=times,
    financial_status=st.sampled_from(["PAID", "PAID", "PENDING", "REFUNDED", None]),
    fulfillment_status=st.sampled_from(["FULFILLED", "UNFULFILLED", "NEW"]),
    closed_at=st.none() | times,
    cancelled_at=st.none(),
    tags=st.just(("a",)),
    quantity=units,
    fulfillments=st.lists(fulfillments, max_size=2).map(tuple),
    detail=st.none() | details,
)
items = st.lists(st.builds(Item, st.none() | line_ids | st.just("x"), skus, units), max_size=3).map(tuple)
rows = st.builds(
    ShipStationOrder,
    id=ids,
    number=names,
    key=keys,
    status=st.sampled_from(["awaiting_shipment", "shipped", "on_hold", "cancelled", "new"]),
    store_id=st.sampled_from([None, 1, 2, 9]),
    created_at=times,
    modified_at=times,
    read_at=times,
    ordered_at=maybe_times,
    ship_by=days,
    hold_until=days,
    carrier=texts,
    service=texts,
    address_check=texts,
    merged_or_split=st.booleans(),
    merged_ids=st.lists(ids, max_size=2).map(tuple),
    parent_id=st.none() | ids,
    externally_fulfilled=st.booleans(),
    items=items,
)
shipments = st.builds(
    Shipment,
    id=ids,
    kind=st.sampled_from(["label", "mark"]),
    order_id=ids,
    order_number=names,
    created_at=times,
    read_at=times,
    order_key=keys,
    store_id=st.sampled_from([None, 1, 2]),
    ship_date=days,
    tracking=numbers,
    carrier=texts,
    voided=st.booleans(),
    voided_at=maybe_times,
    return_label=st.booleans(),
    notified=st.none() | st.booleans(),
    notify_error=texts,
    items=st.none() | items,
)
stores = st.lists(
    st.builds(
        ShipStationStore,
        id=st.sampled_from([1, 2, 9]),
        name=names,
        marketplace=st.sampled_from(["Shopify", "ShipStation", None]),
        marketplace_id=st.sampled_from([None, 0, 2]),
        active=st.booleans(),
        read_at=times,
        can_confirm=st.none() | st.booleans(),
    ),
    max_size=3,
).map(lambda known: {store.id: store for store in known})
peers = st.none() | st.builds(Peers, maybe_times, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
policies = st.builds(
    NotifyPolicy,
    st.sampled_from(["immediately", "hours", "ship_date", "mail_stream"]),
    st.floats(0, 100),
    st.none() | st.times(),
)
rules = st.builds(
    StoreRules,
    name=st.just("main"),
    shop=st.just("acme.myshopify.com"),
    store_ids=st.sampled_from([frozenset(), frozenset({1})]),
    exclude_tags=st.sampled_from([frozenset(), frozenset({"b"})]),
    notify=policies,
)
facts = st.tuples(
    rules,
    orders,
    st.lists(rows, max_size=4, unique_by=lambda row: row.id),
    st.lists(shipments, max_size=4, unique_by=lambda part: (part.kind, part.id)),
    stores,
    peers,
)
many = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@many
@given(facts, times)
def test_judging_never_raises_and_its_words_fit_a_card(known, now):
    verdict = judge(dossier(*known), now)
    assert verdict.why
    assert (verdict.outcome == "gap") == bool(verdict.findings)
    assert verdict.look_again_at is None or verdict.look_again_at > now
    for found in verdict.findings:
        assert len(found.headline) <= 150
        assert len(found.cause.text) <= 400
        assert len(found.next_action.text) <= 300
        assert {piece.system for piece in found.evidence} == {"shopify", "shipstation"}
        assert found.since <= now


@many
@given(facts, times, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(known, now, random):
    store_rules, order, row_list, parcels, known_stores, others = known
    mixed_rows, mixed_parcels = row_list[:], parcels[:]
    random.shuffle(mixed_rows)
    random.shuffle(mixed_parcels)
    straight = judge(dossier(*known), now)
    assert (
        judge(dossier(store_rules, order, mixed_rows, mixed_parcels, known_stores, others), now) == straight
    )


@many
@given(facts, times)
def test_judging_twice_says_the_same(known, now):
    gathered = dossier(*known)
    assert judge(gathered, now) == judge(gathered, now)
    again = dossier(
        gathered.rules,
        gathered.order,
        [*gathered.matches, *gathered.related],
        gathered.shipments,
        gathered.stores,
        gathered.peers,
    )
    assert again.matches == gathered.matches


@many
@given(facts, times)
def test_two_sync_kinds_never_speak_of_one_order(known, now):
    kinds = [found.kind for found in judge(dossier(*known), now).findings]
    assert len(kinds) == len(set(kinds))
    assert sum(kind.startswith("sync.") for kind in kinds) <= 1


@many
@given(orders)
def test_asking_for_detail_never_raises(order):
    assert wants_detail(order) in {True, False}
