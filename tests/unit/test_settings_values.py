"""One value at a time: what is read, what is refused, and what a refusal may show."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings_values as values
from bot.gaps.rules import NotifyPolicy
from bot.settings_values import Malformed

SECRETS = [
    "xoxb-1234567890-abcdef",
    "xapp-1-A0123-4567-abcdef",
    "xoxe.xoxb-1-abcdef",
    "shpat_0123456789abcdef",
    "shpss_0123456789abcdef",
    "0123456789abcdef0123456789abcdef",
    "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0",
]


@pytest.mark.parametrize(
    "typed",
    [
        "acme",
        "ACME",
        " acme.myshopify.com ",
        "https://acme.myshopify.com/",
        "acme.myshopify.com/admin",
        "https://admin.shopify.com/store/acme",
        "https://admin.shopify.com/store/acme/orders/6012345678901",
    ],
)
def test_a_shop_is_understood_in_every_form_that_people_paste(typed):
    assert values.shop(typed) == "acme.myshopify.com"


@pytest.mark.parametrize(
    "typed", ["", "shop.acme.com", "acme shop", "https://", "acme.myshopify.com.evil.org", "_x", 7]
)
def test_what_is_no_shop_is_refused_with_a_good_one(typed):
    with pytest.raises(Malformed) as refused:
        values.shop(typed)
    assert refused.value.good == "acme.myshopify.com"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0m", timedelta(0)),
        ("90m", timedelta(minutes=90)),
        ("4h", timedelta(hours=4)),
        ("1d", timedelta(days=1)),
        (" 4 H ", timedelta(hours=4)),
    ],
)
def test_durations_are_minutes_hours_or_days(typed, read):
    assert values.duration(typed) == read


@pytest.mark.parametrize("typed", ["", "4", "4 hours", "-4h", "1.5h", "4s", "h", 4, None, "999999h"])
def test_other_durations_are_refused(typed):
    with pytest.raises(Malformed, match="not a duration"):
        values.duration(typed)


@pytest.mark.parametrize(
    ("typed", "policy"),
    [
        ("immediately", NotifyPolicy()),
        ("mail_stream", NotifyPolicy(mode="mail_stream")),
        ("hours:4", NotifyPolicy(mode="hours", hours=4)),
        ("hours:0.5", NotifyPolicy(mode="hours", hours=0.5)),
        ("ship_date:17:00", NotifyPolicy(mode="ship_date", at=time(17))),
    ],
)
def test_notify_has_shipstations_four_settings(typed, policy):
    assert values.notify(typed) == policy


@pytest.mark.parametrize(
    "typed",
    ["", "now", "hours", "hours:", "hours:-1", "hours:x", "ship_date", "ship_date:25:00", "immediately:1", 4],
)
def test_other_notify_settings_are_refused_with_the_four(typed):
    with pytest.raises(Malformed, match=r"hours:N|notification setting"):
        values.notify(typed)


@pytest.mark.parametrize(("typed", "read"), [("15:00", time(15)), ("9:05", time(9, 5)), (time(8), time(8))])
def test_a_time_of_day_is_on_a_24_hour_clock(typed, read):
    assert values.clock_time(typed) == read


@pytest.mark.parametrize("typed", ["3pm", "24:00", "15", "15:60", "", 15])
def test_other_times_of_day_are_refused(typed):
    with pytest.raises(Malformed):
        values.clock_time(typed)


@pytest.mark.parametrize(
    ("typed", "opens", "closes"),
    [
        ("08:00-18:00", time(8), time(18)),
        (" 6:30 - 23:59 ", time(6, 30), time(23, 59)),
        ("00:00\u201300:01", time(0), time(0, 1)),
    ],
)
def test_business_hours_have_a_beginning_and_an_end(typed, opens, closes):
    assert values.business_hours(typed) == (opens, closes)


@pytest.mark.parametrize(
    "typed", ["", "-", "08:00", "08:00-", "08:00-18:00-20:00", "8-18", "08:00 18:00", "08:00-24:00", 8, None]
)
def test_other_business_hours_are_refused_with_good_ones(typed):
    with pytest.raises(Malformed, match=r"two times|a beginning and an end") as refused:
        values.business_hours(typed)
    assert refused.value.good == "08:00-18:00"


@pytest.mark.parametrize("typed", ["18:00-08:00", "22:00-06:00", "08:00-08:00"])
def test_business_hours_end_after_they_begin(typed):
    with pytest.raises(Malformed, match="has to end after it begins, on the same day"):
        values.business_hours(typed)


@pytest.mark.parametrize("typed", [0, 1, 30])
def test_handling_days_are_a_month_at_most(typed):
    assert values.handling_days(typed) == typed


@pytest.mark.parametrize("typed", [-1, 31, 1.0, True, "1", None, []])
def test_other_handling_days_are_refused(typed):
    with pytest.raises(Malformed, match="not a whole number from 0 to 30"):
        values.handling_days(typed)


def test_a_misspelt_zone_suggests_the_nearest():
    with pytest.raises(Malformed, match="did you mean 'America/New_York'"):
        values.zone("America/New_Yrok")


@pytest.mark.parametrize("typed", ["", "../../etc/passwd", "/etc/localtime", "EST5EDT6", 5])
def test_what_is_no_zone_is_refused(typed):
    with pytest.raises(Malformed):
        values.zone(typed)


def test_workdays_count_from_monday():
    assert [values.workday(day) for day in ("mon", "Sun")] == [0, 6]


def test_a_holiday_may_be_text_or_tomls_own_date():
    assert values.holiday("2026-12-25") == values.holiday(date(2026, 12, 25)) == date(2026, 12, 25)


@pytest.mark.parametrize("typed", ["2026-02-30", "25.12.2026", 20261225, ""])
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(Malformed):
        values.holiday(typed)


def test_financial_states_are_shopifys_in_any_case():
    assert values.financial_state("paid") == "PAID"
    with pytest.raises(Malformed, match="did you mean 'PAID'"):
        values.financial_state("PAYD")


@pytest.mark.parametrize("typed", ["SHIPPING", "pickup_point", "Local", " PICK_UP "])
def test_delivery_methods_are_shopifys_in_any_case(typed):
    assert values.delivery_method(typed) == typed.strip().upper()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("pickup", "did you mean 'PICK_UP'"),
        ("RETAIL", "those are SHIPPING, PICKUP_POINT, LOCAL, PICK_UP"),
        ("NONE", "those are"),
        ("", "those are"),
        (1, "not a delivery method"),
    ],
)
def test_a_delivery_method_that_never_goes_through_shipstation_is_refused(typed, told):
    with pytest.raises(Malformed, match=told):
        values.delivery_method(typed)


FOLDED = {
    "tag": values.tag,
    "source": values.source,
    "shipping method": values.shipping_method,
    "SKU": values.sku,
    "location": values.location,
}


@pytest.mark.parametrize("what", FOLDED)
def test_what_is_compared_in_any_case_is_folded_and_trimmed(what):
    assert FOLDED[what]("  Straße 5 ") == "strasse 5"


@pytest.mark.parametrize("what", FOLDED)
@pytest.mark.parametrize("typed", ["", " \t"])
def test_what_would_match_nothing_is_refused(what, typed):
    with pytest.raises(Malformed, match=f"an empty {what} matches nothing"):
        FOLDED[what](typed)


@pytest.mark.parametrize("what", FOLDED)
@pytest.mark.parametrize("typed", [12345, True, None, ["a"]])
def test_what_has_no_quotes_is_refused(what, typed):
    with pytest.raises(Malformed, match=f"a {what} stands in quotes"):
        FOLDED[what](typed)


@pytest.mark.parametrize(
    "typed", ["#ops", "ops", "c0123456789", "", "https://acme.slack.com/archives/C0123456789"]
)
def test_a_channel_is_named_by_its_id_only(typed):
    with pytest.raises(Malformed) as refused:
        values.channel(typed)
    assert refused.value.good == "C0123456789"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("sqlite:///stuck.db", "sqlite:///stuck.db"),
        ("sqlite://", "sqlite://"),
        ("postgresql://u:p@host/stuck", "postgresql://u:p@host/stuck"),
        ("postgres://u:p@host/stuck", "postgresql://u:p@host/stuck"),
    ],
)
def test_database_addresses(typed, read):
    assert values.database_url(typed) == read


@pytest.mark.parametrize(
    "typed", ["mysql://user:hunter2@host/x", "stuck.db", "postgresql://", "sqlite://stuck.db"]
)
def test_other_databases_are_refused_without_showing_the_address(typed):
    with pytest.raises(Malformed) as refused:
        values.database_url(typed)
    assert "hunter2" not in str(refused.value)


def test_slacks_address_ends_in_api():
    assert values.slack_url("http://127.0.0.1:9000/api") == "http://127.0.0.1:9000/api/"
    with pytest.raises(Malformed, match="/api/"):
        values.slack_url("http://127.0.0.1:9000/")


@pytest.mark.parametrize("typed", ["0", "65536", "http", "", "-1", "\uff18\uff10"])
def test_what_is_no_port_is_refused(typed):
    with pytest.raises(Malformed, match="between 1 and 65535"):
        values.port(typed)


@pytest.mark.parametrize("typed", ["...", "<token>", "xoxb-…", "a b", "a\tb", "xoxb-1111-2222-yourtoken"])
def test_a_secret_that_was_not_copied_cleanly_is_refused(typed):
    with pytest.raises(Malformed):
        values.secret(typed)


@pytest.mark.parametrize("typed", SECRETS)
def test_a_variables_name_cannot_be_the_secret_itself(typed):
    with pytest.raises(Malformed) as refused:
        values.variable_name(typed)
    assert typed not in str(refused.value)


@pytest.mark.parametrize("typed", SECRETS)
def test_a_refusal_never_shows_what_looks_like_a_secret(typed):
    assert typed not in values.shown(typed)
    assert typed not in values.shown(f"shop {typed}")


def test_a_long_refused_value_is_cut():
    assert len(values.shown("spam " * 1_000)) < 50


@given(st.text(), st.sampled_from([values.shop, values.duration, values.notify, values.clock_time, values.zone,
                                   values.workday, values.holiday, values.channel, values.database_url, values.port,
                                   values.slack_url, values.base_url, values.public_url, values.store_name,
                                   values.business_hours, values.delivery_method, values.handling_days,
                                   values.sku]))  # fmt: skip
def test_no_text_brings_a_reader_down(text, read):
    """Any text is read or refused with a good value; nothing else is ever raised."""
    try:
        outcome = read(text)
    except Malformed as refused:
        outcome = refused.good
    assert outcome is not None
