"""stuck.toml: its tables, and every way in which it can be wrong, told by key path."""

import tomllib
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from bot import settings_digest as digest
from bot import settings_ids as ids
from bot import settings_ownership as ownership
from bot import settings_telling as telling
from bot import settings_values as values
from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from bot.settings_problems import Problems
from bot.settings_values import Malformed, looks_secret, meant, shown

VariableName = Annotated[str, PlainValidator(values.variable_name)]
Duration = Annotated[timedelta, PlainValidator(values.duration)]
_RULES = StoreRules(name="", shop="")
_WINDOWS = Windows()


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class ShopifyTable(_Table):
    """`[stores.shopify]`."""

    shop: Annotated[str | None, PlainValidator(values.shop)] = None
    client_id_env: VariableName = "SHOPIFY_CLIENT_ID"
    client_secret_env: VariableName = "SHOPIFY_CLIENT_SECRET"  # noqa: S105  # a variable's name
    access_token_env: VariableName = "SHOPIFY_ACCESS_TOKEN"  # noqa: S105  # a variable's name


class ShipStationTable(_Table):
    """`[stores.shipstation]`."""

    api_key_env: VariableName = "SHIPSTATION_API_KEY"
    api_secret_env: VariableName = "SHIPSTATION_API_SECRET"  # noqa: S105  # a variable's name
    store_ids: list[Annotated[int, Field(gt=0)]] = sorted(_RULES.store_ids)
    review_tags: list[Annotated[int, Field(gt=0)]] = sorted(_RULES.review_tags)
    notify: Annotated[NotifyPolicy, PlainValidator(values.notify)] = _RULES.notify


class WindowsTable(_Table):
    """`[stores.windows]`; its fields are those of `Windows`."""

    notify: Duration = _WINDOWS.notify
    import_: Annotated[Duration, Field(alias="import")] = _WINDOWS.import_
    minimum_order_age: Duration = _WINDOWS.minimum_order_age
    cutoff_grace: Duration = _WINDOWS.cutoff_grace
    at_risk: Duration = _WINDOWS.at_risk
    import_stalled: Duration = _WINDOWS.import_stalled
    import_stalled_off_hours: Duration = _WINDOWS.import_stalled_off_hours
    hold: Duration = _WINDOWS.hold
    hold_stock: Duration = _WINDOWS.hold_stock
    hold_upsell: Duration = _WINDOWS.hold_upsell
    provider: Duration = _WINDOWS.provider
    cancelled: Duration = _WINDOWS.cancelled
    notify_outage: Duration = _WINDOWS.notify_outage
    verify: Duration = _WINDOWS.verify


class RemindersTable(_Table):
    """`[reminders]`."""

    after: Annotated[ownership.Limits, PlainValidator(ownership.remind_after)] = ownership.REMIND_AFTER


class EscalationTable(_Table):
    """`[escalation]` and `[stores.escalation]`; what a store leaves out holds as for all."""

    after: Annotated[ownership.Limits | None, PlainValidator(ownership.escalate_after)] = None
    to: Annotated[ownership.Calls | None, PlainValidator(ownership.called)] = None


class DigestTable(_Table):
    """`[digest]` and `[stores.digest]`; what a store leaves out holds as for all."""

    daily: bool | None = None
    hour: Annotated[time | None, PlainValidator(values.clock_time)] = None
    weekly: Annotated[digest.Weekly | None, PlainValidator(digest.weekly)] = None


