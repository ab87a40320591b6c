"""One dossier at one moment, with what several kinds ask of it worked out once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.gaps import tracking
from bot.gaps.coverage import Coverage, coverage
from bot.gaps.dossier import Dossier
from bot.gaps.eligibility import Standing, called_off_at, standing
from bot.gaps.match import absorbed
from storage.facts import Fulfillment, Order, Shipment, ShipStationOrder, latest

OPEN = frozenset({"awaiting_shipment", "on_hold"})
"""ShipStation states from which somebody may still ship."""


@dataclass
class Case:
    """What a kind's find is given: the facts, the present (UTC), and what follows from both."""

    dossier: Dossier
    now: datetime

    @property
    def order(self) -> Order:
        """The Shopify order."""
        return self.dossier.order

    @cached_property
    def coverage(self) -> Coverage:
        """What left against what Shopify shows."""
        return coverage(self.dossier)

    @cached_property
    def standing(self) -> Standing:
        """Where the order stands on its way to being shipped."""
        return standing(self.dossier.order, self.dossier.rules, self.now)

    @cached_property
    def called_off_at(self) -> datetime | None:
        """Since when (UTC) nothing of it should be shipped any more; None: it should."""
        return called_off_at(self.dossier.order)

    @cached_property
    def rows(self) -> tuple[ShipStationOrder, ...]:
        """The ShipStation rows that are this order, without those that were combined into another of them."""
        gone = absorbed(self.dossier.matches)
        return tuple(row for row in self.dossier.matches if row.id not in gone)

    @cached_property
    def unshipped(self) -> tuple[ShipStationOrder, ...]:
        """Rows from which somebody may still ship, with no parcel of their own on its way."""
        gone = {parcel.order_id for parcel in self.dossier.live}
        return tuple(row for row in self.rows if row.status in OPEN and row.id not in gone)

    @cached_property
    def successes(self) -> tuple[Fulfillment, ...]:
        """Shopify's fulfilments that count as told to the customer."""
        return tuple(part for part in self.order.fulfillments if part.status == "SUCCESS")

    @cached_property
    def dead_labels(self) -> tuple[Shipment, ...]:
        """Voided labels, oldest first."""
        return tuple(part for part in self.dossier.shipments if part.voided and not part.return_label)

    @cached_property
    def dead_numbers(self) -> frozenset[str]:
        """Numbers of voided labels that no live parcel carries."""
        return tracking.parcel_numbers(self.dead_labels) - tracking.parcel_numbers(self.dossier.live)

    @cached_property
    def shipstation_read_at(self) -> datetime:
        """When ShipStation was last read for this order; where it has nothing, the order's own reading."""
        times = [row.read_at for row in self.dossier.matches]
        times += [parcel.read_at for parcel in self.dossier.shipments]
        return latest(times) or self.order.read_at
