"""What a card of a whole store shows of both systems, and how its words name moments and orders."""

from collections.abc import Iterable
from datetime import datetime

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.store_case import StoreCase
from storage.findings import Evidence


def clock(case: StoreCase, at: datetime) -> str:
    """Return a moment on the store's clock."""
    return words.moment(at, case.facts.rules.timezone)


def orders(cases: Iterable[Case]) -> str:
    """Return the names of some orders."""
    return words.listed((words.name_of(each.order) for each in cases), most=10)


def theirs(case: StoreCase, field: str, value: str) -> Evidence:
    """Return one thing that ShipStation said."""
    return Evidence("shipstation", field, words.cut(value, words.QUOTE), case.facts.read_at)


def ours(case: StoreCase, field: str, value: str) -> Evidence:
    """Return one thing that Shopify said."""
    return Evidence("shopify", field, words.cut(value, words.QUOTE), case.facts.read_at)
