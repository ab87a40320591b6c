"""The variables that stuck reads: from the environment, and below it from `.env`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from dotenv import dotenv_values
from pydantic import SecretStr

from bot import secrets
from bot import settings_values as values
from bot.settings_problems import Problems
from bot.settings_values import Malformed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the contract: what it is, and a value that would do."""

    meaning: str
    good: str
    parse: Callable[[str], object] = values.secret


VARIABLES: Mapping[str, Variable] = {
    "SLACK_BOT_TOKEN": Variable(
        "the Slack app's bot token", "xoxb-1111-2222-yourtoken", parse=values.bot_token
    ),
    "SLACK_APP_TOKEN": Variable(
        "the Slack app's app-level token, for Socket Mode", "xapp-1-A111-yourtoken", parse=values.app_token
    ),
    "SLACK_SIGNING_SECRET": Variable(
        "the Slack app's signing secret, for HTTP", "0123456789abcdef0123456789abcdef"
    ),
    "SLACK_CHANNEL": Variable("the id of the channel for the cards", "C0123456789", parse=values.channel),
    "SHOPIFY_SHOP": Variable("the shop's address", "acme.myshopify.com", parse=values.shop),
    "SHOPIFY_CLIENT_ID": Variable(
        "the Shopify app's client id; an existing SHOPIFY_ACCESS_TOKEN would do instead of id and secret",
        "0123456789abcdef0123456789abcdef",
    ),
    "SHOPIFY_CLIENT_SECRET": Variable("the Shopify app's client secret", "shpss_yoursecret"),
    "SHOPIFY_ACCESS_TOKEN": Variable("an existing Admin API token", "shpat_yourtoken"),
    "SHIPSTATION_API_KEY": Variable(
        "the V1 API key of the ShipStation account", "0123456789abcdef0123456789abcdef"
    ),
    "SHIPSTATION_API_SECRET": Variable(
        "the V1 API secret that belongs to the key", "0123456789abcdef0123456789abcdef"
    ),
    "DATABASE_URL": Variable(
        "where the queue is kept", "postgresql://user:password@host/stuck", parse=values.database_url
    ),
    "HEARTBEAT_URL": Variable(
        "the address that is called while all is well",
        "https://heartbeat.example.com/your-check",
        parse=values.heartbeat_url,
    ),
    "STUCK_API_TOKEN": Variable(
        "the token that the JSON API of `stuck web` asks for",
        "a-long-random-text-of-your-own",
        parse=values.api_token,
    ),
    "STUCK_CONFIG": Variable("the path of stuck.toml", "/etc/stuck.toml", parse=str),
    "SLACK_API_URL": Variable(
        "another base address of Slack's Web API", "http://127.0.0.1:9000/api/", parse=values.slack_url
    ),
    "SHOPIFY_API_URL": Variable(
        "another base address of Shopify", "http://127.0.0.1:9001", parse=values.base_url
    ),
    "SHIPSTATION_API_URL": Variable(
        "another base address of ShipStation", "http://127.0.0.1:9002", parse=values.base_url
    ),
    "PORT": Variable("the port of `stuck web`", "8080", parse=values.port),
}
"""Every variable of the contract; docs/configuration.md has a heading for each (a test holds that)."""


class Environment:
    """Variables by name; what is missing or malformed goes to `problems`."""

    def __init__(self, variables: Mapping[str, str], problems: Problems) -> None:
        self._variables = variables
        self.problems = problems

    def raw(self, name: str) -> str | None:
        """Return the trimmed value; an empty one counts as not set."""
        return self._variables.get(name, "").strip() or None

    def parsed(self, name: str, parse: Callable[[str], T], *, needed: bool, example: str = "") -> T | None:
        """Return the value read by `parse`, or None; a malformed one is a problem only where it is needed."""
        text = self.raw(name)
        if text is None:
            return None
        try:
            return parse(text)
        except Malformed as error:
            if needed:
                known = VARIABLES.get(name)
                good = known.good if known else error.good or example
                self.problems.add(name, str(error), f"{name}={good}")
            return None

    def secret(
        self,
        name: str,
        *,
        needed: bool,
        example: str = "",
        named_by: str = "",
        parse: Callable[[str], str] = values.secret,
    ) -> SecretStr | None:
        """Return a secret, which no log line will show; not set is a problem only where it is needed.

        `named_by`: the key that names it.
        """
        if needed and self.raw(name) is None:
            self.missing(name, example=example, named_by=named_by)
        text = self.parsed(name, parse, needed=needed, example=example)
        if text is None:
            return None
        secrets.hide(text)
        return SecretStr(text)

    def missing(self, name: str, *, example: str = "", named_by: str = "") -> None:
        """Report that a variable is not set."""
        known = VARIABLES.get(name)
        meaning = f"not set ({known.meaning})" if known else "not set"
        told = f"; {named_by} names it" if named_by else ""
        self.problems.add(name, f"{meaning}{told}", f"{name}={known.good if known else example}")


def read_environment(environ: Mapping[str, str] | None, cwd: Path, problems: Problems) -> Environment:
    """Read `.env` of `cwd` and put the environment above it."""
    below = _dotenv(cwd / ".env", problems)
    return Environment({**below, **(os.environ if environ is None else environ)}, problems)


def _dotenv(path: Path, problems: Problems) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        found = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.add(".env", f"cannot be read ({type(error).__name__})", "SLACK_CHANNEL=C0123456789")
        return {}
    return {name: value for name, value in found.items() if value is not None}
