"""Whatever the facts: judging never raises, does not depend on the order of rows, and repeats itself.

And a healthy order stays healthy beside facts that do not concern it.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gaps.case import Case
from bot.gaps.catalog import KINDS, kind
from bot.gaps.dossier import Peers
from bot.gaps.evidence import current
from bot.gaps.judge import judge, judge_store, wants_detail
from bot.gaps.kinds.sync import SYNC
from bot.gaps.match import dossier
from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from bot.gaps.store_case import StoreFacts
from bot.gaps.traits import Trait
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
    Refund,
    Shipment,
    ShipStationOrder,
    ShipStationStore,
    Tracking,
)
from storage.findings import Finding
from tests.scenarios.library import SCENARIOS
from tests.scenarios.scene import Scene
from tests.scenarios.things import OTHER

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
    status=st.sampled_from(["SUCCESS", "SUCCESS", "CANCELLED", "FAILURE", "NEW"]),
    display_status=texts | st.just("LABEL_VOIDED"),
    created_at=times,
    updated_at=times,
    quantity=units,
    tracking=st.lists(shown, max_size=2).map(tuple),
    lines=st.none() | st.lists(covered, max_size=2).map(tuple),
)
reasons = st.sampled_from(["OTHER", "HIGH_RISK_OF_FRAUD", "INVENTORY_OUT_OF_STOCK", "NEW"])
parts = st.builds(
    FulfillmentOrder,
    id=keys.map(str),
    status=st.sampled_from(["OPEN", "ON_HOLD", "SCHEDULED", "CLOSED", "INCOMPLETE", "NEW"]),
    request_status=st.sampled_from([None, "UNSUBMITTED", "SUBMITTED", "ACCEPTED", "REJECTED", "NEW"]),
    method=st.sampled_from([None, "SHIPPING", "SHIPPING", "PICK_UP", "NEW"]),
    location=texts,
    created_at=times,
    updated_at=times,
    fulfill_at=maybe_times,
    fulfill_by=maybe_times,
    holds=st.lists(st.builds(Hold, reasons, texts, texts), max_size=2).map(tuple),
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
    refunds=st.lists(st.builds(Refund, times, units), max_size=2).map(tuple),
    edited=st.booleans(),
    shipping_method=texts,
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
    cancelled_at=st.none() | st.none() | times,
    cancel_reason=texts,
    source=texts,
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
    status=st.sampled_from(
        [
            *("awaiting_shipment", "shipped", "on_hold", "cancelled", "awaiting_payment"),
            *("pending_fulfillment", "rejected_fulfillment", "new"),
        ]
    ),
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
    paid_at=maybe_times,
    tag_ids=st.sampled_from([(), (7,)]),
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
        auto_refresh=st.none() | st.booleans(),
        refreshed_at=maybe_times,
        attempted_at=maybe_times,
        integration=texts,
    ),
    max_size=3,
).map(lambda known: {store.id: store for store in known})
shares = st.sampled_from([(), (Trait("tag", "x" * 900, 3),), (Trait("source", "pos", 3),)])
peers = st.none() | st.builds(
    Peers, maybe_times, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), shares
)
policies = st.builds(
    NotifyPolicy,
    st.sampled_from(["immediately", "hours", "ship_date", "mail_stream"]),
    st.floats(0, 100),
    st.none() | st.times(),
)
spans = st.integers(0, 200).map(lambda hours: timedelta(hours=hours))
rules = st.builds(
    StoreRules,
    name=st.just("main"),
    shop=st.just("acme.myshopify.com"),
    store_ids=st.sampled_from([frozenset(), frozenset({1})]),
    timezone=st.sampled_from(list(map(ZoneInfo, ["America/New_York", "Pacific/Auckland", "Europe/Berlin"]))),
    workdays=st.frozensets(st.integers(0, 6)),
    cutoff=st.times(),
    handling_days=st.integers(0, 3),
    opens=st.sampled_from([time(8), time(20)]),
    exclude_tags=st.sampled_from([frozenset(), frozenset({"b"})]),
    exclude_skus=st.sampled_from([frozenset(), frozenset({"mug"})]),
    locations=st.sampled_from([frozenset(), frozenset(), frozenset({"a"})]),
    review_tags=st.sampled_from([frozenset(), frozenset({7})]),
    windows=st.builds(Windows, notify=spans, import_=spans, at_risk=spans, hold=spans, provider=spans),
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
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def fits_a_card(found):
    assert len(found.headline) <= 150
    assert len(found.cause.text) <= 400
    assert len(found.next_action.text) <= 300
    assert {piece.system for piece in found.evidence} == {"shopify", "shipstation"}
    assert all(len(piece.value) <= 300 for piece in found.evidence)
    assert found.cause.code in {reason.code for reason in kind(found.kind).reasons}


@many
@given(facts, times)
def test_judging_never_raises_and_its_words_fit_a_card(known, now):
    verdict = judge(dossier(*known), now)
    assert verdict.why
    assert (verdict.outcome == "gap") == bool(verdict.findings)
    assert verdict.look_again_at is None or verdict.look_again_at > now
    for found in verdict.findings:
        fits_a_card(found)
        assert found.since <= now


@many
@given(facts, times)
def test_every_kind_can_be_asked_alone(known, now):
    gathered = dossier(*known)
    for each in KINDS:
        answer = each.find(Case(gathered, now))
        if isinstance(answer, Finding):
            fits_a_card(answer)
    assert current(gathered, now)


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
def test_at_most_one_kind_says_what_shopify_shows_of_one_orders_parcels(known, now):
    kinds = [found.kind for found in judge(dossier(*known), now).findings]
    assert len(kinds) == len(set(kinds))
    assert len(SYNC & set(kinds)) <= 1
    assert not {"aging.past_cutoff", "aging.at_risk"} <= set(kinds)
    assert not {"import.missing", "aging.past_cutoff"} <= set(kinds)


@many
@given(orders)
def test_asking_for_detail_never_raises(order):
    assert wants_detail(order) in {True, False}


# ---------------------------------------------------------------- whole stores

crowds = st.lists(st.tuples(orders, st.lists(rows, max_size=2), st.lists(shipments, max_size=3)), max_size=7)


@st.composite
def whole_stores(draw):
    """Facts of one store: several orders that look alike, as the orders of one bad hour do."""
    store_rules, known_stores, now = draw(rules), draw(stores), draw(times)
    crowd = [
        dossier(store_rules, replace(order, id=f"60123456789{at:02}"), some, parcels, known_stores)
        for at, (order, some, parcels) in enumerate(draw(crowds))
    ]
    return StoreFacts(
        rules=store_rules,
        read_at=now,
        stores=known_stores,
        newest_imported=draw(maybe_times),
        younger=tuple(crowd),
        untold=tuple(crowd),
        told=tuple(draw(st.lists(times, max_size=3))),
    )


@many
@given(whole_stores(), times, st.randoms(use_true_random=False))
def test_judging_a_store_never_raises_and_does_not_depend_on_the_order_of_its_orders(store, now, random):
    found = judge_store(store, now)
    for each in found:
        fits_a_card(each)
        assert each.folded
        assert each.folded == tuple(sorted(each.folded))
        assert each.since <= now
    mixed = list(store.younger)
    random.shuffle(mixed)
    assert judge_store(replace(store, younger=tuple(mixed), untold=tuple(mixed)), now) == found


# ---------------------------------------------------------------- what does not concern an order

QUIET = [each for each in SCENARIOS if each.expected == "healthy" and each.stage is Scene]
quiet = st.sampled_from(QUIET)


def another_orders_row(s):
    s.row(70, number="1777", key="6099999999999", items=(Item("14000000000999", "MUG", 1),))


def another_orders_label(s):
    s.row(71, number="1778", key="6099999999998", items=(Item("14000000000998", "MUG", 1),))
    s.ship(row=71, order_key="6099999999998", order_number="1778", number=OTHER, notified=False, id=971)


def a_number_that_begins_alike(s):
    s.row(72, number="10011", key=None)


def a_return_label(s):
    if s.rows:
        row = s.rows[0]
        label = {"return_label": True, "notified": False, "order_key": row.key, "id": 972}
        s.ship(row=row.id, number=OTHER, hours=90, **label)


def a_voided_label_that_shopify_never_saw(s):
    if s.shipments:
        first = min(s.shipments, key=lambda part: part.created_at)
        dead = replace(
            first,
            id=973,
            tracking="1ZDEAD",
            created_at=first.created_at - timedelta(minutes=30),
            notified=False,
        )
        s.shipments.append(replace(dead, voided=True, voided_at=first.created_at - timedelta(minutes=10)))


def a_cancelled_copy_in_the_manual_store(s):
    s.row(74, key="uuid-74", store_id=9, status="cancelled")


def a_digital_line(s):
    if s.order.detail is not None:
        s.digital("14000000000990")


def one_store_more(s):
    s.shop(55, marketplace="Etsy", marketplace_id=7)


IRRELEVANT = [
    another_orders_row,
    another_orders_label,
    a_number_that_begins_alike,
    a_return_label,
    a_voided_label_that_shopify_never_saw,
    a_cancelled_copy_in_the_manual_store,
    a_digital_line,
    one_store_more,
]


@pytest.mark.parametrize("beside", IRRELEVANT, ids=lambda each: each.__name__)
def test_every_healthy_order_stays_healthy_beside_what_does_not_concern_it(beside):
    disturbed = {}
    for scenario in QUIET:
        scene = Scene()
        scenario.build(scene)
        beside(scene)
        seen = scene.seen(scenario.hours)
        if seen.outcome != "healthy":
            disturbed[scenario.name] = seen.why
    assert disturbed == {}


@many
@given(
    quiet, st.lists(st.sampled_from(IRRELEVANT), max_size=5, unique=True), st.randoms(use_true_random=False)
)
def test_nor_does_all_of_it_together(scenario, beside, random):
    scene = Scene()
    scenario.build(scene)
    for add in beside:
        add(scene)
    random.shuffle(scene.rows)
    random.shuffle(scene.shipments)
    assert scene.seen(scenario.hours).outcome == "healthy"


@many
@given(st.sampled_from([each for each in SCENARIOS if each.stage is Scene]), st.sampled_from(IRRELEVANT))
def test_nor_does_it_hide_or_add_a_gap(scenario, beside):
    scene = Scene()
    scenario.build(scene)
    before = scene.seen(scenario.hours).kinds
    beside(scene)
    assert scene.seen(scenario.hours).kinds == before
