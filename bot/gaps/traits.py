"""What absent orders have in common that no imported one has: a tag, a source, a method, a location, a product.

One order alone cannot tell why it is absent. Three of them can, where they share something that keeps every order
out and that no imported order shows (domain.md I1, trap 22).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.gaps.eligibility import by_parcel, elsewhere
from bot.gaps.rules import StoreRules
from storage.facts import Order

TraitKind = Literal["tag", "source", "shipping method", "location", "SKU"]
ORDER: tuple[TraitKind, ...] = ("tag", "source", "shipping method", "location", "SKU")
"""Most telling first."""
ENOUGH = 3
"""Absent orders that have to share it, the one asked about included."""


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that absent orders share and no imported order shows."""

    kind: TraitKind
    value: str
    absent: int
    """How many absent orders show it."""


def shared(
    order: Order, absent: Iterable[Order], imported: Iterable[Order], rules: StoreRules
) -> tuple[Trait, ...]:
    """Return what this absent order shares with enough others and with no imported one, most telling first."""
    together = {each.id: each for each in absent}
    together[order.id] = order
    found = common(tuple(together.values()), tuple(imported), rules)
    mine = _traits(order, rules)
    return tuple(trait for trait in found if (trait.kind, trait.value) in mine)


def common(absent: Sequence[Order], imported: Sequence[Order], rules: StoreRules) -> tuple[Trait, ...]:
    """Return every trait that enough absent orders show and no imported one, most telling first.

    A kind of trait counts only where at least one imported order shows that it has another: otherwise there is
    nothing to compare with.
    """
    there = {trait for order in imported for trait in _traits(order, rules)}
    compared = {kind for kind, _ in there} | ({"tag", "source"} if imported else set())
    tally = Counter(trait for order in absent for trait in _traits(order, rules))
    found = [
        Trait(kind, value, count)
        for (kind, value), count in tally.items()
        if count >= ENOUGH and kind in compared and (kind, value) not in there
    ]
    return tuple(sorted(found, key=lambda trait: (ORDER.index(trait.kind), -trait.absent, trait.value)))


def _traits(order: Order, rules: StoreRules) -> set[tuple[TraitKind, str]]:
    found: set[tuple[TraitKind, str]] = {("tag", tag.strip()) for tag in order.tags if tag.strip()}
    if order.source:
        found.add(("source", order.source))
    if order.detail is None:
        return found
    if order.detail.shipping_method:
        found.add(("shipping method", order.detail.shipping_method))
    found |= {
        ("location", part.location)
        for part in order.detail.fulfillment_orders
        if part.location and by_parcel(part, rules) and not elsewhere(part, rules)
    }
    found |= {("SKU", line.sku) for line in order.detail.lines if line.sku and line.requires_shipping}
    return found
