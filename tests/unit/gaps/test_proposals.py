"""Which settings are proposed against noise, and that their counts are what judging by them would have done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gaps import catalog
from bot.gaps.eligibility import barred, for_shipping
from bot.gaps.noise import is_noise
from bot.gaps.proposals import (
    EXCLUSIONS,
    MOST,
    PER_HIDDEN,
    ROUND,
    WINDOWS,
    effect,
    propose,
    told_by,
    window_of,
)
from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from storage import codec
from storage.facts import Line, Order, OrderDetail
from storage.noise import read_marks
from storage.past import Marks, PastGap

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
RULES = StoreRules("main", "acme.myshopify.com")
PARTIAL = "sync.partial"
"""A kind that no window decides."""


def gap(number, how="not_a_gap", *, tags=(), after=HOUR, touched=None, kind="import.missing", **marks):
    """A gap that ended after some time; `how` None: it is open."""
    return PastGap(
        f"g{number}",
        kind,
        f"#{number}",
        NOON,
        NOON + after if how else None,
        how,
        touched=how == "not_a_gap" if touched is None else touched,
        marks=Marks(tags, **marks),
    )


def several(first, many, how="not_a_gap", **known):
    return [gap(number, how, **known) for number in range(first, first + many)]


def proposed(past, rules=RULES, changed=None):
    return [(each.key, each.value) for each in propose(past, rules, changed or {})]


def test_what_three_gaps_that_were_none_share_is_proposed():
    past = several(1, 3, tags=("Wholesale ",))
    [told] = propose(past, RULES, {})
    assert (told.key, told.value) == ("exclude_tags", "wholesale")
    assert told.effect.removed == tuple(past)


def test_two_are_too_few_to_say_anything():
    assert proposed(several(1, 2, tags=("wholesale",))) == []
    assert (
        proposed(
            several(1, 2, tags=("wholesale",)) + several(3, 3, "healed", tags=("wholesale",), kind=PARTIAL)
        )
        == []
    )


def test_what_healed_alone_is_removed_as_well():
    past = several(1, 3, tags=("wholesale",)) + several(4, 2, "healed", tags=("wholesale",), kind=PARTIAL)
    [told] = propose(past, RULES, {})
    assert len(told.effect.removed) == 5


@pytest.mark.parametrize(("noise", "there"), [(9, False), (10, True)])
def test_one_real_gap_may_be_hidden_for_ten_of_noise(noise, there):
    past = several(1, noise, tags=("wholesale",)) + several(50, 1, "verified", tags=("wholesale",))
    assert bool(proposed(past)) is there
    if there:
        assert [each.id for each in propose(past, RULES, {})[0].effect.hidden] == ["g50"]


def test_one_that_somebody_has_in_hand_counts_as_real():
    past = several(1, 3, tags=("wholesale",)) + several(50, 1, None, touched=True, tags=("wholesale",))
    assert proposed(past) == []


@pytest.mark.parametrize(("open_", "there"), [(2, True), (3, False)])
def test_open_ones_that_nobody_has_touched_are_fewer_than_what_is_removed(open_, there):
    past = several(1, 3, tags=("wholesale",)) + several(50, open_, None, tags=("wholesale",))
    assert bool(proposed(past)) is there
    if there:
        assert len(propose(past, RULES, {})[0].effect.undecided) == open_


def test_what_is_left_alone_already_is_not_proposed_and_proves_nothing_else():
    past = several(1, 4, tags=("wholesale", "b2b"), source="pos")
    rules = replace(RULES, exclude_tags=frozenset({"wholesale"}))
    assert proposed(past, rules) == []
    more = several(5, 1, tags=("b2b",)) + several(6, 3, "healed", tags=("b2b",), kind=PARTIAL)
    assert proposed([*past, *more], rules) == []


def test_of_two_that_say_the_same_the_more_telling_one_is_proposed():
    past = several(1, 4, tags=("wholesale",), source="pos", shipping_method="Freight", skus=("PALLET",))
    assert proposed(past) == [("exclude_tags", "wholesale")]


def test_of_two_that_are_as_good_the_first_by_name_comes_first():
    past = several(1, 3, tags=("b",)) + several(4, 3, tags=("a",))
    assert proposed(past) == [("exclude_tags", "a"), ("exclude_tags", "b")]


def test_one_that_hides_less_is_proposed_beside_a_larger_one():
    noise = several(1, 4, tags=("wholesale",), source="pos")
    past = noise + several(5, 7, source="pos") + several(50, 1, "verified", source="pos")
    assert proposed(past) == [("exclude_sources", "pos"), ("exclude_tags", "wholesale")]


def test_a_product_is_proposed_only_where_nothing_else_is_to_be_shipped():
    assert proposed(several(1, 3, skus=("WRAP", "wrap"))) == [("exclude_skus", "wrap")]
    assert proposed(several(1, 3, skus=("WRAP", "MUG"))) == []
    assert proposed(several(1, 3, skus=("WRAP", None))) == []
    left = replace(RULES, exclude_skus=frozenset({"mug"}))
    assert proposed(several(1, 3, skus=("WRAP", "MUG")), left) == [("exclude_skus", "wrap")]


# ---------------------------------------------------------------- windows


def healed(number, hours, **known):
    return gap(number, "healed", after=timedelta(hours=hours), kind="sync.unfulfilled", **known)


def test_the_smallest_round_window_that_removes_half_is_proposed():
    past = [healed(1, 0.5), healed(2, 0.9), healed(3, 1.0), healed(4, 3), healed(5, 3), healed(6, 3)]
    late = gap(9, "verified", after=9 * HOUR, kind="sync.unfulfilled")
    [told] = propose([*past, late], RULES, {})
    assert (told.key, told.value) == ("windows.notify", 5 * HOUR)
    assert [each.id for each in told.effect.removed] == ["g1", "g2", "g3"]
    assert (told.effect.hidden, told.effect.later) == ((), (late,))


def test_less_than_half_is_not_enough():
    past = [*(healed(number, 1) for number in range(3)), *(healed(number, 3) for number in range(3, 8))]
    assert proposed(past) == [("windows.notify", 8 * HOUR)]


def test_a_window_that_would_have_hidden_what_people_mended_is_not_proposed():
    past = [*(healed(number, 1) for number in range(5)), gap(9, "verified", kind="sync.unfulfilled")]
    assert proposed(past) == []
    assert [each.id for each in effect(past, RULES, "windows.notify", 5 * HOUR).hidden] == ["g9"]


def test_what_was_found_before_the_window_was_last_changed_does_not_count():
    past = [healed(number, 1) for number in range(5)]
    assert proposed(past, changed={"windows.notify": NOON}) != []
    assert proposed(past, changed={"windows.notify": NOON + HOUR}) == []


def test_a_window_is_proposed_where_the_orders_are_not_known_as_well():
    past = [replace(healed(number, 1), marks=None) for number in range(5)]
    assert proposed(past) == [("windows.notify", 5 * HOUR)]
    assert effect(past, RULES, "exclude_tags", "wholesale").removed == ()


def test_a_window_that_does_not_decide_is_not_proposed():
    past = [healed(number, 1) for number in range(5)]
    assert proposed(past, replace(RULES, notify=NotifyPolicy("mail_stream"))) == []
    assert proposed([replace(each, kind="sync.partial") for each in past]) == []


@pytest.mark.parametrize(
    ("key", "kind"), [(key, kind) for key in WINDOWS for kind in sorted(WINDOWS[key][1])]
)
def test_the_kinds_of_a_window_name_it_among_their_knobs(key, kind):
    assert key in catalog.kind(kind).knobs
    assert window_of(RULES, key) == getattr(Windows(), WINDOWS[key][0])


# ---------------------------------------------------------------- whatever the past

TAGS, SOURCES, METHODS = ("vip", "Wholesale", "pickup"), ("web", "POS"), ("Freight", "express")
words = st.sampled_from
lines = st.lists(
    st.builds(
        Line,
        id=st.just("L"),
        sku=words(["MUG", "wrap", None]),
        quantity=st.just(1),
        current=st.just(1),
        unfulfilled=st.just(1),
        requires_shipping=st.booleans(),
    ),
    max_size=3,
)
orders = st.builds(
    Order,
    id=st.just("6001"),
    name=st.just("#1"),
    created_at=st.just(NOON),
    processed_at=st.just(NOON),
    updated_at=st.just(NOON),
    read_at=st.just(NOON),
    financial_status=st.just("PAID"),
    fulfillment_status=st.just("UNFULFILLED"),
    tags=st.lists(words(TAGS), max_size=2, unique=True).map(tuple),
    source=st.one_of(st.none(), words(SOURCES)),
    detail=st.one_of(
        st.none(),
        st.builds(OrderDetail, lines=lines.map(tuple), shipping_method=st.one_of(st.none(), words(METHODS))),
    ),
)
gaps = st.builds(
    lambda order, kind, minutes, how, touched: (
        order,
        PastGap(
            "g",
            kind,
            "#1",
            NOON,
            NOON + timedelta(minutes=minutes) if how else None,
            how,
            touched=touched,
            marks=read_marks(codec.ORDER.dump(order)),
        ),
    ),
    orders,
    words(["sync.unfulfilled", "import.missing", "aging.past_cutoff"]),
    st.integers(0, 600),
    words(["healed", "not_a_gap", "not_a_gap", "verified", None]),
    st.booleans(),
)
pasts = st.lists(gaps, max_size=25).map(
    lambda made: [(order, replace(past, id=f"g{place}")) for place, (order, past) in enumerate(made)]
)
some_rules = st.builds(
    lambda tags, skus: replace(RULES, exclude_tags=tags, exclude_skus=skus),
    st.frozensets(words(["vip"])),
    st.frozensets(words(["wrap"])),
)


def left_alone(order, rules):
    """Whether judging leaves an order alone by its exclusions, asked of the judgement itself."""
    shipped = [line for line in (order.detail.lines if order.detail else ()) if line.requires_shipping]
    return barred(order, rules) is not None or (
        bool(shipped) and not any(for_shipping(line, rules) for line in shipped)
    )


@steady
@given(pasts, some_rules)
def test_an_exclusion_concerns_exactly_the_orders_that_judging_by_it_leaves_alone(pairs, rules):
    past = [each for _, each in pairs]
    every = {each for _, one in pairs for each in told_by(one.marks, rules)}
    for key, value in every:
        field = EXCLUSIONS[key]
        if value in getattr(rules, field):
            continue
        after = replace(rules, **{field: getattr(rules, field) | {value}})
        gone = {one.id for order, one in pairs if not left_alone(order, rules) and left_alone(order, after)}
        told = effect(past, rules, key, value)
        parts = (told.removed, told.hidden, told.undecided)
        assert sorted(each.id for part in parts for each in part) == sorted(gone)
        assert {each.id for each in told.removed} == {one.id for one in past if is_noise(one)} & gone
        assert all(each.resolved_at is None and not each.touched for each in told.undecided)


@steady
@given(pasts, st.sampled_from(ROUND))
def test_a_longer_window_removes_exactly_what_ended_within_the_longer_time(pairs, by):
    past = [each for _, each in pairs]
    told = effect(past, RULES, "windows.notify", RULES.windows.notify + by)
    removed, hidden, later = set(), set(), set()
    for each in past:
        if each.kind != "sync.unfulfilled" or each.resolution == "not_a_gap":
            continue
        lived = each.resolved_at - each.opened_at if each.resolved_at else None
        quick = each.resolution == "healed" and not each.touched and lived <= 4 * HOUR
        if lived is not None and lived <= by:
            (removed if quick else hidden).add(each.id)
        elif each.touched or (lived is not None and not quick):
            later.add(each.id)
    assert {each.id for each in told.removed} == removed
    assert {each.id for each in told.hidden} == hidden
    assert {each.id for each in told.later} == later


@steady
@given(pasts, some_rules)
def test_proposals_are_few_worth_it_and_the_same_in_whatever_order_the_past_is_read(pairs, rules):
    past = [each for _, each in pairs]
    told = propose(past, rules, {})
    assert len(told) <= MOST
    assert [(each.key, each.value) for each in propose(past[::-1], rules, {})] == [
        (each.key, each.value) for each in told
    ]
    for each in told:
        assert each.effect == effect(past, rules, each.key, each.value)
        assert len(each.effect.removed) >= max(3, PER_HIDDEN * len(each.effect.hidden))
