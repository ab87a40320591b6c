"""What the report counts and says: orders, late days, causes, edges, days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.audit.report import series, wording
from bot.audit.report.charts import HEADROOM, HEIGHT, chart, scale_step
from bot.audit.report.common import by_cause
from bot.audit.report.names import short
from bot.audit.report.tally import Tally
from tests.unit.audit.audits import NOT_JUDGED, SINCE, UNTIL, audit, gap, month


def test_an_order_with_two_gaps_is_stuck_once_and_late_by_its_longest():
    tally = Tally(
        audit([gap(order="#1", days=2), gap("import.missing", "#1", days=5), gap(order="#2", days=1)])
    )
    assert (tally.stuck, tally.late_days, tally.median_days) == (2, 6.0, 3.0)


def test_a_gap_of_a_whole_store_counts_the_orders_it_stands_for_and_its_days_once():
    outage = gap("store.notify_outage", None, days=4, folded=("7", "8", "id #2"))
    tally = Tally(audit([outage, gap(order="#2", days=1)]))
    assert (tally.stuck, tally.whole_store, tally.late_days) == (3, 1, 5.0)


def test_gaps_at_the_edge_are_counted_apart():
    tally = Tally(
        audit([gap(order="#1"), gap(order="#2", edge="last day"), gap(order="#3", edge="first day")])
    )
    (row,) = tally.kinds
    assert (tally.stuck, len(tally.edge), row.gaps, row.edge) == (1, 2, 1, 2)
    assert wording.asides(tally)[1].startswith("2 more gaps lie at the window's edge")


def test_values_add_up_by_currency_once_an_order():
    gaps = [
        gap(order="#1", value="10.10"),
        gap("import.missing", "#1", value="10.10"),
        gap(order="#2", value="5", currency="EUR"),
        gap(order="#3", value="0.2"),
        gap(order="#4", value=None),
    ]
    assert Tally(audit(gaps)).values == {"USD": Decimal("10.30"), "EUR": Decimal(5)}


def test_kinds_come_most_frequent_first_with_their_worst_and_their_cause():
    gaps = [
        gap("import.missing", "#1", days=1),
        gap(order="#2", cause="not_notified"),
        gap(order="#3", days=9),
        gap(order="#4"),
    ]
    first, second = Tally(audit(gaps)).kinds
    assert (first.kind.code, first.gaps, first.oldest_days) == ("sync.unfulfilled", 3, 9.0)
    assert (first.cause, first.cause_gaps, first.late_days) == ("Notification failed", 2, 15.0)
    assert (second.kind.code, second.severity.word) == ("import.missing", "high")


def test_what_was_looked_for_leaves_out_what_was_met_not_judged_or_only_forecast():
    codes = {kind.code for kind in Tally(audit([gap()])).absent}
    assert not codes & {"sync.unfulfilled", "aging.at_risk", *(each.kind for each in NOT_JUDGED)}
    assert {"import.missing", "store.import_stalled"} <= codes


def test_what_is_not_judged_is_grouped_by_what_would_settle_it():
    assert [len(members) for members in Tally(audit()).needs.values()] == [2, 1]


def test_a_cause_tells_what_its_gaps_have_in_common():
    day = datetime(2026, 11, 18, 10, tzinfo=UTC)
    failed = [gap(order=f"#{n}", since=day, carrier="UPS" if n else "USPS") for n in range(4)]
    row, *_ = by_cause([*failed, gap("import.duplicate", "#9", carrier="FedEx")])
    assert (row.label, row.gaps, row.confirmed) == ("Notification failed", 4, 4)
    assert row.shared == ("3 of 4 with UPS", "all 4 began on Wed 18 Nov")


def test_a_carrier_or_store_that_most_gaps_of_the_audit_have_tells_nothing():
    spread = [gap(order=f"#{n}", days=n + 1) for n in range(3)]
    odd = [gap("import.missing", "#9", store="Other", carrier="USPS")]
    assert by_cause(spread + odd)[0].shared == ()
    elsewhere = [gap("import.missing", f"#{n}", store="Other", carrier="USPS") for n in range(7, 10)]
    assert by_cause(spread + elsewhere)[0].shared == ("all 3 with UPS", "all 3 in the store Acme")


def test_a_carrier_that_none_of_them_names_is_nothing_in_common():
    nameless = [gap("import.missing", f"#{n}", days=n + 1, carrier=None) for n in range(3)]
    assert by_cause([*nameless, gap()])[0].shared == ()


def test_a_weekday_is_told_where_no_day_is():
    mondays = [gap(order=f"#{n}", since=datetime(2026, 11, 2 + 7 * n, tzinfo=UTC)) for n in range(3)]
    assert by_cause(mondays)[0].shared == ("all 3 began on a Monday",)


def test_two_gaps_have_nothing_in_common_yet():
    pair = [gap(order="#1"), gap(order="#2")]
    assert by_cause([*pair, gap("import.missing", "#3", carrier=None)])[0].shared == ()


def test_unknown_causes_come_last_however_many_they_are():
    gaps = [gap("import.missing", f"#{n}", cause="unknown") for n in range(3)]
    assert [row.code for row in by_cause([*gaps, gap()])] == ["notification_failed", "unknown"]


def test_weekdays_are_all_there_from_monday_on():
    counts = Tally(audit([gap(since=datetime(2026, 11, 18, tzinfo=UTC))])).weekdays
    assert [count.gaps for count in counts] == [0, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("orders", "gaps", "said"),
    [
        (3012, 2, "2 of 3,012 orders of 27 Oct to 25 Nov 2026 were stuck"),
        (3012, 1, "1 of 3,012 orders of 27 Oct to 25 Nov 2026 was stuck"),
        (1, 1, "1 of 1 order of 27 Oct to 25 Nov 2026 was stuck"),
        (0, 2, "2 orders of 27 Oct to 25 Nov 2026 were stuck"),
        (
            3012,
            0,
            "None of the 3,012 orders of 27 Oct to 25 Nov 2026 was stuck, as far as these files can tell",
        ),
        (0, 0, "No order of 27 Oct to 25 Nov 2026 was stuck, as far as these files can tell"),
    ],
)
def test_the_verdict_is_one_sentence(orders, gaps, said):
    assert wording.verdict(Tally(audit([gap(order=f"#{n}") for n in range(gaps)], orders=orders))) == said


def test_a_store_in_trouble_is_no_verdict_of_all_is_well():
    stalled = Tally(audit([gap("store.import_stalled", None)]))
    assert wording.verdict(stalled) == "1 gap of 27 Oct to 25 Nov 2026 concerns a whole store"


def test_the_summary_names_three_kinds_and_counts_the_rest():
    codes = (
        ["sync.unfulfilled"] * 3
        + ["import.missing"] * 2
        + ["import.duplicate", "sync.partial", "aging.past_cutoff"]
    )
    said = wording.kinds(Tally(audit([gap(code, f"#{n}") for n, code in enumerate(codes)])))
    assert said == (
        "“Shipped, but unfulfilled in Shopify” (3), “Paid order missing in ShipStation” (2), “Imported twice” (1) "
        "and 2 other kinds (2)."
    )


def test_asides_say_cost_and_what_was_not_judged():
    assert wording.asides(Tally(audit([gap(days=3), gap(order="#2", edge="last day")]))) == [
        "That is 3 late days by 25 Nov; the oldest gap dates from 23 Nov.",
        "1 more gap lies at the window's edge: what is missing may be outside the files, so it is not counted.",
        "3 kinds of gaps could not be judged in full from these files.",
    ]


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (SINCE, UNTIL + timedelta(hours=9), "27 Oct to 26 Nov 2026"),
        (datetime(2025, 12, 20, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC), "20 Dec 2025 to 2 Jan 2026"),
        (SINCE, SINCE + timedelta(hours=3), "27 Oct 2026"),
        (SINCE, SINCE, "27 Oct 2026"),
    ],
)
def test_the_window_is_said_in_days(since, until, said):
    assert wording.window(audit(since=since, until=until)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0, "0 days"),
        (0.44, "0.4 days"),
        (0.98, "1 day"),
        (9.94, "9.9 days"),
        (9.96, "10 days"),
        (1203.4, "1,203 days"),
    ],
)
def test_days_are_said_as_people_say_them(length, said):
    assert wording.days(length) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 9, "0 %"),
        (1, 100_000, "under 0.1 %"),
        (42, 3012, "1.4 %"),
        (99_999, 100_000, "over 99.9 %"),
        (9, 9, "100 %"),
    ],
)
def test_a_share_never_rounds_something_to_nothing(part, whole, said):
    assert wording.share(part, whole) == said


def test_the_timeline_has_a_bar_a_day_and_one_for_what_began_before():
    gaps = [
        gap(order="#1", since=SINCE - timedelta(days=3)),
        gap("import.missing", "#2", since=SINCE),
        gap(order="#3", since=UNTIL - timedelta(minutes=1), edge="last day"),
        gap(order="#4", since=UNTIL + timedelta(days=1)),
    ]
    before, *days = series.timeline(audit(gaps))
    assert (before.name, before.ordinary, len(days)) == ("Before the window", 1, 30)
    assert (days[0].name, days[0].severe, days[0].label) == ("Tue 27 Oct", 1, "")
    assert (days[-1].ordinary, days[-1].edge, days[-1].total) == (1, 1, 2)
    assert [bar.label for bar in days if bar.label] == ["1 Nov", "6 Nov", "11 Nov", "16 Nov", "21 Nov"]


def test_a_long_window_has_a_bar_a_week():
    year = audit([gap(days=1)], since=UNTIL - timedelta(days=364))
    bars = series.timeline(year)
    assert (len(bars), bars[0].name, bars[-1].total) == (52, "Week from Thu 27 Nov", 1)


def test_ages_are_counted_from_their_lower_bound_on():
    gaps = [gap(order=f"#{n}", days=days) for n, days in enumerate((0, 0.99, 1, 2.5, 13.9, 14, 30, 400))]
    assert [bar.total for bar in series.ages(audit(gaps))] == [2, 1, 1, 0, 0, 1, 1, 2]


def test_bars_stand_on_each_other_and_the_scale_reaches_over_the_tallest():
    bar = series.Bar("x", "x", severe=3, ordinary=2, edge=1)
    drawn = chart([bar, series.Bar("y", "")])
    severe, ordinary, edge = drawn.columns[0].pieces
    assert severe.top == pytest.approx(ordinary.top + ordinary.height)
    assert severe.top + severe.height == pytest.approx(HEIGHT + HEADROOM)
    assert edge.height == pytest.approx(HEIGHT / 6)
    assert ([value for _, value in drawn.ticks], drawn.columns[1].pieces, drawn.tones) == (
        [0, 2, 4, 6],
        (),
        ("severe", "ordinary", "edge"),
    )


@pytest.mark.parametrize(
    ("most", "step"), [(0, 1), (4, 1), (5, 2), (20, 5), (21, 10), (1999, 500), (9000, 5000)]
)
def test_the_scale_has_round_steps(most, step):
    assert scale_step(most) == step


def test_files_lose_their_folders_but_stay_apart():
    paths = [
        "/home/jane/a.csv",
        "/home/jane/x.ZIP/in/a.csv",
        r"C:\Users\jo\b.csv",
        "oct/c.csv",
        "nov/c.csv",
        "nov/c.csv",
    ]
    assert list(short(paths).values()) == ["a.csv", "x.ZIP/in/a.csv", "b.csv", "oct/c.csv", "nov/c.csv"]


def test_two_audits_of_one_month_count_the_same_in_any_order():
    first = month(44)
    assert Tally(replace(first, gaps=first.gaps[::-1])).late_days == pytest.approx(Tally(first).late_days)
