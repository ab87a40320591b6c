"""All facts about one order, gathered for judging, and what judging says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.gaps.rules import StoreRules
from bot.gaps.traits import Trait
from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore
from storage.findings import Finding

MatchedBy = Literal["id", "number", "combined"]


@dataclass(frozen=True, slots=True)
class Peers:
    """What the store's other orders show, where one order alone cannot tell."""

    newest_imported: datetime | None = None
    """Shopify creation time (UTC) of the newest order that ShipStation has: older orders were overtaken."""
    notified: int = 0
    """Of the store's other live labels made within an hour of this order's: how many say notified."""
    not_notified: int = 0
    """And how many do not."""
    shipped: int = 0
    """Of the store's other orders imported that day: how many have a live label."""
    shared: tuple[Trait, ...] = ()
    """What this order shares with other absent ones and with none that was imported."""
    combined: tuple[ShipStationOrder, ...] = ()
    """ShipStation orders of that time which others were combined into: an absent order may be in one of them."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything known about one Shopify order, on both sides."""

    rules: StoreRules
    order: Order
    matches: tuple[ShipStationOrder, ...] = ()
    """Every ShipStation row that is this order: split siblings and the survivor of a combine included."""
    shipments: tuple[Shipment, ...] = ()
    """Labels and marks of those rows, voided ones and return labels included, oldest first."""
    matched_by: MatchedBy | None = None
    related: tuple[ShipStationOrder, ...] = ()
    """Rows that look akin (manual entries, number family): evidence, never proof."""
    stores: Mapping[int, ShipStationStore] = field(default_factory=dict)
    peers: Peers | None = None
    """None: not asked for; a cause that needs peers then stays open between its candidates."""
    live: tuple[Shipment, ...] = field(init=False, repr=False, compare=False)
    """Parcels on their way to the customer (LIVE in domain.md), of `shipments`; nearly every question asks for them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "live", tuple(part for part in self.shipments if part.live))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not a gap yet: what it waits for, and until when (UTC)."""

    until: datetime
    why: str


Outcome = Literal["gap", "healthy", "waiting", "not_tracked"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging says of one order, in words, and when time alone could change it."""

    outcome: Outcome
    why: str
    findings: tuple[Finding, ...] = ()
    look_again_at: datetime | None = None
    """UTC. None: only a new fact can change the verdict."""
