"""The Slack app manifest: valid, least in its rights, in a checkout and in an installed wheel."""

import json
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot import manifest
from bot.errors import ConfigurationError
from bot.sandbox.live import SHORTCUTS
from bot.sandbox.slack.workspace import UNFURL_DOMAINS
from bot.slack.checking import CALLBACK
from bot.slack.replies import WORDS

ROOT = Path(__file__).parents[2]
URL = "https://stuck.example.com"


@pytest.fixture
def socket_mode():
    return yaml.safe_load(manifest.for_socket_mode())


@pytest.fixture
def http():
    return yaml.safe_load(manifest.for_http(URL))


@pytest.mark.parametrize("variant", ["socket_mode", "http"])
def test_both_variants_are_valid_for_slack(reference, variant, request):
    schema = json.loads((reference / "slack" / "manifest.schema.json").read_text())
    jsonschema.validate(request.getfixturevalue(variant), schema)


def test_socket_mode_names_no_address(socket_mode):
    assert socket_mode["settings"]["socket_mode_enabled"] is True
    assert 'url"' not in json.dumps(socket_mode)


def test_http_sends_everything_to_one_address(http):
    address = f"{URL}/slack/events"
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["features"]["slash_commands"][0]["url"] == address
    assert http["settings"]["interactivity"]["request_url"] == address
    assert http["settings"]["event_subscriptions"]["request_url"] == address


@pytest.mark.parametrize("given", [URL, f"{URL}/", f" {URL} ", f"{URL}/slack/events"])
def test_the_address_may_be_given_with_or_without_its_path(given):
    assert manifest.for_http(given) == manifest.for_http(URL)


@pytest.mark.parametrize("given", ["stuck.example.com", "http://stuck.example.com", "", "https://"])
def test_an_address_that_slack_cannot_call_is_refused_with_a_good_one(given):
    with pytest.raises(ConfigurationError) as refused:
        manifest.for_http(given)
    assert URL in refused.value.todo


def test_the_app_asks_for_no_more_than_it_uses(socket_mode):
    assert set(socket_mode["oauth_config"]["scopes"]) == {"bot"}
    assert set(socket_mode["oauth_config"]["scopes"]["bot"]) == {
        "chat:write",
        "commands",
        "users:read",
        "usergroups:read",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "files:read",
        "files:write",
        "im:history",
        "im:write",
        "links:read",
        "links:write",
    }


def test_every_scope_has_its_reason_beside_it(socket_mode):
    lines = manifest.for_socket_mode().splitlines()
    for scope in socket_mode["oauth_config"]["scopes"]["bot"]:
        assert any(line.strip().startswith(f"- {scope} # ") for line in lines), scope


def test_every_scope_is_explained_in_the_documents(socket_mode):
    told = (ROOT / "docs" / "slack-app.md").read_text()
    assert [scope for scope in socket_mode["oauth_config"]["scopes"]["bot"] if f"`{scope}`" not in told] == []


def test_the_command_arrives_as_typed(socket_mode):
    (command,) = socket_mode["features"]["slash_commands"]
    assert command["command"] == "/stuck"
    assert command["should_escape"] is False
    assert "order 1234" in command["usage_hint"]


def test_the_home_tab_is_on_and_drawn_when_opened(socket_mode):
    assert socket_mode["features"]["app_home"]["home_tab_enabled"] is True
    assert "app_home_opened" in socket_mode["settings"]["event_subscriptions"]["bot_events"]


def test_people_may_write_to_the_app_and_it_hears_of_nothing_else_that_they_write(socket_mode):
    """Exports are dropped into its direct messages; what is said in channels is nobody's business."""
    home = socket_mode["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
    events = socket_mode["settings"]["event_subscriptions"]["bot_events"]
    assert [event for event in events if event.startswith("message")] == ["message.im"]


def test_every_message_has_the_shortcut_that_the_app_listens_to(socket_mode):
    [shortcut] = socket_mode["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", CALLBACK)
    assert shortcut["callback_id"] in {one["callback_id"] for one in SHORTCUTS}, "the sandbox offers it too"


def test_links_are_heard_of_to_shopify_only_and_the_sandbox_knows_the_same_domains(socket_mode):
    assert "link_shared" in socket_mode["settings"]["event_subscriptions"]["bot_events"]
    assert socket_mode["features"]["unfurl_domains"] == list(UNFURL_DOMAINS)


def test_the_usage_hint_names_every_word(socket_mode):
    hint = socket_mode["features"]["slash_commands"][0]["usage_hint"]
    assert [word for word in WORDS if word not in hint] == []


def test_slack_takes_the_long_description(socket_mode):
    assert 175 <= len(socket_mode["display_information"]["long_description"]) <= 4_000


def test_the_manifest_is_found_where_stuck_is_installed(tmp_path, monkeypatch):
    """In a wheel the file lies beside the module, not above it."""
    package = tmp_path / "site-packages" / "bot"
    package.mkdir(parents=True)
    (package / "manifest.yml").write_text("display_information: {name: installed}\n")
    monkeypatch.setattr(manifest, "__file__", str(package / "manifest.py"))
    monkeypatch.setattr(manifest, "files", lambda name: zipfile.Path(_zipped(tmp_path), f"{name}/"))
    assert "installed" in manifest.for_socket_mode()


def _zipped(folder):
    with zipfile.ZipFile(folder / "wheel.zip", "w") as wheel:
        wheel.writestr("bot/manifest.yml", "display_information: {name: installed}\n")
    return folder / "wheel.zip"
