"""How long gaps may lie before their owner is reminded or somebody is called: `[reminders]` and `[escalation]`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot import settings_ids as ids
from bot.settings_severity import LEVELS, by_level
from bot.settings_values import duration
from storage.findings import Severity

Limits = Mapping[Severity, timedelta]
"""How long a gap of each severity may lie; one of a severity that is not named may lie for ever."""
Calls = Mapping[Severity, str]
"""Whom to call for a gap of each severity: the id of a person or of a user group in Slack."""

NEVER = "never"
REMIND_AFTER: Limits = {
    Severity.CRITICAL: timedelta(hours=1),
    Severity.HIGH: timedelta(hours=4),
    Severity.NORMAL: timedelta(days=1),
    Severity.LOW: timedelta(days=3),
}
ESCALATE_AFTER: Limits = {Severity.CRITICAL: timedelta(hours=1), Severity.HIGH: timedelta(hours=4)}
_GOOD_AFTER = '{ critical = "1h", high = "4h" }'
_GOOD_TO = '{ critical = "U0123456789", high = "S0123456789" }'


@dataclass(frozen=True, slots=True)
class Reminders:
    """When an owner is reminded of a gap, once a claim."""

    after: Limits = field(default_factory=lambda: REMIND_AFTER)


@dataclass(frozen=True, slots=True)
class Escalation:
    """When a gap that nobody has calls for somebody, once, and for whom."""

    after: Limits = field(default_factory=lambda: ESCALATE_AFTER)
    to: Calls = field(default_factory=dict)
    """Nobody is called for a severity that is not named."""


def remind_after(value: object) -> Limits:
    """Read how long an owner may leave gaps lying, by severity; what is not named keeps its default."""
    return _limits(REMIND_AFTER, value)


def escalate_after(value: object) -> Limits:
    """Read how long gaps may lie unowned, by severity; what is not named keeps its default."""
    return _limits(ESCALATE_AFTER, value)


def named_limits(value: object) -> Mapping[Severity, timedelta | None]:
    """Read how long gaps may lie, of the severities that are named only; None: for ever."""
    return by_level(value, _limit, _GOOD_AFTER, "durations")


def called(value: object) -> Calls:
    """Read whom to call: one id for every severity, or one for each that is named; an empty text is nobody."""
    return {level: who for level, who in named_calls(value).items() if who}


def named_calls(value: object) -> Calls:
    """Read whom to call for the severities that are named; one text stands for all of them, an empty one for nobody."""
    if isinstance(value, dict):
        return by_level(value, _somebody, _GOOD_TO)
    return dict.fromkeys(LEVELS.values(), _somebody(value))


def _limits(usual: Limits, value: object) -> Limits:
    merged = {**usual, **named_limits(value)}
    return {level: limit for level, limit in merged.items() if limit is not None}


def _limit(value: object) -> timedelta | None:
    return None if value == NEVER else duration(value)


def _somebody(value: object) -> str:
    return "" if value == "" else ids.person_or_group(value)
