"""Settings of one store from the environment and `.env`."""

from datetime import timedelta

import pytest

from bot.errors import ConfigurationError
from bot.settings import SettingsError, load

ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-tell-nobody",
    "SLACK_APP_TOKEN": "xapp-tell-nobody",
    "SLACK_SIGNING_SECRET": "signing-tell-nobody",
    "SLACK_CHANNEL": "C0123456789",
    "SHOPIFY_SHOP": "acme",
    "SHOPIFY_CLIENT_ID": "id-tell-nobody",
    "SHOPIFY_CLIENT_SECRET": "secret-tell-nobody",
    "SHIPSTATION_API_KEY": "key-tell-nobody",
    "SHIPSTATION_API_SECRET": "api-tell-nobody",
}
EVERYTHING = frozenset({"slack", "socket", "http", "sources", "database"})


def without(*names):
    return {name: value for name, value in ENOUGH.items() if name not in names}


def problems(environ, cwd, need=EVERYTHING):
    with pytest.raises(SettingsError) as refused:
        load(environ, cwd, need=need)
    return {problem.where: problem for problem in refused.value.problems}


def test_the_environment_describes_one_store_called_main(tmp_path):
    (store,) = load(ENOUGH, tmp_path, need=EVERYTHING).stores
    assert (store.rules.name, store.rules.shop, store.channel) == (
        "main",
        "acme.myshopify.com",
        "C0123456789",
    )


def test_the_defaults_are_those_of_the_contract(tmp_path):
    settings = load(ENOUGH, tmp_path, need=EVERYTHING)
    rules = settings.stores[0].rules
    assert settings.database_url == "sqlite:///stuck.db"
    assert settings.slack.api_url == "https://slack.com/api/"
    assert (settings.shopify_url, settings.shipstation_url) == (None, None)
    assert str(rules.timezone) == "America/New_York"
    assert rules.cutoff.isoformat("minutes") == "15:00"
    assert (rules.windows.notify, rules.windows.import_) == (timedelta(hours=4), timedelta(hours=4))
    assert rules.windows.minimum_order_age == timedelta(0)
    assert rules.paid == {"PAID", "PARTIALLY_REFUNDED"}
    assert rules.store_ids == frozenset()
    assert rules.notify.mode == "immediately"


def test_other_addresses_are_taken_for_tests_and_sandbox(tmp_path):
    urls = {
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "SHOPIFY_API_URL": "http://127.0.0.1:2/",
        "SHIPSTATION_API_URL": "http://127.0.0.1:3",
        "DATABASE_URL": "postgres://u:p@h/stuck",
        "PORT": "9999",
    }
    settings = load({**ENOUGH, **urls}, tmp_path, need=EVERYTHING)
    assert settings.slack.api_url == "http://127.0.0.1:1/api/"
    assert (settings.shopify_url, settings.shipstation_url) == ("http://127.0.0.1:2", "http://127.0.0.1:3")
    assert settings.database_url == "postgresql://u:p@h/stuck"
    assert settings.port == 9999


@pytest.mark.parametrize("name", sorted(ENOUGH))
def test_each_missing_variable_is_named_with_an_example(tmp_path, name):
    found = problems(without(name), tmp_path)
    assert list(found) == [name]
    assert "not set" in found[name].wrong
    assert found[name].example.startswith(f"{name}=")


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_variable_counts_as_not_set(tmp_path, blank):
    assert "SLACK_CHANNEL" in problems({**ENOUGH, "SLACK_CHANNEL": blank}, tmp_path)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("SLACK_BOT_TOKEN", "xapp-the-other-one"),
        ("SLACK_APP_TOKEN", "xoxb-the-other-one"),
        ("SLACK_CHANNEL", "#ops"),
        ("SHOPIFY_SHOP", "shop.acme.com"),
        ("SHIPSTATION_API_KEY", "two words"),
        ("DATABASE_URL", "mysql://u:hunter2@h/x"),
        ("SLACK_API_URL", "slack.com"),
        ("SHOPIFY_API_URL", "nowhere"),
        ("SHIPSTATION_API_URL", "ftp://nowhere"),
        ("PORT", "eighty"),
        ("HEARTBEAT_URL", "heartbeat.example.com/tell-nobody"),
    ],
)
def test_each_malformed_variable_is_named_with_an_example(tmp_path, name, bad):
    found = problems({**ENOUGH, name: bad}, tmp_path)
    assert list(found) == [name]
    assert found[name].example.startswith(f"{name}=")


