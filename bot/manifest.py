"""The Slack app manifest, as it stands for Socket Mode and filled in for HTTP."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.settings_values import Malformed, public_url

EVENTS_PATH = "/slack/events"
"""Where `stuck web` takes commands, clicks and events from Slack."""


def for_socket_mode() -> str:
    """Return the manifest as YAML, with the reason of each scope beside it."""
    packed = files("bot").joinpath("manifest.yml")
    checkout = Path(__file__).parent.parent / "manifest.yml"
    return (packed if packed.is_file() else checkout).read_text(encoding="utf-8")


def for_http(url: str) -> str:
    """Return the manifest as YAML for `stuck web` at the public address `url`.

    Raises ConfigurationError where Slack could not call that address.
    """
    try:
        address = public_url(url) + EVENTS_PATH
    except Malformed as error:
        raise ConfigurationError(
            f"--url: {error}.",
            why="Slack sends commands, clicks and events to this address.",
            todo=f"Give the public address of `stuck web`, for example --url {error.good}",
        ) from error
    return yaml.safe_dump(_over_http(for_socket_mode(), address), sort_keys=False, width=110)


def _over_http(text: str, address: str) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(text)
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    manifest["settings"]["interactivity"]["request_url"] = address
    manifest["settings"]["event_subscriptions"]["request_url"] = address
    manifest["settings"]["socket_mode_enabled"] = False
    return manifest