class StoreTable(_Table):
    """`[[stores]]`."""

    name: Annotated[str | None, PlainValidator(values.store_name)] = None
    channel: Annotated[str | None, PlainValidator(values.channel)] = None
    channels: Annotated[telling.Channels, PlainValidator(telling.channels)] = Field(default_factory=dict)
    quiet_hours: Annotated[telling.QuietHours | None, PlainValidator(telling.quiet_hours)] = None
    timezone: Annotated[ZoneInfo, PlainValidator(values.zone)] = _RULES.timezone
    workdays: Annotated[list[Annotated[int, PlainValidator(values.workday)]], Field(min_length=1)] = sorted(
        _RULES.workdays
    )
    holidays: list[Annotated[date, PlainValidator(values.holiday)]] = sorted(_RULES.holidays)
    cutoff: Annotated[time, PlainValidator(values.clock_time)] = _RULES.cutoff
    handling_days: Annotated[int, PlainValidator(values.handling_days)] = _RULES.handling_days
    business_hours: Annotated[tuple[time, time], PlainValidator(values.business_hours)] = (
        _RULES.opens,
        _RULES.closes,
    )
    exclude_tags: list[Annotated[str, PlainValidator(values.tag)]] = sorted(_RULES.exclude_tags)
    exclude_sources: list[Annotated[str, PlainValidator(values.source)]] = sorted(_RULES.exclude_sources)
    exclude_shipping_methods: list[Annotated[str, PlainValidator(values.shipping_method)]] = sorted(
        _RULES.exclude_methods
    )
    exclude_skus: list[Annotated[str, PlainValidator(values.sku)]] = sorted(_RULES.exclude_skus)
    exclude_locations: list[Annotated[str, PlainValidator(values.location)]] = sorted(
        _RULES.exclude_locations
    )
    locations: list[Annotated[str, PlainValidator(values.location)]] = sorted(_RULES.locations)
    delivery_methods: Annotated[
        list[Annotated[str, PlainValidator(values.delivery_method)]], Field(min_length=1)
    ] = sorted(_RULES.delivery_methods)
    paid: Annotated[list[Annotated[str, PlainValidator(values.financial_state)]], Field(min_length=1)] = (
        sorted(_RULES.paid)
    )
    shopify: ShopifyTable = ShopifyTable()
    shipstation: ShipStationTable = ShipStationTable()
    windows: WindowsTable = WindowsTable()
    escalation: EscalationTable = EscalationTable()
    digest: DigestTable = DigestTable()


class FileTable(_Table):
    """The whole file."""

    allowed_users: list[Annotated[str, PlainValidator(ids.user)]] = Field(default_factory=list)
    allowed_groups: list[Annotated[str, PlainValidator(ids.user_group)]] = Field(default_factory=list)
    reminders: RemindersTable = RemindersTable()
    escalation: EscalationTable = EscalationTable()
    digest: DigestTable = DigestTable()
    stores: Annotated[list[StoreTable], Field(min_length=1)]


TABLES: Mapping[str, tuple[str, ...]] = {
    "": tuple(FileTable.model_fields),
    "reminders": tuple(RemindersTable.model_fields),
    "escalation": tuple(EscalationTable.model_fields),
    "digest": tuple(DigestTable.model_fields),
    "stores": tuple(StoreTable.model_fields),
    "stores.shopify": tuple(ShopifyTable.model_fields),
    "stores.shipstation": tuple(ShipStationTable.model_fields),
    "stores.windows": tuple(field.alias or name for name, field in WindowsTable.model_fields.items()),
    "stores.escalation": tuple(EscalationTable.model_fields),
    "stores.digest": tuple(DigestTable.model_fields),
}
"""Every key of stuck.toml by table; docs/configuration.md has a heading for each (a test holds that)."""

