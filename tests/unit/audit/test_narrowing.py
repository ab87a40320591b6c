"""Narrowing never loses an order that judging them all would flag."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.audit import judging, narrow
from bot.audit.judging import judge_month
from bot.audit.sample import write_sample
from bot.gaps.rules import StoreRules
from bot.sources.exports import Exports, Knowledge, open_exports
from tests.unit.audit.months import FILES, MATRIXIFY, ROWS, UNTIL, Told, exported, findings
from tests.unit.audit.odd_orders import NUMBER, OTHER, odd_order
from tests.unit.audit.sampled import UNTIL as SAMPLED_UNTIL

OPEN = {"fulfillment_status": "UNFULFILLED"}


@pytest.fixture
def everything_judged(monkeypatch: pytest.MonkeyPatch):
    """Call it, and no order is left out any more."""
    return lambda: monkeypatch.setattr(judging, "suspicious", _all)


def _all(connection, *, knows: frozenset[Knowledge]) -> list[str]:
    return [key for (key,) in connection.execute("SELECT DISTINCT key FROM shopify_orders").fetchall()]


# ---------------------------------------------------------------- any month at all


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    seeds=st.lists(st.integers(0, 2**48), min_size=1, max_size=60, unique=True),
    rows_known=st.booleans(),
    matrixify=st.booleans(),
)
@example(seeds=range(200), rows_known=True, matrixify=True)
@example(seeds=range(200), rows_known=False, matrixify=False)
def test_narrowing_loses_nothing_in_any_month(tmp_path_factory, seeds, rows_known, matrixify):
    told = [odd_order(seed, rows_known=rows_known, matrixify=matrixify) for seed in seeds]
    knows = FILES | (ROWS if rows_known else frozenset()) | (MATRIXIFY if matrixify else frozenset())
    with exported(told, knows, tmp_path_factory.mktemp("spill")) as exports:
        narrowed = findings(exports)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(judging, "suspicious", _all)
            assert narrowed == findings(exports)


def test_narrowing_loses_nothing_in_the_sample(tmp_path, everything_judged):
    sample = write_sample(tmp_path / "made", until=SAMPLED_UNTIL)
    with open_exports(sample.files) as exports:
        narrowed, judged = _of(exports), len(narrow.suspicious(exports.connection, knows=exports.knows))
        everything_judged()
        assert narrowed == _of(exports)
        assert judged < len(_all(exports.connection, knows=exports.knows)) / 3


def _of(exports: Exports) -> tuple[set[tuple[str, str]], list[tuple[str, ...]]]:
    rules = StoreRules("main", "acme.myshopify.com", timezone=exports.zone)
    month = judge_month(exports, rules, since=SAMPLED_UNTIL - timedelta(days=30), until=SAMPLED_UNTIL)
    found = {(each.facts.order.id, gap.kind) for each in month.opinions for gap in each.findings}
    return found, sorted((gap.kind, *gap.folded) for gap in month.of_store)


# ---------------------------------------------------------------- every set is needed

LIVE = {"tracking": NUMBER}
SHOWN = {
    "what": "fulfilled",
    "id": 1,
    "status": "SUCCESS",
    "tracking": NUMBER,
    "company": "USPS",
    "url": "https://example.com",
}
ONLY_HERE: Sequence[tuple[str, Told, frozenset[Knowledge], str]] = (
    (
        "open or cancelled in Shopify, with a parcel",
        Told({"cancelled_at": UNTIL - timedelta(days=9.9), "fulfillment_status": "RESTOCKED"}, parcels=[LIVE]),
        FILES, "sync.shipped_after_cancel",
    ),
    ("open or cancelled in Shopify, with a parcel", Told(OPEN, [{"line_status": "pending"}], parcels=[LIVE]), FILES, "sync.unfulfilled"),
    (
        "refunded in part or whole, with a parcel on its way",
        Told({"financial_status": "REFUNDED"}, parcels=[LIVE], parts=[{"what": "refunded", "created_at": UNTIL - timedelta(days=9.9), "quantity": 1}]),
        FILES, "sync.shipped_after_cancel",
    ),
    (
        "open in Shopify and known to ShipStation",
        Told({**OPEN, "financial_status": "PENDING"}, [{"line_status": "pending"}], rows=[{"status": "shipped"}]), FILES | ROWS, "sync.unfulfilled",
    ),
    ("settled in Shopify, with a line that is not", Told({}, [{"fulfillable": 1}], parcels=[LIVE]), FILES, "sync.unfulfilled"),
    (
        "settled in Shopify by a fulfilment that failed",
        Told({}, [{"fulfillable": 0, "line_id": 1}], parts=[SHOWN | {"status": "ERROR", "line_id": 1, "quantity": 1}], parcels=[LIVE]),
        FILES, "sync.unfulfilled",
    ),
    ("open in ShipStation", Told(rows=[{"status": "awaiting_shipment"}]), FILES | ROWS, "sync.open_after_fulfillment"),
    (
        "open in ShipStation, as a parcel of it says",
        Told(parcels=[LIVE | {"voided": True, "order_status": "awaiting_shipment"}]), FILES | ROWS, "sync.open_after_fulfillment",
    ),
    (
        "two labels whose products are told",
        Told({}, [{"quantity": 2}], parcels=[LIVE | {"sku": "A", "quantity": 2}, {"tracking": OTHER, "sku": "A", "quantity": 2, "made_at": UNTIL - timedelta(days=5)}]),
        FILES, "sync.double_ship",
    ),
    (
        "two labels for a single unit",
        Told(parcels=[LIVE, {"tracking": OTHER, "made_at": UNTIL - timedelta(days=5)}]), FILES, "sync.double_ship",
    ),
    ("ready to ship, and perhaps never imported", Told(OPEN, [{"line_status": "pending"}]), FILES | ROWS, "import.missing"),
    (
        "tracking that is not complete and the same on both sides",
        Told(parts=[SHOWN | {"tracking": OTHER}], parcels=[LIVE]), FILES | MATRIXIFY, "sync.tracking_mismatch",
    ),
)  # fmt: skip
NEIGHBOUR = Told(rows=[{}], parcels=[LIVE], days_ago=2)
"""A younger order with which nothing is wrong: without it ShipStation would seem to have imported nothing."""


def _kinds(told: Sequence[Told], knows: frozenset[Knowledge], folder) -> set[str]:
    with exported([*told, NEIGHBOUR], knows, folder) as exports:
        return {gap[0] for gap in findings(exports)}


def test_there_is_an_order_for_every_set():
    assert {
        name for name, *_ in ONLY_HERE
    } == narrow.SETS.keys() | narrow.WHERE_ABSENCE_TELLS.keys() | narrow.WHERE_TRACKING_IS_KNOWN.keys()


@pytest.mark.parametrize(
    ("name", "told", "knows", "kind"), ONLY_HERE, ids=[f"{name}: {kind}" for name, _, _, kind in ONLY_HERE]
)
def test_without_any_of_the_sets_a_gap_would_be_lost(name, told, knows, kind, tmp_path, monkeypatch):
    assert kind in _kinds([told], knows, tmp_path)
    for sets in ("SETS", "WHERE_ABSENCE_TELLS", "WHERE_TRACKING_IS_KNOWN"):
        left = {each: asked for each, asked in getattr(narrow, sets).items() if each != name}
        monkeypatch.setattr(narrow, sets, left)
    assert kind not in _kinds([told], knows, tmp_path)


PLAINLY_FINE: dict[str, Told] = {
    "shipped and fulfilled": Told(rows=[{}], parcels=[LIVE]),
    "two parcels of two lines": Told({}, [{}, {"sku": "B"}], parcels=[LIVE, {"tracking": OTHER}]),
    "a label made anew": Told(parcels=[{"tracking": OTHER, "voided": True}, LIVE]),
    "come back with a return label": Told({"financial_status": "REFUNDED"}, parcels=[LIVE, {"tracking": OTHER, "return_label": True}]),
    "cancelled in both": Told({"cancelled_at": UNTIL, "fulfillment_status": "RESTOCKED"}, rows=[{"status": "cancelled"}]),
    "digital": Told({}, [{"requires_shipping": False}]),
    "not paid yet": Told({**OPEN, "financial_status": "PENDING"}),
}  # fmt: skip


@pytest.mark.parametrize("told", PLAINLY_FINE.values(), ids=PLAINLY_FINE)
def test_what_is_plainly_fine_is_not_judged(told, tmp_path):
    with exported([told], FILES | ROWS, tmp_path) as exports:
        assert narrow.suspicious(exports.connection, knows=exports.knows) == []
