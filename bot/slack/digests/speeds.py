"""How fast gaps were claimed and ended, in the business hours of their store. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from bot.gaps import calendar
from bot.gaps.rules import StoreRules
from bot.slack.digests.facts import Ended, Speed
from storage.trends import Life

MOST = 0.9
"""The share of them that `Speed.most` speaks of."""
SET_ASIDE = {"not_a_gap", "accepted"}


def to_claim(rules: StoreRules, lives: Iterable[Life]) -> Speed | None:
    """Return how long it took until somebody had them; those that nobody ever had are not counted."""
    return _speed(rules, [(life.opened_at, life.claimed_at) for life in lives if life.claimed_at])


def to_end(rules: StoreRules, lives: Iterable[Life]) -> Speed | None:
    """Return how long it took until they ended, by whatever."""
    return _speed(rules, [(life.opened_at, life.resolved_at) for life in lives if life.resolved_at])


def ended(rules: StoreRules, lives: Sequence[Life]) -> Ended:
    """Return in what way they ended, and how fast."""
    speed = to_end(rules, lives)
    return Ended(
        total=len(lives),
        alone=sum(life.resolution == "healed" for life in lives),
        set_aside=sum(life.resolution in SET_ASIDE for life in lives),
        half_within=speed.half if speed else None,
    )


def _speed(rules: StoreRules, spans: Sequence[tuple[datetime, datetime]]) -> Speed | None:
    if not spans:
        return None
    took = sorted(calendar.business_time_between(rules, *span) for span in spans)
    return Speed(half=_median(took), most=took[ceil(MOST * len(took)) - 1], many=len(took))


def _median(took: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(each.total_seconds() for each in took))
