"""Where and when what a store owes may go: its channels, and the hours in which they hear of nothing new."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.gaps import calendar
from bot.settings import StoreSettings
from storage.findings import Severity


class Routes:
    """The stores as they are set at the moment of each question."""

    def __init__(self, stores: Sequence[StoreSettings]) -> None:
        self._stores = stores

    def homes(self) -> Mapping[str, str | None]:
        """Return the channel of each store."""
        return {store.rules.name: store.channel for store in self._stores}

    def own(self, store: str) -> Mapping[Severity, str]:
        """Return the channels for new cards of the severities that have one of their own."""
        found = self._store(store)
        return found.channels if found else {}

    def quiet_until(self, store: str, now: datetime) -> datetime | None:
        """Return when the quiet hours end that a store is in (UTC); None: it is in none."""
        found = self._store(store)
        return calendar.quiet_until(found.rules, found.quiet_hours, now) if found else None

    def _store(self, name: str) -> StoreSettings | None:
        return next((each for each in self._stores if each.rules.name == name), None)