EXAMPLES: Mapping[str, str] = {
    "allowed_users": 'allowed_users = ["U0123456789"]',
    "allowed_groups": 'allowed_groups = ["S0123456789"]',
    "reminders": "[reminders]",
    "reminders.after": 'after = { high = "4h", normal = "1d" }',
    "escalation": "[escalation]",
    "escalation.after": 'after = { critical = "1h", high = "4h" }',
    "escalation.to": 'to = "S0123456789"',
    "digest": "[digest]",
    "digest.daily": "daily = true",
    "digest.hour": 'hour = "08:30"',
    "digest.weekly": 'weekly = "monday" (or "off")',
    "stores": "[[stores]]",
    "stores.name": 'name = "main"',
    "stores.channel": 'channel = "C0123456789"',
    "stores.channels": 'channels = { critical = "C0123456789" }',
    "stores.quiet_hours": 'quiet_hours = "22:00-07:00" (or "off")',
    "stores.timezone": 'timezone = "America/New_York"',
    "stores.workdays": 'workdays = ["mon", "tue", "wed", "thu", "fri"]',
    "stores.holidays": 'holidays = ["2026-12-25"]',
    "stores.cutoff": 'cutoff = "15:00"',
    "stores.handling_days": "handling_days = 1",
    "stores.business_hours": 'business_hours = "08:00-18:00"',
    "stores.exclude_tags": 'exclude_tags = ["do-not-ship"]',
    "stores.exclude_sources": 'exclude_sources = ["pos"]',
    "stores.exclude_shipping_methods": 'exclude_shipping_methods = ["Freight"]',
    "stores.exclude_skus": 'exclude_skus = ["gift-wrap"]',
    "stores.exclude_locations": 'exclude_locations = ["Showroom"]',
    "stores.locations": 'locations = ["Main warehouse"]',
    "stores.delivery_methods": 'delivery_methods = ["SHIPPING"]',
    "stores.paid": 'paid = ["PAID", "PARTIALLY_REFUNDED"]',
    "stores.shopify": "[stores.shopify]",
    "stores.shopify.shop": 'shop = "acme.myshopify.com"',
    "stores.shopify.client_id_env": 'client_id_env = "SHOPIFY_CLIENT_ID"',
    "stores.shopify.client_secret_env": 'client_secret_env = "SHOPIFY_CLIENT_SECRET"',
    "stores.shopify.access_token_env": 'access_token_env = "SHOPIFY_ACCESS_TOKEN"',
    "stores.shipstation": "[stores.shipstation]",
    "stores.shipstation.api_key_env": 'api_key_env = "SHIPSTATION_API_KEY"',
    "stores.shipstation.api_secret_env": 'api_secret_env = "SHIPSTATION_API_SECRET"',
    "stores.shipstation.store_ids": "store_ids = [12345]",
    "stores.shipstation.review_tags": "review_tags = [8362]",
    "stores.shipstation.notify": 'notify = "immediately" (or "hours:4", "ship_date:17:00", "mail_stream")',
    "stores.windows": "[stores.windows]",
    "stores.windows.notify": 'notify = "4h"',
    "stores.windows.import": 'import = "4h"',
    "stores.windows.minimum_order_age": 'minimum_order_age = "60m"',
    "stores.windows.cutoff_grace": 'cutoff_grace = "30m"',
    "stores.windows.at_risk": 'at_risk = "90m"',
    "stores.windows.import_stalled": 'import_stalled = "2h"',
    "stores.windows.import_stalled_off_hours": 'import_stalled_off_hours = "6h"',
    "stores.windows.hold": 'hold = "2d"',
    "stores.windows.hold_stock": 'hold_stock = "7d"',
    "stores.windows.hold_upsell": 'hold_upsell = "2h"',
    "stores.windows.provider": 'provider = "24h"',
    "stores.windows.cancelled": 'cancelled = "15m"',
    "stores.windows.notify_outage": 'notify_outage = "30m"',
    "stores.windows.verify": 'verify = "1h"',
    "stores.escalation": "[stores.escalation]",
    "stores.escalation.after": 'after = { critical = "1h", high = "4h" }',
    "stores.escalation.to": 'to = "S0123456789"',
    "stores.digest": "[stores.digest]",
    "stores.digest.daily": "daily = true",
    "stores.digest.hour": 'hour = "08:30"',
    "stores.digest.weekly": 'weekly = "monday" (or "off")',
}


