"""Which settings of a store can be changed in Slack, how each is written, and how it is laid over stuck.toml. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

from bot import settings_digest as digest
from bot import settings_ownership as ownership
from bot import settings_telling as telling
from bot import settings_values as values
from bot.settings import StoreSettings
from bot.settings_severity import LEVELS
from storage.findings import Severity


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that a team lead may change. Secrets, addresses and names of shops are none."""

    key: str
    """As in stuck.toml, within the store's table."""
    title: str
    """What people read before its value."""
    read: Callable[[object], Any]
    """Returns what was written; raises Malformed."""
    written: Callable[[StoreSettings], Any]
    """Returns how a store has it, as it is written."""
    lay: Callable[[StoreSettings, Any], StoreSettings]
    """Returns the store with the value that was read."""


def laid_over(store: StoreSettings, overrides: Mapping[str, Any]) -> StoreSettings:
    """Return a store as it is set now.

    What another version of stuck wrote and this one cannot read is left as stuck.toml has it.
    """
    for key, value in overrides.items():
        setting = SETTINGS.get(key)
        if setting is None:
            continue
        try:
            store = setting.lay(store, setting.read(value))
        except values.Malformed:
            continue
    return store


def told(value: timedelta) -> str:
    """Return a duration as stuck.toml has it: 90m, 4h, 2d."""
    minutes = round(value.total_seconds() / 60)
    for unit, length in (("d", 24 * 60), ("h", 60)):
        if minutes and minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"


def clock(value: time) -> str:
    """Return a time of day as stuck.toml has it."""
    return f"{value:%H:%M}"


# ---------------------------------------------------------------- the settings


def _rule(
    key: str, title: str, name: str, read: Callable[[object], Any], write: Callable[[Any], Any]
) -> Setting:
    return Setting(
        key,
        title,
        read,
        lambda store: write(getattr(store.rules, name)),
        lambda store, value: replace(store, rules=replace(store.rules, **{name: value})),
    )


def _window(key: str, title: str, name: str) -> Setting:
    def lay(store: StoreSettings, value: timedelta) -> StoreSettings:
        windows = replace(store.rules.windows, **{name: value})
        return replace(store, rules=replace(store.rules, windows=windows))

    return Setting(
        f"windows.{key}", title, values.duration, lambda store: told(getattr(store.rules.windows, name)), lay
    )


def _exclusion(key: str, title: str, name: str, read: Callable[[object], str]) -> Setting:
    """What is excluded in Slack is excluded as well as what stuck.toml excludes."""

    def read_all(value: object) -> frozenset[str]:
        rows: Iterable[object] = value if isinstance(value, list) else [value]
        return frozenset(read(each) for each in rows)

    def lay(store: StoreSettings, added: frozenset[str]) -> StoreSettings:
        return replace(store, rules=replace(store.rules, **{name: getattr(store.rules, name) | added}))

    return Setting(key, title, read_all, lambda store: sorted(getattr(store.rules, name)), lay)


def _digest(
    key: str, title: str, name: str, read: Callable[[object], Any], write: Callable[[Any], Any]
) -> Setting:
    return Setting(
        f"digest.{key}",
        title,
        read,
        lambda store: write(getattr(store.digests, name)),
        lambda store, value: replace(store, digests=replace(store.digests, **{name: value})),
    )


def _weekly(store: StoreSettings, value: digest.Weekly) -> StoreSettings:
    return replace(store, digests=replace(store.digests, weekly=value.day))


def _by_level(now: Mapping[Severity, Any], write: Callable[[Any], Any], nothing: str) -> dict[str, Any]:
    """Return a table by severity as it is written: all of them, so that it reads back as the same."""
    return {word: write(now[level]) if level in now else nothing for word, level in LEVELS.items()}


def _over(now: Mapping[Severity, Any], named: Mapping[Severity, Any]) -> dict[Severity, Any]:
    """Return a table by severity with those that are named laid over it."""
    return {level: value for level, value in {**now, **named}.items() if value not in {None, ""}}


def _after(store: StoreSettings, named: Mapping[Severity, timedelta | None]) -> StoreSettings:
    after = _over(store.escalation.after, named)
    return replace(store, escalation=replace(store.escalation, after=after))


def _to(store: StoreSettings, named: Mapping[Severity, str]) -> StoreSettings:
    return replace(store, escalation=replace(store.escalation, to=_over(store.escalation.to, named)))


def _telling() -> Iterable[Setting]:
    """Return what is about telling people, and changes no judgement."""
    yield Setting(
        "quiet_hours",
        "Quiet hours",
        telling.quiet_hours,
        lambda store: telling.told_hours(store.quiet_hours),
        lambda store, value: replace(store, quiet_hours=value),
    )
    yield _digest("daily", "Daily digest", "daily", values.yes_or_no, bool)
    yield _digest("hour", "Hour of the digests", "hour", values.clock_time, clock)
    yield Setting(
        "digest.weekly",
        "Day of the weekly digest",
        digest.weekly,
        lambda store: digest.told(store.digests.weekly),
        _weekly,
    )
    yield Setting(
        "escalation.after",
        "How long a gap may be without an owner",
        ownership.named_limits,
        lambda store: _by_level(store.escalation.after, told, ownership.NEVER),
        _after,
    )
    yield Setting(
        "escalation.to",
        "Who is called then",
        ownership.named_calls,
        lambda store: _by_level(store.escalation.to, str, ""),
        _to,
    )
    yield Setting(
        "channels",
        "Channel of new cards",
        telling.named_channels,
        lambda store: _by_level(store.channels, str, ""),
        lambda store, named: replace(store, channels=_over(store.channels, named)),
    )


def _settings() -> Iterable[Setting]:
    yield _window("notify", "Shopify should know of a label within", "notify")
    yield _window("import", "ShipStation should have an order within", "import_")
    yield _window("cutoff_grace", "Time after the cutoff before an order counts as late", "cutoff_grace")
    yield _window("at_risk", "Time before the cutoff when an order counts as at risk", "at_risk")
    yield _window("hold", "How long an order may be on hold", "hold")
    yield _window("hold_stock", "How long an order may wait for stock", "hold_stock")
    yield _window("provider", "How long a fulfilment provider may leave an order unanswered", "provider")
    yield _window("cancelled", "How long ShipStation may keep a cancelled order open", "cancelled")
    yield _rule("cutoff", "Cutoff", "cutoff", values.clock_time, clock)
    yield from _telling()
    yield _exclusion("exclude_tags", "Tags that are left alone", "exclude_tags", values.tag)
    yield _exclusion(
        "exclude_sources", "Sales channels that are left alone", "exclude_sources", values.source
    )
    yield _exclusion(
        "exclude_shipping_methods",
        "Shipping methods that are left alone",
        "exclude_methods",
        values.shipping_method,
    )
    yield _exclusion("exclude_skus", "Products that are left alone", "exclude_skus", values.sku)


SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in _settings()}
"""By key, in the order in which people read them."""
