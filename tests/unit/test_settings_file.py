"""stuck.toml: several stores, and every way in which the file can be wrong."""

import re
from dataclasses import fields, replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from bot.settings import EVERYBODY, Allowed, Digests, SettingsError, load
from bot.settings_file import EXAMPLES, TABLES, WindowsTable
from storage.findings import Severity

CONTRACT = """
[[stores]]
name = "main"
channel = "C0123456789"
timezone = "Europe/Berlin"
workdays = ["mon", "tue", "wed", "thu", "fri", "sat"]
holidays = ["2026-12-25", 2027-01-01]
cutoff = "13:30"
exclude_tags = ["Do-Not-Ship"]
paid = ["PAID", "authorized"]

[stores.shopify]
shop = "acme.myshopify.com"
client_id_env = "SHOPIFY_CLIENT_ID"
client_secret_env = "SHOPIFY_CLIENT_SECRET"

[stores.shipstation]
api_key_env = "SHIPSTATION_API_KEY"
api_secret_env = "SHIPSTATION_API_SECRET"
store_ids = [12345]
notify = "ship_date:17:00"

[stores.windows]
notify = "2h"
import = "90m"
minimum_order_age = "60m"
"""
SECRETS = {
    "SHOPIFY_CLIENT_ID": "id",
    "SHOPIFY_CLIENT_SECRET": "secret",
    "SHIPSTATION_API_KEY": "key",
    "SHIPSTATION_API_SECRET": "api",
    "SLACK_BOT_TOKEN": "xoxb-1",
}
NEED = frozenset({"slack", "sources", "database"})


@pytest.fixture
def written(tmp_path):
    def write(text, environ=SECRETS, need=NEED):
        (tmp_path / "stuck.toml").write_text(text)
        return load(environ, tmp_path, need=need)

    return write


@pytest.fixture
def refused(written):
    def read(text, environ=SECRETS):
        with pytest.raises(SettingsError) as error:
            written(text, environ)
        return {problem.where.removeprefix("stuck.toml "): problem for problem in error.value.problems}

    return read


def test_every_key_of_the_contract_is_taken(written):
    (store,) = written(CONTRACT).stores
    rules = store.rules
    assert (rules.name, rules.shop, store.channel) == ("main", "acme.myshopify.com", "C0123456789")
    assert rules.timezone == ZoneInfo("Europe/Berlin")
    assert rules.workdays == {0, 1, 2, 3, 4, 5}
    assert rules.holidays == {date(2026, 12, 25), date(2027, 1, 1)}
    assert rules.cutoff == time(13, 30)
    assert rules.exclude_tags == {"do-not-ship"}
    assert rules.paid == {"PAID", "AUTHORIZED"}
    assert rules.store_ids == {12345}
    assert rules.notify == NotifyPolicy(mode="ship_date", at=time(17))
    assert rules.windows.notify == timedelta(hours=2)
    assert rules.windows.import_ == timedelta(minutes=90)
    assert rules.windows.minimum_order_age == timedelta(minutes=60)


def test_a_store_that_says_nothing_gets_the_default_of_every_rule(written):
    assert written("[[stores]]\n", {}, frozenset()).stores[0].rules == StoreRules(name="main", shop="")


@pytest.mark.parametrize(
    ("line", "ruled"),
    [
        ('exclude_tags = [" Do-Not-Ship "]', {"exclude_tags": {"do-not-ship"}}),
        ('exclude_sources = ["POS", " 580111 "]', {"exclude_sources": {"pos", "580111"}}),
        ('exclude_shipping_methods = ["Großer Freight"]', {"exclude_methods": {"grosser freight"}}),
        ('exclude_skus = ["GIFT-Wrap ", "gift-wrap"]', {"exclude_skus": {"gift-wrap"}}),
        ('exclude_locations = ["Show Room"]', {"exclude_locations": {"show room"}}),
        ('locations = ["Main Warehouse"]', {"locations": {"main warehouse"}}),
        ('delivery_methods = ["shipping", "Pick_Up"]', {"delivery_methods": {"SHIPPING", "PICK_UP"}}),
        ('delivery_methods = ["LOCAL", "pickup_point"]', {"delivery_methods": {"LOCAL", "PICKUP_POINT"}}),
        ("handling_days = 30", {"handling_days": 30}),
        ('business_hours = "6:30 - 23:59"', {"opens": time(6, 30), "closes": time(23, 59)}),
        ("shipstation.review_tags = [8362, 1]", {"review_tags": {8362, 1}}),
    ],
)
def test_each_key_of_a_store_sets_its_rule_and_no_other(written, line, ruled):
    read = written(f"[[stores]]\n{line}\n", {}, frozenset()).stores[0].rules
    assert read == replace(StoreRules(name="main", shop=""), **ruled)


