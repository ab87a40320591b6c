"""The sample: a month is invented, spoilt here and there, and written as four exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.audit.sample.incidents import INCIDENTS
from bot.audit.sample.lookalikes import LOOK_ALIKES
from bot.audit.sample.matrixify import write_matrixify
from bot.audit.sample.mishaps import MISHAPS
from bot.audit.sample.month import Month
from bot.audit.sample.shipstation_exports import write_fulfillments, write_orders, write_shipments

FEWEST = 2000
"""Orders from which on a bad day has enough of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The files, and what is in them. Orders are named as Shopify names them, with `#`."""

    files: tuple[Path, ...]
    planted: Mapping[str, frozenset[str]]
    """Kind of gap to the orders that show it; of whole stores, the orders that the gap takes in."""
    look_alikes: Mapping[str, frozenset[str]]
    """Oddity to the orders that look like a gap and are none."""


def invent(orders: int = 3000, seed: int = 7, until: datetime | None = None) -> Month:
    """Return thirty days of so many orders, the gaps and the look-alikes among them.

    `until` (UTC) is the moment at which the exports were made; the last full hour, where nothing is said. The same
    numbers invent the same month. Fewer than 2,000 orders raise ValueError.
    """
    if orders < FEWEST:
        raise ValueError(f"A sample needs at least {FEWEST:,} orders, and {orders:,} were asked for.")
    end = until or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    month = Month(orders, seed, end)
    for spoil in (*INCIDENTS, *MISHAPS):
        spoil(month)
    for tell in LOOK_ALIKES:
        month.spare(tell.__name__, tell(month))
    return month


def write_sample(folder: Path, *, orders: int = 3000, seed: int = 7, until: datetime | None = None) -> Sample:
    """Write a realistic month as four exports into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    month = invent(orders, seed, until)
    files = (
        write_matrixify(folder / "shopify-orders.csv", month),
        write_shipments(folder / "shipstation-shipments.csv", month),
        write_orders(folder / "shipstation-orders.csv", month),
        write_fulfillments(folder / "shipstation-fulfillments.csv", month),
    )
    return Sample(files, _frozen(month.planted), _frozen(month.look_alikes))


def _frozen(named: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    return {what: frozenset(orders) for what, orders in named.items()}
