"""The checklist ticked for a whole store: its last complete run, its mapping, its settings and its queue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.gaps import words
from bot.gaps.checklist.lines import OF_STORE, Line
from bot.gaps.checklist.tick import Tick, Ticked, not_done, ticked, unseen
from bot.gaps.kinds.import_stalled import IMPORT_STALLED
from bot.gaps.match import mapped_stores, stores_of
from bot.gaps.rules import NotifyPolicy, StoreRules
from storage.facts import ShipStationStore, latest
from storage.findings import Finding

DOCTOR = "Run stuck doctor: it says what is in the way."
STORE_SETUP = "Open the store in ShipStation under Settings > Selling Channels > Store Setup."


@dataclass(frozen=True, slots=True)
class StoreSeen:
    """What is known of a store. Times in UTC."""

    rules: StoreRules
    complete_at: datetime | None
    """When both systems were last read to the end."""
    fresh: bool
    """Whether that is recent enough to conclude anything from."""
    error: str | None = None
    """Why the latest run could not read everything."""
    stores: Mapping[int, ShipStationStore] = field(default_factory=dict)
    newest_imported: datetime | None = None
    """Shopify creation time of the newest order that ShipStation has."""
    gaps: tuple[Finding, ...] = ()
    """Findings of its unresolved gaps."""

    @property
    def ours(self) -> list[ShipStationStore]:
        """This shop's connections in ShipStation."""
        return stores_of(self.rules, self.stores)


def of_store(seen: StoreSeen) -> tuple[Ticked, ...]:
    """Return each line with how it stands. What is not open is ticked only on a fresh, complete read."""
    return tuple(Ticked(line, _tick(line, seen)) for line in OF_STORE)


def _tick(line: Line, seen: StoreSeen) -> Tick:
    gap = next((each for each in seen.gaps if each.kind in line.kinds), None)
    if gap is not None:
        return not_done(f"{gap.headline}.", gap.next_action.text)
    tick = _LOOKS[line.code](seen)
    if tick.state == "ticked" and not seen.fresh:
        return unseen("Both systems were not read completely for too long.", DOCTOR)
    return tick


def _read(seen: StoreSeen) -> Tick:
    if seen.fresh and seen.complete_at is not None:
        return ticked("Completely, last", seen.complete_at)
    todo = f"{seen.error} {DOCTOR}" if seen.error else DOCTOR
    if seen.complete_at is None:
        return not_done("Never completely.", todo)
    return not_done("Not for too long: completely last", todo, seen.complete_at)


def _connected(seen: StoreSeen) -> Tick:
    mapped, ours = mapped_stores(seen.rules, seen.stores), seen.ours
    if not seen.stores:
        return unseen("ShipStation's stores were not read yet.", DOCTOR)
    if mapped is None:
        todo = "Name this shop's stores as store_ids in stuck.toml."
        return unseen("No store of the account says that it imports from Shopify.", todo)
    active = [store for store in ours if store.active]
    if not active:
        return not_done(
            f"{_named(ours)} not active, so nothing is imported.", IMPORT_STALLED.next_action.text
        )
    if len(active) > 1 and not seen.rules.store_ids:
        todo = "Name the right ones as store_ids in stuck.toml."
        return not_done(f"{_named(active)}: several stores, and all of them count.", todo)
    return ticked(f"{_named(active)}, active.")


def _automatic(seen: StoreSeen) -> Tick:
    active = [store for store in seen.ours if store.active]
    off = [store for store in active if store.auto_refresh is False]
    if off:
        return not_done(
            f"Off for {_named(off)}.", f"{STORE_SETUP} Switch automatic import on, then import by hand."
        )
    if not active or any(store.auto_refresh is None for store in active):
        return unseen("ShipStation does not say.", STORE_SETUP)
    return ticked("ShipStation says so.")


def _importing(seen: StoreSeen) -> Tick:
    last = latest(store.refreshed_at for store in seen.ours)
    if last is not None:
        return ticked("No order waits for too long. ShipStation last imported", last)
    if seen.newest_imported is not None:
        return ticked("No order waits for too long. The newest order there was placed", seen.newest_imported)
    return unseen("ShipStation does not say when it last imported.", STORE_SETUP)


def _can_notify(seen: StoreSeen) -> Tick:
    active = [store for store in seen.ours if store.active]
    cannot = [store for store in active if store.can_confirm is False]
    if cannot:
        return not_done(f"{_named(cannot)} cannot be told of shipments.", STORE_SETUP)
    if not active or any(store.can_confirm is None for store in active):
        return unseen("ShipStation does not say.")
    return ticked("Its sales channel takes notifications.")


def _setting(seen: StoreSeen) -> Tick:
    """What the merchant set in ShipStation is in neither API (domain.md, rule 19): only a person can compare."""
    said = f"stuck goes by: {_policy(seen.rules.notify)}. ShipStation does not tell its own setting."
    return unseen(
        said,
        "Compare it with the store's notification setting in ShipStation, and change notify in stuck.toml if it differs.",
    )


def _policy(policy: NotifyPolicy) -> str:
    match policy.mode:
        case "hours":
            return f"{policy.hours:g} hours after the label"
        case "ship_date":
            at = f"{policy.at:%H:%M} Pacific" if policy.at else "the end of the day"
            return f"on the ship date at {at}"
        case "mail_stream":
            return "when the carrier first scans the parcel"
        case _:
            return "at once, when the label is made"


def _notifying(seen: StoreSeen) -> Tick:
    return ticked("No outage is known.")


def _counts(family: str, what: str) -> Callable[[StoreSeen], Tick]:
    def look(seen: StoreSeen) -> Tick:
        many = sum(gap.kind.startswith(f"{family}.") for gap in seen.gaps)
        if not many:
            return ticked(f"No {what} is open.")
        return not_done(
            f"{words.counted(many, what)}.",
            f"Type /stuck list {family} {seen.rules.name}: each says what to do.",
        )

    return look


def _named(stores: Sequence[ShipStationStore]) -> str:
    return words.listed(f"“{words.cut(store.name, words.NAME)}”" for store in stores)


_LOOKS: dict[str, Callable[[StoreSeen], Tick]] = {
    "read": _read,
    "connected": _connected,
    "automatic": _automatic,
    "importing": _importing,
    "orders": _counts("import", "import gap"),
    "cutoffs": _counts("aging", "aging gap"),
    "can_notify": _can_notify,
    "setting": _setting,
    "notifying": _notifying,
    "parcels": _counts("sync", "sync-back gap"),
}