def test_who_may_act_is_read_from_the_top_of_the_file_each_once(written):
    top = 'allowed_users = ["U0123456789", " W012 ", "U0123456789"]\nallowed_groups = ["S012", "S012"]\n'
    assert written(top + CONTRACT).allowed == Allowed(("U0123456789", "W012"), ("S012",))


@pytest.mark.parametrize("top", ["", "allowed_users = []\n", "allowed_users = []\nallowed_groups = []\n"])
def test_where_nobody_is_named_everybody_may_act(written, tmp_path, top):
    assert written(top + CONTRACT).allowed == EVERYBODY
    assert load({}, tmp_path / "elsewhere", need=frozenset()).allowed == EVERYBODY


@pytest.mark.parametrize("window", [field.name for field in fields(Windows)])
def test_each_window_has_a_key_that_sets_it_and_no_other(written, window):
    text = f'[[stores]]\nwindows.{window.rstrip("_")} = "77m"\n'
    read = written(text, {}, frozenset()).stores[0].rules.windows
    assert read == replace(Windows(), **{window: timedelta(minutes=77)})


def test_a_long_sku_that_looks_like_a_secret_is_taken_in_lower_case(written, refused):
    text = '[[stores]]\nexclude_skus = ["Tee-Organic-Navy-XL-Summer-2026"]\n'
    assert "looks like a secret" in refused(text)["stores[0].exclude_skus[0]"].wrong
    (store,) = written(text.lower(), {}, frozenset()).stores
    assert store.rules.exclude_skus == {"tee-organic-navy-xl-summer-2026"}


def test_the_only_store_may_leave_everything_to_the_environment(written):
    environ = {**SECRETS, "SHOPIFY_SHOP": "acme", "SLACK_CHANNEL": "C0123456789"}
    (store,) = written('[[stores]]\ncutoff = "12:00"\n', environ).stores
    assert (store.rules.name, store.rules.shop, store.channel) == (
        "main",
        "acme.myshopify.com",
        "C0123456789",
    )


def test_stuck_config_names_another_file(tmp_path):
    (tmp_path / "stuck.toml").write_text("this would not even parse")
    (tmp_path / "other.toml").write_text(CONTRACT)
    assert load({**SECRETS, "STUCK_CONFIG": "other.toml"}, tmp_path, need=NEED).stores[
        0
    ].rules.cutoff == time(13, 30)


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        load({"STUCK_CONFIG": "nowhere.toml"}, tmp_path, need=frozenset())


def test_each_of_several_stores_has_its_own_secrets(written):
    second = (
        CONTRACT.replace('"main"', '"wholesale"')
        .replace("acme.", "acme-wholesale.")
        .replace('"SHOPIFY_CLIENT_SECRET"', '"WHOLESALE_SECRET"')
        .replace('"C0123456789"', '"C9876543210"')
    )
    settings = written(CONTRACT + second, {**SECRETS, "WHOLESALE_SECRET": "other"})
    assert [store.rules.name for store in settings.stores] == ["main", "wholesale"]
    assert [store.shopify.client_secret.get_secret_value() for store in settings.stores] == [
        "secret",
        "other",
    ]
    assert settings.store("wholesale").channel == "C9876543210"


def test_two_stores_of_one_name_are_an_error(refused):
    assert "2 stores are called 'main'" in refused(CONTRACT + CONTRACT)["stores"].wrong


def test_several_stores_need_name_channel_and_shop_each(refused):
    found = refused("[[stores]]\n[[stores]]\n")
    assert {"stores[0].name", "stores[1].channel", "stores[1].shopify.shop"} <= set(found)