def read_file(path: Path, problems: Problems) -> FileTable | None:
    """Return what the file says, or None after telling `problems` why it cannot be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problems.add(str(path), f"cannot be read ({error.strerror})", "STUCK_CONFIG=./stuck.toml")
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "not UTF-8 text"
        problems.add(path.name, f"not valid TOML: {reason}", 'cutoff = "15:00"')
        return None
    if _tell_secrets(path.name, content, (), problems):
        return None
    try:
        return FileTable.model_validate(content)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=True):
            _tell(path.name, dict(one), problems)
        return None


def key_path(file: str, loc: tuple[int | str, ...]) -> str:
    """Return `stuck.toml stores[0].windows.notify` for the place of one key."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{'…' if looks_secret(part) else part}"
    return f"{file} {path.lstrip('.')}".strip()


def _tell_secrets(file: str, value: object, loc: tuple[int | str, ...], problems: Problems) -> bool:
    """Report every text in the file that looks like a secret, by its place only."""
    if isinstance(value, str) and looks_secret(value):
        problems.add(
            key_path(file, loc),
            "this looks like a secret, and secrets never stand in the file; if it is one, replace it with a new one",
            'client_secret_env = "SHOPIFY_CLIENT_SECRET" and the secret in the environment',
        )
        return True
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    found = [_tell_secrets(file, part, (*loc, key), problems) for key, part in parts]
    return any(found)


def _tell(file: str, error: dict[str, Any], problems: Problems) -> None:
    """Report one refusal of pydantic's in our words."""
    loc: tuple[int | str, ...] = error["loc"]
    names = [part for part in loc if isinstance(part, str)]
    if error["type"] == "extra_forbidden":
        wrong = _unknown_key(names)
    elif isinstance(cause := error.get("ctx", {}).get("error"), Malformed):
        wrong = str(cause)
    else:
        wrong = _wrong_shape(error)
    problems.add(key_path(file, loc), wrong, _example(names))


def _unknown_key(names: list[str]) -> str:
    """Say that a key is unknown, and which one was probably meant."""
    table, key = ".".join(names[:-1]), names[-1]
    known = TABLES.get(table, ())
    if f"{key}_env" in known:
        return f"secrets never stand in the file: name the variable that holds it with {key}_env"
    elsewhere = _elsewhere(key)
    if elsewhere == "":
        return "unknown key here; it belongs at the top of the file, before the first [[stores]]"
    if elsewhere is not None:
        return f"unknown key here; it belongs under {EXAMPLES[elsewhere]}"
    return f"unknown key{meant(key, known)}"


def _elsewhere(key: str) -> str | None:
    """Return the table that has this key, or None; a wrong header is likelier than a misspelt key."""
    return next((table for table, keys in TABLES.items() if key in keys), None)


def _wrong_shape(error: dict[str, Any]) -> str:
    """Say that a value has the wrong TOML type or is empty."""
    if error["type"] == "missing":
        return "there is no store in the file"
    if error["type"] == "too_short":
        return "the list is empty"
    if error["type"] == "list_type" and error["loc"] == ("stores",):
        return "stores are written with two brackets"
    wanted = {
        "list_type": "a list",
        "int_type": "a whole number",
        "bool_type": "true or false",
        "model_type": "a table",
        "greater_than": "above 0",
    }
    return f"{shown(error['input'])} is not {wanted.get(error['type'], 'a value that fits here')}"


def _example(names: list[str]) -> str:
    """Return a line that would do for this key, or for its nearest known neighbour."""
    table, key = ".".join(names[:-1]), names[-1] if names else ""
    close = values.nearest(key, TABLES.get(table, ()))
    home = _elsewhere(key)
    paths = (".".join(names), f"{table if home is None else home}.{key}", f"{table}.{close}", table)
    for path in (path.strip(".") for path in paths):
        if path in EXAMPLES:
            return EXAMPLES[path]
    return EXAMPLES["stores"]
