"""Short-lived rights that Slack hands to an app: trigger ids and response urls."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock

TRIGGER_SECONDS = 3.0
"""How long a trigger id opens a modal (slack.md 1.2)."""
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


def person_seconds(clock: Clock, seconds: float) -> timedelta:
    """Return how far `clock` runs while a person lives through `seconds`: people do not live faster in the demo."""
    pace = clock.wall_seconds(1.0) or 1.0
    return timedelta(seconds=seconds / pace)


@dataclass(slots=True)
class Trigger:
    """The right to open one modal for one person, right after they clicked."""

    user: str
    until: datetime
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer one interaction a few times."""

    token: str
    user: str
    channel: str
    until: datetime
    message_ts: str | None = None
    """The message that was clicked; None after a slash command."""
    thread_ts: str | None = None
    uses: int = 0


class Tickets:
    """Hands out trigger ids and response urls, and takes them back once."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._numbers = itertools.count(1)
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str) -> str:
        """Return a new trigger id for `user`."""
        key = f"{next(self._numbers)}.{user}.pretend"
        self._triggers[key] = Trigger(user, self.clock.now() + person_seconds(self.clock, TRIGGER_SECONDS))
        return key

    def redeem(self, key: str) -> tuple[str, str | None]:
        """Use a trigger id up: the person it was for, and Slack's error code or None."""
        trigger = self._triggers.get(key)
        if trigger is None:
            return "", "invalid_trigger_id"
        if trigger.used:
            return "", "exchanged_trigger_id"
        if self.clock.now() > trigger.until:
            return "", "expired_trigger_id"
        trigger.used = True
        return trigger.user, None

    def response_url(
        self, user: str, channel: str, *, message_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """Return the token of a new response url."""
        token = f"{channel}-{next(self._numbers)}-pretend"
        until = self.clock.now() + person_seconds(self.clock, RESPONSE_SECONDS)
        self._urls[token] = ResponseUrl(token, user, channel, until, message_ts, thread_ts)
        return token

    def use(self, token: str) -> tuple[ResponseUrl | None, str | None]:
        """Count one use of a response url: what it answers, and Slack's error code or None."""
        url = self._urls.get(token)
        if url is None:
            return None, "invalid_url"
        if self.clock.now() > url.until:
            return None, "expired_url"
        if url.uses >= RESPONSE_USES:
            return None, "used_url"
        url.uses += 1
        return url, None
