"""How long gaps may lie before their owner is reminded or somebody is called: `[reminders]` and `[escalation]`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from bot import settings_ids as ids
from bot.settings_values import Malformed, duration, meant, shown
from storage.findings import Severity

Limits = Mapping[Severity, timedelta]
"""How long a gap of each severity may lie; one of a severity that is not named may lie for ever."""
Calls = Mapping[Severity, str]
"""Whom to call for a gap of each severity: the id of a person or of a user group in Slack."""

T = TypeVar("T")
NEVER = "never"
REMIND_AFTER: Limits = {
    Severity.CRITICAL: timedelta(hours=1),
    Severity.HIGH: timedelta(hours=4),
    Severity.NORMAL: timedelta(days=1),
    Severity.LOW: timedelta(days=3),
}
ESCALATE_AFTER: Limits = {Severity.CRITICAL: timedelta(hours=1), Severity.HIGH: timedelta(hours=4)}
_LEVELS = {level.word: level for level in sorted(Severity, reverse=True)}
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


def called(value: object) -> Calls:
    """Read whom to call: one id for every severity, or one for each that is named; an empty text is nobody."""
    if isinstance(value, dict):
        return {level: who for level, who in _by_level(value, _somebody, _GOOD_TO).items() if who}
    who = _somebody(value)
    return dict.fromkeys(_LEVELS.values(), who) if who else {}


def _limits(usual: Limits, value: object) -> Limits:
    if not isinstance(value, dict):
        raise Malformed(f"{shown(value)} is not a table of durations by severity", good=_GOOD_AFTER)
    merged = {**usual, **_by_level(value, _limit, _GOOD_AFTER)}
    return {level: limit for level, limit in merged.items() if limit is not None}


def _limit(value: object) -> timedelta | None:
    return None if value == NEVER else duration(value)


def _somebody(value: object) -> str:
    return "" if value == "" else ids.person_or_group(value)


def _by_level(value: Mapping[object, object], read: Callable[[object], T], good: str) -> dict[Severity, T]:
    """Read a table by severity; an unknown one says which was probably meant."""
    for word in value:
        if word not in _LEVELS:
            known = meant(str(word), _LEVELS) or f"; those are {', '.join(_LEVELS)}"
            raise Malformed(f"{shown(word)} is not a severity{known}", good=good)
    return {_LEVELS[str(word)]: read(each) for word, each in value.items()}
