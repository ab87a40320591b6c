"""Units that ShipStation rows hold of each Shopify line: by line id first, by SKU where there is none (domain.md 2.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.gaps.eligibility import for_shipping
from bot.gaps.rules import StoreRules
from storage.facts import FulfillmentOrder, Item, Line, Order

Load = dict[str, int]
"""Units by Shopify line id."""


@dataclass(slots=True)
class Held:
    """What a set of ShipStation items says, in units of the order's lines."""

    units: Load = field(default_factory=dict)
    strangers: int = 0
    """Units of products that are no line of the order: a bundle, an alias, a line removed since."""


def held(items: Iterable[Item], lines: Iterable[Line]) -> Held:
    """Return how many units of each line these items hold; without a known line id, lines of the SKU fill up in turn."""
    known = {line.id: line for line in lines}
    found = Held()
    for item in items:
        if item.quantity <= 0:
            continue
        if item.line_key in known:
            _add(found.units, item.line_key, item.quantity)
        else:
            _pour(item, known, found)
    return found


def _pour(item: Item, known: dict[str, Line], found: Held) -> None:
    sku = (item.sku or "").strip().casefold()
    lines = [line for line in known.values() if sku and (line.sku or "").strip().casefold() == sku]
    if not lines:
        found.strangers += item.quantity
        return
    left = item.quantity
    for line in sorted(lines, key=lambda line: line.id):
        taken = min(left, max(line.quantity - found.units.get(line.id, 0), 0))
        _add(found.units, line.id, taken)
        left -= taken
    _add(found.units, min(line.id for line in lines), left)


def _add(units: Load, line_id: str, more: int) -> None:
    if more:
        units[line_id] = units.get(line_id, 0) + more


def still_to_ship(parts: Iterable[FulfillmentOrder], order: Order, rules: StoreRules) -> Load:
    """Return the units of each line that these fulfilment orders still have to ship."""
    ours = {line.id for line in (order.detail.lines if order.detail else ()) if for_shipping(line, rules)}
    need: Load = {}
    for part in parts:
        for line in part.lines:
            if line.requires_shipping and line.line_id in ours and line.remaining > 0:
                _add(need, line.line_id, line.remaining)
    return need
