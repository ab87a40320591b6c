"""Goes through every link of the chain with the code that the bot itself uses, and says how to mend what is red."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, SystemClock
from bot.errors import ConfigurationError, SourceError
from bot.gaps.match import is_key_of, mapped_stores
from bot.reconcile import Sources
from bot.settings import Settings, SettingsError, StoreSettings
from bot.slack.gateway import Gateway, Identity, build_client
from bot.slack.outcomes import SlackFailure, decision
from bot.slack.socket import advice, ask_address
from storage import schema
from storage.database import Database
from storage.facts import ShipStationStore
from storage.mirror import Mirror
from storage.notices import Notices

NEEDED_SCOPES = {
    "chat:write": "post and update cards",
    "commands": "answer /stuck",
    "users:read": "know time zones and guests",
}
SAMPLE = 50
"""Orders that the match by Shopify id is measured on."""

BuildSources = Callable[[StoreSettings, Settings, Clock], Sources]


@dataclass(frozen=True, slots=True)
class Check:
    """One link of the chain."""

    subject: str
    ok: bool | None
    """None: could not tell, or worth knowing without being wrong."""
    text: str
    todo: str = ""


async def examine_all(settings: Settings | ConfigurationError, build: BuildSources) -> list[Check]:
    """Check settings, database, Slack and every store; never raises for what is merely wrong."""
    if isinstance(settings, ConfigurationError):
        return _settings(settings)
    names = ", ".join(store.rules.name for store in settings.stores)
    checks = [Check("settings", ok=True, text=f"Complete, for {names}.")]
    checks += await _database(settings)
    checks += [check async for check in _slack(settings)]
    for store in settings.stores:
        checks += [check async for check in _store(store, settings, build)]
    return checks


def _settings(error: ConfigurationError) -> list[Check]:
    """Return a line for each thing that is wrong with the settings."""
    if not isinstance(error, SettingsError):
        return [Check("settings", ok=False, text=error.what, todo=f"{error.why} {error.todo}".strip())]
    return [
        Check(
            f"setting {problem.where}",
            ok=False,
            text=f"{problem.wrong[:1].upper()}{problem.wrong[1:]}".rstrip(".?") + ".",
            todo=f"For example: {problem.example}",
        )
        for problem in error.problems
    ]


async def _database(settings: Settings) -> list[Check]:
    database = Database(settings.database_url)
    try:
        present, newest = await database.revision()
        if present != newest:
            return [_schema(database.url, present, newest)]
        return [Check("database", ok=True, text=f"{database.url}, schema {newest}."), await _outbox(database)]
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)
        text = f"{database.url} does not answer: {reason.splitlines()[0].rstrip('.')}."
        todo = "Check DATABASE_URL, and that the server runs and lets this machine in."
        return [Check("database", ok=False, text=text, todo=todo)]
    finally:
        await database.close()


def _schema(url: str, present: str | None, newest: str) -> Check:
    text = f"{url} has {f'schema {present}' if present else 'no schema yet'}; this version needs {newest}."
    if present is None or schema.known(present):
        todo = "Run: stuck db upgrade (stuck run and sync do it themselves)."
        return Check("database", ok=None, text=text, todo=todo)
    todo = "A newer stuck made it. Run the newest version, or restore the backup made before the upgrade."
    return Check("database", ok=False, text=text, todo=todo)


async def _outbox(database: Database) -> Check:
    """Say what is owed to Slack and does not arrive, whichever process tried to send it."""
    subject = "messages to Slack"
    async with database.read() as session:
        notices = Notices(session, SystemClock().now())
        refused, dead = await notices.refused(), len(await notices.dead_letters())
    if refused:
        worst = max(refused, key=lambda code: refused[code])
        text = f"{refused[worst]} waiting, refused again and again: {worst}."
        return Check(subject, ok=False, text=text, todo=decision(worst).todo)
    if dead:
        return Check(
            subject, ok=None, text=f"{dead} given up.", todo="Nothing is lost: stuck gaps lists all."
        )
    return Check(subject, ok=True, text="None is refused.")


# ---------------------------------------------------------------- Slack


async def _slack(settings: Settings) -> AsyncIterator[Check]:
    token = settings.slack.bot_token
    if token is None:
        yield Check("Slack", ok=False, text="SLACK_BOT_TOKEN is not set.", todo="See docs/slack-app.md.")
        return
    gateway = Gateway(build_client(token.get_secret_value(), settings.slack.api_url), SystemClock())
    try:
        identity = await gateway.auth()
    except SlackFailure as failure:
        yield Check("Slack", ok=False, text=_said(failure), todo=failure.todo)
        return
    yield Check("Slack", ok=True, text=f"Connected to {identity.team}.")
    yield _scopes(identity)
    for store in settings.stores:
        async for check in _channel(gateway, store):
            yield check
    yield await _clicks(gateway, settings)


async def _clicks(gateway: Gateway, settings: Settings) -> Check:
    """Ask Slack for a socket, as `stuck run` does; a signing secret cannot be tried from here."""
    subject = "Slack clicks"
    if settings.slack.app_token is None:
        if settings.slack.signing_secret is not None:
            return Check(subject, ok=True, text="Over HTTP: SLACK_SIGNING_SECRET is set, for stuck web.")
        todo = "Set SLACK_APP_TOKEN for stuck run, or SLACK_SIGNING_SECRET for stuck web."
        return Check(subject, ok=False, text="Nothing can receive clicks and commands.", todo=todo)
    try:
        await ask_address(gateway.client, settings.slack.app_token.get_secret_value())
    except SlackFailure as failure:
        text = f"Socket Mode: Slack answers {failure.code} to SLACK_APP_TOKEN."
        todo = failure.todo if failure.fault == "slack" else advice(failure.code)
        return Check(subject, ok=False, text=text, todo=todo)
    return Check(subject, ok=True, text="Socket Mode: Slack offers a connection.")


def _scopes(identity: Identity) -> Check:
    missing = sorted(set(NEEDED_SCOPES) - identity.scopes)
    if not identity.scopes:
        return Check("Slack scopes", ok=None, text="Slack does not say which scopes the token has.")
    if missing:
        needs = "; ".join(f"{scope} to {NEEDED_SCOPES[scope]}" for scope in missing)
        todo = "Update the app from `stuck manifest` and reinstall it to the workspace."
        return Check("Slack scopes", ok=False, text=f"Missing: {needs}.", todo=todo)
    return Check("Slack scopes", ok=True, text="All that is needed.")


def _said(failure: SlackFailure) -> str:
    if failure.fault == "token":
        return f"Slack refuses the bot token: {failure.code}."
    return f"Slack cannot be asked now: {failure.code}."


async def _channel(gateway: Gateway, store: StoreSettings) -> AsyncIterator[Check]:
    """Look at the channel, then read in it as delivery does when nobody knows whether a message was sent."""
    subject = f"channel of {store.rules.name}"
    if store.channel is None:
        todo = "Set SLACK_CHANNEL, or channel in stuck.toml."
        yield Check(subject, ok=False, text="No channel is set.", todo=todo)
        return
    try:
        channel = await gateway.channel(store.channel)
    except SlackFailure as failure:
        if failure.code == "missing_scope":
            text = f"The bot may not look at {store.channel}, so whether it can post there shows only when it does."
            yield Check(subject, ok=None, text=text, todo=failure.todo)
        else:
            yield Check(subject, ok=False, text=f"{store.channel}: {failure.code}.", todo=failure.todo)
        return
    shown = f"#{channel.name}" if channel.name else store.channel
    if channel.archived:
        todo = "Unarchive it, or choose another channel."
        yield Check(subject, ok=False, text=f"{shown} is archived.", todo=todo)
    elif not channel.member:
        todo = f"In {shown} type: /invite @stuck"
        yield Check(subject, ok=False, text=f"The bot is not in {shown}.", todo=todo)
    else:
        yield Check(subject, ok=True, text=f"{shown}, and the bot is in it.")
        yield await _history(gateway, store, store.channel)


async def _history(gateway: Gateway, store: StoreSettings, channel: str) -> Check:
    subject = f"reading back in {store.rules.name}"
    try:
        await gateway.find(channel, "doctor", SystemClock().now())
    except SlackFailure as failure:
        text = (
            f"Slack answers {failure.code}: a message cut off while it was sent cannot be looked for, "
            "and then waits for good."
        )
        return Check(subject, ok=False, text=text, todo=failure.todo)
    return Check(subject, ok=True, text="After a cut connection the bot can see whether its message arrived.")


# ---------------------------------------------------------------- a store


async def _store(store: StoreSettings, settings: Settings, build: BuildSources) -> AsyncIterator[Check]:
    both = build(store, settings, SystemClock())
    try:
        yield await _shopify(store, both)
        async for check in _shipstation(store, both):
            yield check
        yield await _matching(store, settings)
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


async def _matching(store: StoreSettings, settings: Settings) -> Check:
    """Measure on the newest mirrored orders whether ShipStation carries Shopify's ids."""
    subject = f"matching of {store.rules.name}"
    database = Database(settings.database_url)
    try:
        async with database.read() as session:
            mirror = Mirror(session, store.rules.name)
            rows = await mirror.load(await mirror.newest_orders(SAMPLE))
    except (SQLAlchemyError, OSError):
        return Check(subject, ok=None, text="Nothing was read yet.", todo="Run: stuck sync")
    finally:
        await database.close()
    how = Counter(
        "id" if any(is_key_of(row.key, each.order) for row in each.candidates) else "number"
        for each in rows.values()
        if each.candidates
    )
    found = how.total()
    if not found:
        return Check(subject, ok=None, text="Nothing was read yet.", todo="Run: stuck sync")
    text = f"{how['id']} of the newest {found} orders carry Shopify's id in ShipStation"
    relies = "id" if how["id"] * 2 >= found else "order number, date and store"
    return Check(subject, ok=True, text=f"{text}: orders are matched by {relies}.")