def test_a_missing_secret_is_named_with_the_key_that_names_it(refused):
    found = refused(CONTRACT.replace('"SHOPIFY_CLIENT_SECRET"', '"ACME_SECRET"'))
    assert list(found) == ["ACME_SECRET"]
    assert "stores[0].shopify.client_secret_env names it" in found["ACME_SECRET"].wrong


@pytest.mark.parametrize(
    ("line", "where", "word"),
    [
        ('name = "two words"', "stores[0].name", "dashes"),
        ('channel = "#ops"', "stores[0].channel", "channel id"),
        ('timezone = "Europe/Berlyn"', "stores[0].timezone", "'Europe/Berlin'"),
        ('workdays = ["monday"]', "stores[0].workdays[0]", "'mon'"),
        ("workdays = []", "stores[0].workdays", "empty"),
        ('holidays = ["Christmas"]', "stores[0].holidays[0]", "not a date"),
        ('holidays = "2026-12-25"', "stores[0].holidays", "not a list"),
        ('cutoff = "3pm"', "stores[0].cutoff", "time of day"),
        ('paid = ["PAYD"]', "stores[0].paid[0]", "'PAID'"),
        ('exclude_tags = [""]', "stores[0].exclude_tags[0]", "empty"),
        ('shopify = "acme"', "stores[0].shopify", "not a table"),
        ('shopify.shop = "acme.com"', "stores[0].shopify.shop", "myshopify"),
        ('shipstation.store_ids = ["12345"]', "stores[0].shipstation.store_ids[0]", "whole number"),
        ("shipstation.store_ids = [true]", "stores[0].shipstation.store_ids[0]", "whole number"),
        ("shipstation.store_ids = [0]", "stores[0].shipstation.store_ids[0]", "above 0"),
        ('shipstation.notify = "later"', "stores[0].shipstation.notify", "mail_stream"),
        ('windows.notify = "4 hours"', "stores[0].windows.notify", "duration"),
        ('windows.import = "x"', "stores[0].windows.import", "duration"),
        ("windows.minimum_order_age = 60", "stores[0].windows.minimum_order_age", "duration"),
        ('exclude_sources = "pos"', "stores[0].exclude_sources", "'pos' is not a list"),
        ('exclude_sources = ["pos", " "]', "stores[0].exclude_sources[1]", "an empty source matches nothing"),
        ("exclude_sources = [580111]", "stores[0].exclude_sources[0]", "a source stands in quotes"),
        ('exclude_shipping_methods = "Freight"', "stores[0].exclude_shipping_methods", "not a list"),
        ('exclude_shipping_methods = [""]', "stores[0].exclude_shipping_methods[0]", "empty shipping method"),
        ("exclude_skus = [12345]", "stores[0].exclude_skus[0]", "'12345' is not a text"),
        ('exclude_skus = [""]', "stores[0].exclude_skus[0]", "empty SKU"),
        ('exclude_locations = [""]', "stores[0].exclude_locations[0]", "empty location"),
        ('locations = [""]', "stores[0].locations[0]", "empty location"),
        ('locations = "Main warehouse"', "stores[0].locations", "not a list"),
        ("delivery_methods = []", "stores[0].delivery_methods", "empty"),
        ('delivery_methods = "SHIPPING"', "stores[0].delivery_methods", "not a list"),
        ('delivery_methods = ["PICKUP"]', "stores[0].delivery_methods[0]", "did you mean 'PICK_UP'?"),
        (
            'delivery_methods = ["RETAIL"]',
            "stores[0].delivery_methods[0]",
            "those are SHIPPING, PICKUP_POINT",
        ),
        ("handling_days = -1", "stores[0].handling_days", "'-1' is not a whole number from 0 to 30"),
        ("handling_days = 31", "stores[0].handling_days", "from 0 to 30"),
        ("handling_days = 1.5", "stores[0].handling_days", "whole number"),
        ("handling_days = true", "stores[0].handling_days", "whole number"),
        ('business_hours = "18:00-08:00"', "stores[0].business_hours", "has to end after it begins"),
        ('business_hours = "08:00-08:00"', "stores[0].business_hours", "has to end after it begins"),
        ('business_hours = "8am-6pm"', "stores[0].business_hours", "24-hour clock"),
        ('business_hours = ["08:00", "18:00"]', "stores[0].business_hours", "a beginning and an end"),
        ("shipstation.review_tags = 8362", "stores[0].shipstation.review_tags", "not a list"),
        ("shipstation.review_tags = [0]", "stores[0].shipstation.review_tags[0]", "above 0"),
        ('shipstation.review_tags = ["VIP"]', "stores[0].shipstation.review_tags[0]", "whole number"),
    ],
)
def test_each_malformed_value_is_told_by_its_key_path_with_an_example(refused, line, where, word):
    found = refused(f"[[stores]]\n{line}\n")
    assert word in found[where].wrong
    assert found[where].example == EXAMPLES[re.sub(r"\[\d+\]", "", where)]


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("allowed_users", '["@ops"]', "'@ops' is not a user id (a name or an e-mail address is not an id)"),
        ("allowed_users", '["alex@example.com"]', "(a name or an e-mail address is not an id)"),
        ("allowed_users", '["Alex"]', "(a name or an e-mail address is not an id)"),
        ("allowed_users", '["C0123456789"]', "it looks like a channel's id"),
        ("allowed_users", '["S0123456789"]', "a user group's id, which belongs in allowed_groups"),
        ("allowed_users", '["T0123456789"]', "a workspace's id"),
        ("allowed_users", '["u0123456789"]', "'u0123456789' is not a user id: Slack writes ids in capitals"),
        ("allowed_users", '["<@U0123456789>"]', "is not a user id"),
        ("allowed_users", '[""]', "'' is not a user id"),
        ("allowed_users", "[123]", "'123' is not a user id"),
        ("allowed_groups", '["@ops"]', "'@ops' is not a user group id (a name or"),
        ("allowed_groups", '["U0123456789"]', "a person's id, which belongs in allowed_users"),
        ("allowed_groups", '["W0123456789"]', "a person's id, which belongs in allowed_users"),
        ("allowed_groups", '["s0123456789"]', "Slack writes ids in capitals"),
    ],
)
def test_what_is_no_id_is_told_by_its_place_and_by_what_it_is_instead(refused, key, value, word):
    (problem,) = refused(f"{key} = {value}\n{CONTRACT}").values()
    assert word in problem.wrong
    assert (problem.where, problem.example) == (f"stuck.toml {key}[0]", EXAMPLES[key])


