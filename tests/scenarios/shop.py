"""A whole store as both systems see it: orders that wait together, parcels of which Shopify was not told."""

from datetime import datetime, timedelta
from typing import Any

from bot.gaps.judge import folded_into, judge, judge_store
from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from bot.gaps.store_case import StoreFacts
from storage.findings import Finding
from tests.scenarios.scene import Scene, Seen
from tests.scenarios.things import PLACED


class Shop:
    """The store of `Scene`: open 8:00 to 18:00 in New York. Hours count from Wednesday, 10:00 there."""

    def __init__(self, start: datetime = PLACED) -> None:
        self.start = start
        template = Scene(start)
        self.rules: StoreRules = template.rules
        self.stores = template.stores
        self.newest_imported: datetime | None = start - timedelta(hours=1)
        self.younger: list[Scene] = []
        self.untold: list[Scene] = []
        self.told: list[datetime] = []

    def at(self, hours: float) -> datetime:
        return self.start + timedelta(hours=hours)

    def rule(self, **fields: Any) -> "Shop":
        self.rules = Scene(self.start).rule(**fields).rules
        return self

    def windows(self, **fields: Any) -> "Shop":
        return self.rule(windows=Windows(**fields))

    def notify(self, mode: str, **fields: Any) -> "Shop":
        return self.rule(notify=NotifyPolicy(mode, **fields))

    def shop(self, number: int, **fields: Any) -> "Shop":
        self.stores[number] = Scene(self.start).store(number, **fields)
        return self

    def never_imported(self) -> "Shop":
        self.newest_imported = None
        return self

    def _order(self, hours: float) -> Scene:
        number = 1001 + len(self.younger) + len(self.untold)
        return Scene(self.at(hours), f"#{number}", f"601234567{number}")

    def order(self, hours: float = 0) -> Scene:
        """One more order that is younger than everything ShipStation has."""
        scene = self._order(hours)
        self.younger.append(scene)
        return scene

    def orders(self, count: int, *, first: float = 0, apart: float = 0.1) -> "Shop":
        for at in range(count):
            self.order(first + at * apart)
        return self

    def parcel(self, hours: float = 1, *, error: str | None = "422 Unprocessable", **fields: Any) -> Scene:
        """One more order with a label that was not told, with this error."""
        scene = self._order(-2)
        label = {"id": 500 + len(self.untold), "row": 50 + len(self.untold), "hours": hours + 2}
        scene.ship(**(label | {"notified": False, "notify_error": error} | fields))
        self.untold.append(scene)
        return scene

    def parcels(
        self, count: int, *, first: float = 1, apart: float = 0.1, error: str | None = "422 Unprocessable"
    ) -> "Shop":
        for at in range(count):
            self.parcel(first + at * apart, error=error)
        return self

    def silent(self, count: int, *, first: float = 1, apart: float = 0.1) -> "Shop":
        """Labels without an error, and without a word to Shopify."""
        return self.parcels(count, first=first, apart=apart, error=None)

    def got_through(self, count: int, *, hours: float = 1.2) -> "Shop":
        self.told += [self.at(hours)] * count
        return self

    # ------------------------------------------------------------ judging

    def _dossiers(self, scenes: list[Scene]) -> Any:
        for scene in scenes:
            scene.rules, scene.stores = self.rules, self.stores
        return tuple(scene.dossier() for scene in scenes)

    def facts(self) -> StoreFacts:
        return StoreFacts(
            rules=self.rules,
            read_at=self.start,
            stores=self.stores,
            newest_imported=self.newest_imported,
            younger=self._dossiers(self.younger),
            untold=self._dossiers(self.untold),
            told=tuple(self.told),
        )

    def judge(self, hours: float) -> tuple[Finding, ...]:
        return judge_store(self.facts(), self.at(hours))

    def seen(self, hours: float) -> Seen:
        found = self.judge(hours)
        said = " ".join(f"{each.headline}. {each.cause.text}" for each in found)
        return Seen("gap" if found else "healthy", said, found)

    def folded(self, scene: Scene, hours: float) -> dict[str, str]:
        """Which of one order's own findings the store's gaps tell instead."""
        rules = self.rules
        scene.rule(windows=rules.windows, notify=rules.notify)
        kinds = [found.kind for found in judge(scene.dossier(), self.at(hours)).findings]
        return dict(folded_into(scene.id, kinds, self.judge(hours)))