def test_several_problems_are_told_together(tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        load({**without("SLACK_BOT_TOKEN"), "SHOPIFY_SHOP": "shop.acme.com"}, tmp_path, need=EVERYTHING)
    assert refused.value.what.startswith("2 settings")
    assert "SLACK_BOT_TOKEN" in refused.value.what
    assert "SHOPIFY_SHOP" in refused.value.what


@pytest.mark.parametrize(
    ("need", "enough"),
    [
        ({"database"}, set()),
        ({"slack", "database"}, {"SLACK_BOT_TOKEN", "SLACK_CHANNEL"}),
        (
            {"sources", "database"},
            {"SHOPIFY_SHOP", "SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET", "SHIPSTATION_API_KEY", "SHIPSTATION_API_SECRET"},
        ),
        ({"socket"}, {"SLACK_APP_TOKEN"}),
        ({"http"}, {"SLACK_SIGNING_SECRET"}),
    ],
)  # fmt: skip
def test_a_command_asks_only_for_what_it_needs(tmp_path, need, enough):
    assert load({name: ENOUGH[name] for name in enough}, tmp_path, need=frozenset(need))
    for name in enough:
        assert list(problems({one: ENOUGH[one] for one in enough - {name}}, tmp_path, frozenset(need))) == [
            name
        ]


def test_a_malformed_token_does_not_stop_a_command_that_needs_none(tmp_path):
    settings = load({**ENOUGH, "SLACK_BOT_TOKEN": "oops"}, tmp_path, need=frozenset({"sources", "database"}))
    assert settings.slack.bot_token is None


def test_an_existing_token_does_instead_of_client_id_and_secret(tmp_path):
    token = {**without("SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET"), "SHOPIFY_ACCESS_TOKEN": "shpat_1"}
    (store,) = load(token, tmp_path, need=EVERYTHING).stores
    assert store.shopify.access_token.get_secret_value() == "shpat_1"
    assert store.shopify.client_id is None


def test_without_any_shopify_credentials_both_ways_are_named(tmp_path):
    found = problems(without("SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET"), tmp_path)
    assert list(found) == ["SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET"]
    assert "SHOPIFY_ACCESS_TOKEN" in found["SHOPIFY_CLIENT_ID"].wrong


def test_dotenv_lies_below_the_environment(tmp_path):
    (tmp_path / ".env").write_text('SLACK_CHANNEL="C0000000DOT"\nSHOPIFY_SHOP=dotenv # a comment\n')
    (store,) = load(without("SLACK_CHANNEL"), tmp_path, need=EVERYTHING).stores
    assert (store.channel, store.rules.shop) == ("C0000000DOT", "acme.myshopify.com")


def test_a_dollar_in_a_secret_of_dotenv_stays(tmp_path):
    (tmp_path / ".env").write_text("SHIPSTATION_API_KEY=pa$HOME${PATH}\n")
    (store,) = load(without("SHIPSTATION_API_KEY"), tmp_path, need=EVERYTHING).stores
    assert store.shipstation.api_key.get_secret_value() == "pa$HOME${PATH}"


def test_a_dotenv_of_windows_notepad_is_read(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfSLACK_CHANNEL=C0000000WIN\r\n")
    assert load(without("SLACK_CHANNEL"), tmp_path, need=EVERYTHING).stores[0].channel == "C0000000WIN"


def test_a_dotenv_that_is_no_text_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"SLACK_CHANNEL=\xff\xfe\x00")
    assert ".env" in problems(ENOUGH, tmp_path)


def test_no_secret_stands_in_the_repr(tmp_path):
    settings = load({**ENOUGH, "DATABASE_URL": "postgresql://u:tell-nobody@h/x"}, tmp_path, need=EVERYTHING)
    assert "tell-nobody" not in repr(settings)


def test_no_secret_stands_in_an_error(tmp_path):
    twisted = {
        **ENOUGH,
        "SLACK_BOT_TOKEN": "xapp-tell-nobody",
        "SLACK_CHANNEL": "xoxb-tell-nobody",
        "SHOPIFY_SHOP": "shpat_tell-nobody",
        "SHIPSTATION_API_KEY": "tell-nobody with a space",
        "DATABASE_URL": "mysql://u:tell-nobody@h/x",
    }
    with pytest.raises(SettingsError) as refused:
        load(twisted, tmp_path, need=EVERYTHING)
    assert "tell-nobody" not in str(refused.value)


def test_an_unknown_store_is_refused_with_the_known_ones(tmp_path):
    settings = load(ENOUGH, tmp_path, need=EVERYTHING)
    assert settings.store("main") is settings.stores[0]
    with pytest.raises(ConfigurationError, match="did you mean 'main'"):
        settings.store("mian")


def test_nobody_has_to_wait_for_a_heartbeat(tmp_path):
    assert load(ENOUGH, tmp_path, need=EVERYTHING).heartbeat_url is None
    url = "https://heartbeat.example.com/tell-nobody/"
    settings = load({**ENOUGH, "HEARTBEAT_URL": url}, tmp_path, need=EVERYTHING)
    assert settings.heartbeat_url.get_secret_value() == url
    assert "tell-nobody" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["tell-nobody", "ftp://x/tell-nobody", "http://[tell-nobody", "http://x:0/tell-nobody"]
)
def test_a_malformed_heartbeat_is_not_shown_and_stops_only_what_would_beat(tmp_path, url):
    environ = {**ENOUGH, "HEARTBEAT_URL": url}
    found = problems(environ, tmp_path)
    assert "tell-nobody" not in str(found)
    assert load(environ, tmp_path, need=frozenset({"database"})).heartbeat_url is None
