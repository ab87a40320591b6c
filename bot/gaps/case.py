"""One dossier at one moment, with what several kinds ask of it worked out once."""

from dataclasses import dataclass
from datetime import datetime

from bot.gaps.coverage import Coverage, coverage
from bot.gaps.dossier import Dossier
from bot.gaps.eligibility import Standing, standing
from storage.facts import Order, Shipment, latest


@dataclass(slots=True)
class Case:
    """What a kind's find is given: the facts, the present (UTC), and what follows from both."""

    dossier: Dossier
    now: datetime
    coverage: Coverage
    _standing: Standing | None = None

    @property
    def order(self) -> Order:
        """The Shopify order."""
        return self.dossier.order

    @property
    def standing(self) -> Standing:
        """Where the order stands on its way to being shipped; worked out when first asked for."""
        if self._standing is None:
            self._standing = standing(self.dossier.order, self.dossier.rules, self.now)
        return self._standing

    @property
    def shipstation_read_at(self) -> datetime:
        """When ShipStation was last read for this order; where it has nothing, the order's own reading."""
        parcels: tuple[Shipment, ...] = self.dossier.shipments
        times = [row.read_at for row in self.dossier.matches] + [parcel.read_at for parcel in parcels]
        return latest(times) or self.order.read_at


def case_of(dossier: Dossier, now: datetime) -> Case:
    """Open the case of one order."""
    return Case(dossier, now, coverage(dossier))