@pytest.mark.parametrize("key", ["allowed_users", "allowed_groups"])
def test_one_id_without_brackets_is_no_list(refused, key):
    problem = refused(f'{key} = "U0123456789"\n{CONTRACT}')[key]
    assert (problem.wrong, problem.example) == ("'U0123456789' is not a list", EXAMPLES[key])


@pytest.mark.parametrize("header", ["[[stores]]", "[[stores]]\n[stores.windows]"])
def test_who_may_act_below_a_store_is_sent_to_the_top(refused, header):
    (problem,) = refused(f'{header}\nallowed_users = ["U0123456789"]\n').values()
    assert "it belongs at the top of the file, before the first [[stores]]" in problem.wrong
    assert problem.example == EXAMPLES["allowed_users"]


@pytest.mark.parametrize("key", ["allowed_user", "allow_users", "allowed_usres"])
def test_a_misspelt_key_at_the_top_suggests_the_right_one(refused, key):
    problem = refused(f'{key} = ["U0123456789"]\n{CONTRACT}')[key]
    assert "did you mean 'allowed_users'?" in problem.wrong
    assert problem.example == EXAMPLES["allowed_users"]


@pytest.mark.parametrize("key", [field.alias or name for name, field in WindowsTable.model_fields.items()])
def test_each_malformed_window_is_told_by_its_key_path_with_an_example(refused, key):
    problem = refused(f'[[stores]]\nwindows.{key} = "2 hours"\n')[f"stores[0].windows.{key}"]
    assert "'2 hours' is not a duration in minutes, hours or days" in problem.wrong
    assert re.fullmatch(rf'{key} = "\d+[mhd]"', problem.example)


