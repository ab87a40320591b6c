"""The settings: environment, `.env` and stuck.toml in, frozen values out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from bot import settings_values as values
from bot.errors import ConfigurationError
from bot.gaps.rules import StoreRules, Windows
from bot.settings_access import EVERYBODY, Allowed
from bot.settings_digest import HOUR, WEEKLY, Digests
from bot.settings_env import VARIABLES, Environment, read_environment
from bot.settings_file import (
    DigestTable,
    EscalationTable,
    FileTable,
    ShipStationTable,
    ShopifyTable,
    StoreTable,
    key_path,
    read_file,
)
from bot.settings_ownership import ESCALATE_AFTER, Escalation, Reminders
from bot.settings_problems import Problem, Problems, SettingsError
from bot.settings_telling import Channels, QuietHours

__all__ = [
    "EVERYBODY",
    "Allowed",
    "Digests",
    "Escalation",
    "Need",
    "Problem",
    "Reminders",
    "Settings",
    "SettingsError",
    "ShipStationCredentials",
    "ShopifyCredentials",
    "SlackSettings",
    "StoreSettings",
    "load",
]

Need = Literal["slack", "socket", "http", "sources", "database"]
"""A part that a command cannot do without; what it does not need may be missing."""

SLACK_API_URL = "https://slack.com/api/"
DATABASE_URL = "sqlite:///stuck.db"
ONLY_STORE = "main"
RECONCILE_EVERY = timedelta(minutes=5)
PORT = 8080


@dataclass(frozen=True, slots=True)
class ShopifyCredentials:
    """How to get into one shop: client id and secret, or an existing token. With both, the pair is used."""

    shop: str
    """`acme.myshopify.com`; empty only where the command needs no sources."""
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    access_token: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class ShipStationCredentials:
    """The V1 key pair of one ShipStation account; empty only where the command needs no sources."""

    api_key: SecretStr
    api_secret: SecretStr


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """One store: its rules, its channel and how to read both sides."""

    rules: StoreRules
    channel: str | None
    shopify: ShopifyCredentials
    shipstation: ShipStationCredentials
    escalation: Escalation = Escalation()
    """Whom its unowned gaps call for."""
    digests: Digests = Digests()
    """When its channel is told how things stand."""
    channels: Channels = field(default_factory=dict)
    """Where new cards of some severities go instead."""
    quiet_hours: QuietHours | None = None
    """When its channels hear of nothing new that is not critical, on its own clock."""


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How to talk to Slack; each token may be missing where the command does not need it."""

    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    api_url: str = SLACK_API_URL


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator decides."""

    stores: tuple[StoreSettings, ...]
    slack: SlackSettings = SlackSettings()
    allowed: Allowed = EVERYBODY
    reminders: Reminders = Reminders()
    database_url: str = field(default=DATABASE_URL, repr=False)
    """Not shown: a PostgreSQL address holds a password."""
    shopify_url: str | None = None
    shipstation_url: str | None = None
    every: timedelta = RECONCILE_EVERY
    port: int = PORT
    heartbeat_url: SecretStr | None = None
    """Called while all is well; None: nobody waits for it."""
    api_token: SecretStr | None = None
    """What `/api` asks for; None: there is no `/api`."""

    def store(self, name: str) -> StoreSettings:
        """Return the store of that name. Raises ConfigurationError with the names there are."""
        for store in self.stores:
            if store.rules.name == name:
                return store
        names = [store.rules.name for store in self.stores]
        raise ConfigurationError(
            f"There is no store {values.shown(name)}{values.meant(name, names) or '.'}",
            why=f"The settings know {', '.join(names)}.",
            todo=f"Use one of them, for example --store {names[0]}.",
        )


def load(
    environ: Mapping[str, str] | None = None, cwd: Path | None = None, *, need: frozenset[Need]
) -> Settings:
    """Read the settings that a command needs. Raises SettingsError with every problem at once.

    `environ` defaults to the process's environment, `cwd` to the working directory; `.env` and stuck.toml
    are looked for in `cwd`.
    """
    problems = Problems()
    here = Path.cwd() if cwd is None else cwd
    env = read_environment(environ, here, problems)
    file, name = _file(env, here)
    reading = _Reading(env, need, tuple(file.stores), name, file)
    settings = Settings(
        stores=tuple(reading.store(index) for index in range(len(reading.tables))),
        slack=_slack(env, need),
        allowed=Allowed(_once(file.allowed_users), _once(file.allowed_groups)),
        reminders=Reminders(file.reminders.after),
        database_url=env.parsed("DATABASE_URL", values.database_url, needed="database" in need)
        or DATABASE_URL,
        shopify_url=env.parsed("SHOPIFY_API_URL", values.base_url, needed="sources" in need),
        shipstation_url=env.parsed("SHIPSTATION_API_URL", values.base_url, needed="sources" in need),
        port=env.parsed("PORT", values.port, needed="http" in need) or PORT,
        heartbeat_url=_heartbeat(env, need),
        api_token=_api_token(env, need),
    )
    reading.tell_twins()
    problems.raise_if_any()
    return settings


def _file(env: Environment, here: Path) -> tuple[FileTable, str | None]:
    """Return stuck.toml and its name, or the one store that the environment describes; no store after problems."""
    named = env.raw("STUCK_CONFIG")
    path = here / (named or "stuck.toml")
    if named is None and not path.exists():
        return FileTable(stores=[StoreTable()]), None
    return read_file(path, env.problems) or FileTable.model_construct(stores=[]), path.name


def _once(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _heartbeat(env: Environment, need: frozenset[Need]) -> SecretStr | None:
    """Read the address, which nobody has to have; a malformed one stops what would call it."""
    wanted = {"slack", "sources"} <= need and env.raw("HEARTBEAT_URL") is not None
    return env.secret("HEARTBEAT_URL", needed=wanted, parse=values.heartbeat_url)


def _api_token(env: Environment, need: frozenset[Need]) -> SecretStr | None:
    """Read the token, which nobody has to have; a malformed one stops what would ask for it."""
    wanted = "http" in need and env.raw("STUCK_API_TOKEN") is not None
    return env.secret("STUCK_API_TOKEN", needed=wanted, parse=values.api_token)


def _slack(env: Environment, need: frozenset[Need]) -> SlackSettings:
    return SlackSettings(
        bot_token=env.secret("SLACK_BOT_TOKEN", needed="slack" in need, parse=values.bot_token),
        app_token=env.secret("SLACK_APP_TOKEN", needed="socket" in need, parse=values.app_token),
        signing_secret=env.secret("SLACK_SIGNING_SECRET", needed="http" in need),
        api_url=env.parsed("SLACK_API_URL", values.slack_url, needed="slack" in need) or SLACK_API_URL,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """The tables of the file, being filled in from the environment."""

    env: Environment
    need: frozenset[Need]
    tables: tuple[StoreTable, ...]
    file: str | None
    """Name of stuck.toml; None: the environment alone describes the only store."""
    common: FileTable
    """What holds for stores that do not say otherwise."""

    def store(self, index: int) -> StoreSettings:
        """Return one store with all that the environment adds to it."""
        table = self.tables[index]
        shopify = self._shopify(index, table.shopify)
        return StoreSettings(
            rules=_rules(table, self._name(index), shopify.shop),
            channel=self._channel(index),
            shopify=shopify,
            shipstation=self._shipstation(index, table.shipstation),
            escalation=_escalation(table.escalation, self.common.escalation),
            digests=_digests(table.digest, self.common.digest),
            channels=table.channels,
            quiet_hours=table.quiet_hours,
        )

    def tell_twins(self) -> None:
        """Report stores that share a name: their gaps could not be told apart."""
        named = Counter(table.name for table in self.tables if table.name is not None)
        for name in (name for name, count in named.items() if count > 1):
            self._tell(("stores",), f"{named[name]} stores are called {name!r}", f'name = "{name}-2"')

    def _tell(self, loc: tuple[int | str, ...], wrong: str, example: str) -> None:
        self.env.problems.add(key_path(self.file or "stuck.toml", loc), wrong, example)

    def _only(self) -> bool:
        return len(self.tables) == 1

    def _name(self, index: int) -> str:
        name = self.tables[index].name
        if name is None and not self._only():
            self._tell(("stores", index, "name"), "with several stores each needs a name", 'name = "main"')
        return name or ONLY_STORE

    def _channel(self, index: int) -> str | None:
        needed = "slack" in self.need
        channel = self.tables[index].channel
        if channel is None and self._only():
            channel = self.env.parsed("SLACK_CHANNEL", values.channel, needed=needed)
            if needed and self.env.raw("SLACK_CHANNEL") is None:
                self.env.missing("SLACK_CHANNEL")
        elif channel is None and needed:
            self._tell(("stores", index, "channel"), "with several stores each needs its channel", _CHANNEL)
        return channel

    def _shop(self, index: int, table: ShopifyTable) -> str:
        needed = "sources" in self.need
        if table.shop is not None:
            return table.shop
        if not self._only():
            if needed:
                self._tell(
                    ("stores", index, "shopify", "shop"), "with several stores each needs its shop", _SHOP
                )
            return ""
        if needed and self.env.raw("SHOPIFY_SHOP") is None:
            self.env.missing("SHOPIFY_SHOP")
        return self.env.parsed("SHOPIFY_SHOP", values.shop, needed=needed) or ""

    def _shopify(self, index: int, table: ShopifyTable) -> ShopifyCredentials:
        """Find the token, or the client id and secret, which are needed where there is no token."""
        token = self._secret(index, "shopify", "access_token_env", table.access_token_env, needed=False)
        needed = "sources" in self.need and token is None
        client_id = self._secret(index, "shopify", "client_id_env", table.client_id_env, needed=needed)
        secret = self._secret(index, "shopify", "client_secret_env", table.client_secret_env, needed=needed)
        return ShopifyCredentials(self._shop(index, table), client_id, secret, token)

    def _shipstation(self, index: int, table: ShipStationTable) -> ShipStationCredentials:
        needed = "sources" in self.need
        key = self._secret(index, "shipstation", "api_key_env", table.api_key_env, needed=needed)
        secret = self._secret(index, "shipstation", "api_secret_env", table.api_secret_env, needed=needed)
        return ShipStationCredentials(key or SecretStr(""), secret or SecretStr(""))

    def _secret(self, index: int, table: str, key: str, name: str, *, needed: bool) -> SecretStr | None:
        """Return the secret in the variable that the file, or the contract, names."""
        named_by = "" if name in VARIABLES else key_path(self.file or "", ("stores", index, table, key))
        return self.env.secret(name, needed=needed, example="…", named_by=named_by)


_CHANNEL = 'channel = "C0123456789"'
_SHOP = 'shop = "acme.myshopify.com"'


def _escalation(own: EscalationTable, common: EscalationTable) -> Escalation:
    after = common.after if own.after is None else own.after
    to = common.to if own.to is None else own.to
    return Escalation(ESCALATE_AFTER if after is None else after, to or {})


def _digests(own: DigestTable, common: DigestTable) -> Digests:
    tables = (own, common)
    daily = next((table.daily for table in tables if table.daily is not None), True)
    hour = next((table.hour for table in tables if table.hour is not None), HOUR)
    weekly = next((table.weekly for table in tables if table.weekly is not None), WEEKLY)
    return Digests(daily, hour, weekly.day)


def _rules(table: StoreTable, name: str, shop: str) -> StoreRules:
    opens, closes = table.business_hours
    return StoreRules(
        name=name,
        shop=shop,
        timezone=table.timezone,
        workdays=frozenset(table.workdays),
        holidays=frozenset(table.holidays),
        cutoff=table.cutoff,
        handling_days=table.handling_days,
        opens=opens,
        closes=closes,
        paid=frozenset(table.paid),
        exclude_tags=frozenset(table.exclude_tags),
        exclude_sources=frozenset(table.exclude_sources),
        exclude_methods=frozenset(table.exclude_shipping_methods),
        exclude_skus=frozenset(table.exclude_skus),
        exclude_locations=frozenset(table.exclude_locations),
        delivery_methods=frozenset(table.delivery_methods),
        review_tags=frozenset(table.shipstation.review_tags),
        store_ids=frozenset(table.shipstation.store_ids),
        locations=frozenset(table.locations),
        notify=table.shipstation.notify,
        windows=Windows(**dict(table.windows)),
    )
