"""When and where a store's channel is told: `quiet_hours` and `channels` of `[[stores]]`."""

import re
from collections.abc import Mapping
from datetime import time

from bot import settings_values as values
from bot.settings_severity import by_level
from bot.settings_values import Malformed, shown
from storage.findings import Severity

QuietHours = tuple[time, time]
"""From when until when on the store's clock; where the end is no later than the beginning, on the next day."""
Channels = Mapping[Severity, str]
"""The channel of each severity that has one of its own."""

OFF = "off"
_DASH = re.compile("[-\u2013]")
_GOOD_HOURS = "22:00-07:00"
_GOOD_CHANNELS = '{ critical = "C0123456789" }'


def quiet_hours(value: object) -> QuietHours | None:
    """Read the hours in which a channel hears only of what is critical, or `off`."""
    if isinstance(value, str) and value.strip().lower() in {"", OFF}:
        return None
    ends = _DASH.split(value) if isinstance(value, str) else []
    try:
        starts, stops = (values.clock_time(each.strip()) for each in ends)
    except ValueError as malformed:  # also where there are not two of them
        wrong = f"{shown(value)} is neither two times on a 24-hour clock with a dash between nor off"
        raise Malformed(wrong, good=_GOOD_HOURS) from malformed
    if starts == stops:
        raise Malformed(f"{shown(value)} ends when it begins", good=_GOOD_HOURS)
    return starts, stops


def told_hours(hours: QuietHours | None) -> str:
    """Return quiet hours as stuck.toml has them."""
    return OFF if hours is None else f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"


def named_channels(value: object) -> Channels:
    """Read the channels of the severities that are named; an empty text is the store's own channel."""
    return by_level(
        value, lambda each: "" if each == "" else values.channel(each), _GOOD_CHANNELS, "channel ids"
    )


def channels(value: object) -> Channels:
    """Read which severities have a channel of their own."""
    return {level: channel for level, channel in named_channels(value).items() if channel}