@pytest.mark.parametrize("path", sorted(path for path in EXAMPLES if path.startswith("stores.")))
def test_each_example_that_a_refusal_shows_would_do(written, path):
    example = EXAMPLES[path].partition(" (or ")[0]
    table = path.rpartition(".")[0]
    header = f"[{table}]\n" if table != "stores" and not example.startswith("[") else ""
    assert written(f"[[stores]]\n{header}{example}\n", {}, frozenset()).stores


@pytest.mark.parametrize("key", TABLES["digest"])
def test_each_example_for_the_digests_of_all_stores_would_do(written, key):
    example = EXAMPLES[f"digest.{key}"].partition(" (or ")[0]
    assert written(f"[digest]\n{example}\n[[stores]]\n", {}, frozenset()).stores


@pytest.mark.parametrize("key", sorted(set(TABLES[""]) - set(TABLES)))
def test_each_example_for_the_top_of_the_file_would_do(written, key):
    settings = written(f"{EXAMPLES[key]}\n[[stores]]\n", {}, frozenset())
    assert settings.stores
    assert (settings.allowed == EVERYBODY) == (not key.startswith("allowed_"))


@pytest.mark.parametrize(
    ("line", "where", "told"),
    [
        ('time_zone = "UTC"', "stores[0].time_zone", "did you mean 'timezone'?"),
        ('windows.notfy = "4h"', "stores[0].windows.notfy", "did you mean 'notify'?"),
        ('windows.import_ = "4h"', "stores[0].windows.import_", "did you mean 'import'?"),
        ('minimum_order_age = "4h"', "stores[0].minimum_order_age", "it belongs under [stores.windows]"),
        ('hold = "1d"', "stores[0].hold", "it belongs under [stores.windows]"),
        ('windows.cutoff = "15:00"', "stores[0].windows.cutoff", "it belongs under [[stores]]"),
        (
            "shipstation.exclude_tags = []",
            "stores[0].shipstation.exclude_tags",
            "it belongs under [[stores]]",
        ),
        ("exclude_sku = []", "stores[0].exclude_sku", "did you mean 'exclude_skus'?"),
        ("stores = []", "stores[0].stores", "it belongs at the top of the file"),
        ("zzz = 1", "stores[0].zzz", "unknown key"),
        ('shopify.client_secret = "hunter2"', "stores[0].shopify.client_secret", "client_secret_env"),
    ],
)
def test_an_unknown_key_is_an_error_that_suggests_the_nearest(refused, line, where, told):
    problem = refused(f"[[stores]]\n{line}\n")[where]
    assert told in problem.wrong
    assert "hunter2" not in str(problem)


def test_a_key_below_the_wrong_header_is_shown_as_it_should_stand(refused):
    assert (
        refused('[[stores]]\nwindows.cutoff = "9"\n')["stores[0].windows.cutoff"].example
        == 'cutoff = "15:00"'
    )


def test_an_unknown_table_at_the_top_is_an_error(refused):
    assert "unknown key" in refused(CONTRACT + "\n[slack]\ntoken = 1\n")["slack"].wrong


@pytest.mark.parametrize("text", ["", "[other]\n"])
def test_a_file_without_a_store_is_an_error(refused, text):
    assert "no store" in refused(text)["stores"].wrong


def test_a_single_bracket_is_explained(refused):
    assert "two brackets" in refused('[stores]\nname = "main"\n')["stores"].wrong


def test_broken_toml_is_told_by_line(refused):
    assert "line 2" in refused("[[stores]]\nname = \n")["stuck.toml"].wrong


