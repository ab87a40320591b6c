"""Doctor's look at one store: both sides' access, the store mapping, how orders are matched, and what its settings miss."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import SystemClock
from bot.doctor.check import BuildSources, Check
from bot.errors import SourceError
from bot.gaps.advice import advise
from bot.gaps.dossier import Dossier
from bot.gaps.match import dossier, mapped_stores
from bot.reconcile import Sources
from bot.settings import Settings, StoreSettings
from storage.database import Database
from storage.facts import ShipStationStore
from storage.mirror import Mirror

SAMPLE = 50
"""Orders that the match by Shopify id is measured on."""
HABITS = 2000
"""Orders that advice about settings is taken from: about a month of a busy store."""


async def examine_store(
    store: StoreSettings, settings: Settings, build: BuildSources
) -> AsyncIterator[Check]:
    """Check one store; never raises for what is merely wrong."""
    both = build(store, settings, SystemClock())
    try:
        yield await _shopify(store, both)
        async for check in _shipstation(store, both):
            yield check
        async for check in _orders(store, settings):
            yield check
    finally:
        await both.shopify.close()
        await both.shipstation.close()


async def _shopify(store: StoreSettings, both: Sources) -> Check:
    subject = f"Shopify of {store.rules.name}"
    try:
        shop = await both.shopify.shop()
    except SourceError as failure:
        return Check(subject, ok=False, text=f"{failure.what} {failure.why}".strip(), todo=failure.todo)
    if shop.scopes and "read_all_orders" not in shop.scopes:
        return Check(
            subject, ok=True, text=f"{shop.name}, API {shop.api_version}; orders of the last 60 days."
        )
    return Check(subject, ok=True, text=f"{shop.name}, API {shop.api_version}.")


async def _shipstation(store: StoreSettings, both: Sources) -> AsyncIterator[Check]:
    subject = f"ShipStation of {store.rules.name}"
    try:
        stores = await both.shipstation.stores(marketplaces=True)
    except SourceError as failure:
        yield Check(subject, ok=False, text=f"{failure.what} {failure.why}".strip(), todo=failure.todo)
        return
    yield Check(subject, ok=True, text=f"The key works; {len(stores)} stores in the account.")
    yield _mapping(store, stores)


def _mapping(store: StoreSettings, stores: Sequence[ShipStationStore]) -> Check:
    """Say which ShipStation stores belong to this shop, and what is odd about them."""
    subject = f"store mapping of {store.rules.name}"
    known = {each.id: each for each in stores}
    missing = sorted(store.rules.store_ids - set(known))
    if missing:
        listed = ", ".join(f"{each.id} ({each.name})" for each in stores)
        text = f"store_ids names {missing}, which the account does not have."
        return Check(subject, ok=False, text=text, todo=f"Use one of: {listed}.")
    mapped = mapped_stores(store.rules, known)
    if mapped is None:
        text = f"No store of the account says that it is a Shopify store: all {len(known)} count."
        return Check(subject, ok=None, text=text, todo="Name the right ones as store_ids in stuck.toml.")
    ours = [known[store_id] for store_id in sorted(mapped)]
    if not ours:
        todo = "Set store_ids under [stores.shipstation] in stuck.toml."
        return Check(subject, ok=False, text="No active Shopify store in the account.", todo=todo)
    named = ", ".join(f"{each.name} ({each.id})" for each in ours)
    for each in ours:
        if each.auto_refresh is False:
            text = f"{named}; automatic import is off for {each.name}."
            return Check(
                subject, ok=None, text=text, todo="Turn it on in ShipStation: Settings, Stores, Edit."
            )
    if len(ours) > 1 and not store.rules.store_ids:
        return Check(
            subject, ok=None, text=f"{named}: all of them count.", todo="Name the right ones in store_ids."
        )
    return Check(subject, ok=True, text=named + ".")


async def _orders(store: StoreSettings, settings: Settings) -> AsyncIterator[Check]:
    """Look at the mirrored orders: how they are matched, and what they say about the settings."""
    database = Database(settings.database_url)
    try:
        async with database.read() as session:
            mirror = Mirror(session, store.rules.name)
            stores = await mirror.stores()
            loaded = await mirror.load(await mirror.newest_orders(HABITS))
        orders = [
            dossier(store.rules, rows.order, rows.candidates, rows.shipments, stores)
            for rows in loaded.values()
        ]
    except (SQLAlchemyError, OSError):
        orders = []
    finally:
        await database.close()
    yield _matching(store, orders[:SAMPLE])
    for advice in advise(orders, store.rules, SystemClock().now()):
        yield Check(f"settings of {store.rules.name}", ok=None, text=advice.seen, todo=advice.todo)


def _matching(store: StoreSettings, newest: Sequence[Dossier]) -> Check:
    """Say on the newest orders whether ShipStation carries Shopify's ids, and so what the match relies on."""
    subject = f"matching of {store.rules.name}"
    how = Counter("number" if each.matched_by == "number" else "id" for each in newest if each.matches)
    found = how.total()
    if not found:
        return Check(subject, ok=None, text="Nothing was read yet.", todo="Run: stuck sync")
    text = f"{how['id']} of the newest {found} orders carry Shopify's id in ShipStation"
    relies = "id" if how["id"] * 2 >= found else "order number, date and store"
    return Check(subject, ok=True, text=f"{text}: orders are matched by {relies}.")
