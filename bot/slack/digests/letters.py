"""A digest as its notice keeps it, and what is sent of it: the text and the picture. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.slack.digests.charts import Chart, day_chart, week_chart
from bot.slack.digests.day import day
from bot.slack.digests.facts import DayFacts, WeekFacts, day_of, week_of
from bot.slack.digests.week import week
from bot.slack.message import Message

KINDS = ("daily", "weekly")
"""The notices that are digests."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One of the two."""

    facts: DayFacts | WeekFacts

    @property
    def until(self) -> datetime | None:
        """When it is too late to post it."""
        return self.facts.until

    def message(self, site: str | None) -> Message:
        """Return its text. `site`: the address of the workspace, for links to cards."""
        return day(self.facts, site) if isinstance(self.facts, DayFacts) else week(self.facts, site)

    def chart(self) -> Chart | None:
        """Return its picture."""
        return day_chart(self.facts) if isinstance(self.facts, DayFacts) else week_chart(self.facts)


def read(kind: str, kept: Mapping[str, Any]) -> Digest:
    """Return the digest in a notice of that kind."""
    return Digest(day_of(kept) if kind == "daily" else week_of(kept))