@pytest.mark.parametrize(
    "line",
    [
        'shopify.client_secret_env = "shpss_tellnobody0123"',
        'shipstation.api_key_env = "0123456789abcdef0123456789abcdef"',
        'channel = "xoxb-tellnobody"',
        'exclude_tags = ["shpat_tellnobody0123"]',
        'extra.deep = ["xapp-1-tellnobody"]',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_shown(refused, line):
    (problem,) = refused(f"[[stores]]\n{line}\n").values()
    assert "secrets never stand in the file" in problem.wrong
    assert "tellnobody" not in str(problem)
    assert "0123456789abcdef" not in str(problem)


def test_problems_of_file_and_environment_are_told_together(refused):
    found = refused('[[stores]]\ncutoff = "3pm"\n', {})
    assert {"stores[0].cutoff", "SLACK_BOT_TOKEN"} <= set(found)


@pytest.mark.parametrize(
    ("common", "own", "digests"),
    [
        ("", "", Digests(daily=True, hour=time(8, 30), weekly=0)),
        ('hour = "7:15"', "", Digests(hour=time(7, 15))),
        ('hour = "7:15"\nweekly = "fri"', 'weekly = "Wednesday"', Digests(hour=time(7, 15), weekly=2)),
        ('weekly = "off"\ndaily = false', 'hour = "6:00"', Digests(daily=False, hour=time(6), weekly=None)),
        ('weekly = "off"\ndaily = false', 'weekly = "sunday"\ndaily = true', Digests(weekly=6)),
    ],
)
def test_a_store_says_of_its_digests_only_what_differs(written, common, own, digests):
    text = f"[digest]\n{common}\n[[stores]]\n[stores.digest]\n{own}\n"
    assert written(text, {}, frozenset()).stores[0].digests == digests


@pytest.mark.parametrize(
    ("line", "where", "wrong"),
    [
        ('weekly = "mondy"', "digest.weekly", "neither a day of the week nor off; did you mean 'monday'?"),
        ("weekly = 1", "digest.weekly", "'1' is neither a day of the week nor off"),
        ('hour = "8.30"', "digest.hour", "'8.30' is not a time of day"),
        ('daily = "yes"', "digest.daily", "'yes' is not true or false"),
        ("weekdays = 1", "digest.weekdays", "unknown key"),
    ],
)
def test_a_digest_that_cannot_be_is_told_with_what_can(refused, line, where, wrong):
    problem = refused(f"[digest]\n{line}\n[[stores]]\n")[where]
    assert wrong in problem.wrong
    assert problem.example.startswith(("weekly", "hour", "daily", "[digest]"))


# ---------------------------------------------------------------- where and when a channel is told


def telling(text, here):
    """Return what the only store says of channels and quiet hours, or the one problem with it."""
    (here / "stuck.toml").write_text(f"[[stores]]\n{text}\n")
    return load({}, here, need=frozenset()).stores[0]


def test_cards_of_some_severities_may_have_a_channel_and_nights_may_be_quiet(tmp_path):
    store = telling(
        'channels = { critical = "C0AAAAAA1", high = "" }\nquiet_hours = "22:00 - 7:00"', tmp_path
    )
    assert store.channels == {Severity.CRITICAL: "C0AAAAAA1"}
    assert store.quiet_hours == (time(22), time(7))


@pytest.mark.parametrize("said", ["", 'quiet_hours = "off"', 'quiet_hours = ""'])
def test_without_a_word_no_hour_is_quiet_and_every_card_goes_to_the_store_s_channel(said, tmp_path):
    store = telling(said, tmp_path)
    assert (store.channels, store.quiet_hours) == ({}, None)


@pytest.mark.parametrize(
    ("said", "where", "wrong"),
    [
        ('quiet_hours = "at night"', "quiet_hours", "neither two times on a 24-hour clock with a dash"),
        ("quiet_hours = 22", "quiet_hours", "neither two times"),
        ('quiet_hours = "7:00-7:00"', "quiet_hours", "ends when it begins"),
        ('channels = "C0AAAAAA1"', "channels", "is not a table of channel ids by severity"),
        ('channels = { critcal = "C0AAAAAA1" }', "channels", "did you mean 'critical'?"),
        ('channels = { critical = "#urgent" }', "channels", "is not a channel id"),
    ],
)
def test_what_is_wrong_with_them_is_told_with_a_line_that_would_do(said, where, wrong, tmp_path):
    with pytest.raises(SettingsError) as refused:
        telling(said, tmp_path)
    (problem,) = refused.value.problems
    assert problem.where == f"stuck.toml stores[0].{where}"
    assert wrong in problem.wrong
    assert problem.example.startswith(where)
