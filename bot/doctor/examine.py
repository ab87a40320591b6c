"""Goes through every link of the chain with the code that the bot itself uses, and says how to mend what is red."""

import os
import stat
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import SystemClock
from bot.doctor.access import examine_access, examine_calls
from bot.doctor.check import BuildSources, Check
from bot.doctor.store import examine_store
from bot.errors import ConfigurationError
from bot.live import LiveStores
from bot.settings import Settings, SettingsError, StoreSettings
from bot.slack import groups
from bot.slack.gateway import Gateway, Identity, build_client
from bot.slack.inline import listed
from bot.slack.kept import kept_back
from bot.slack.outcomes import SlackFailure, decision
from bot.slack.socket import advice, ask_address
from storage import schema
from storage.database import Database
from storage.notices import Notices
from storage.overdue import Overdue

NEEDED_SCOPES = {
    "chat:write": "post and update cards",
    "commands": "answer /stuck",
    "users:read": "know time zones and guests",
}
FOR_SETTLING = frozenset({"im:write", "im:history"})
"""What reading back in a conversation with one person takes."""
FOR_GROUPS = {groups.SCOPE: "know who is in allowed_groups"}
"""Asked for only where the settings name groups, so that an app without it need not be reinstalled."""
FOR_AUDITS = {
    "files:read": "the exports cannot be read",
    "files:write": "the answer comes without its picture and list, and digests without theirs",
    "im:history": "exports dropped into a direct message are not noticed",
    "im:write": "/stuck audit has no place to answer",
}
"""What an audit in Slack lacks without them; everything else works."""
FOR_LINKS = {
    "links:read": "links to Shopify orders are not noticed",
    "links:write": "links to Shopify orders stay without what both systems say",
}
"""What links to orders lack without them; everything else works."""
AUDITS_WORK = "/stuck audit, and exports dropped into a direct message to stuck."
LINKS_WORK = "Links to Shopify orders get below them what both systems say."


async def examine_all(settings: Settings | ConfigurationError, build: BuildSources) -> list[Check]:
    """Check settings, database, Slack and every store; never raises for what is merely wrong."""
    if isinstance(settings, ConfigurationError):
        return _settings(settings)
    names = ", ".join(store.rules.name for store in settings.stores)
    checks = [Check("settings", ok=True, text=f"Complete, for {names}.")]
    checks += await _database(settings)
    settings = await _as_set_now(settings)
    checks += [check async for check in _slack(settings)]
    for store in settings.stores:
        checks += [check async for check in examine_store(store, settings, build)]
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
        return [
            Check("database", ok=True, text=f"{database.url}, schema {newest}."),
            *_permissions(database.file),
            await _outbox(database),
        ]
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or getattr(error, "strerror", None) or type(error).__name__)
        text = f"{database.url} does not answer: {reason.splitlines()[0].rstrip('.')}."
        todo = "Check DATABASE_URL, and that the server runs and lets this machine in."
        return [Check("database", ok=False, text=text, todo=todo)]
    finally:
        await database.close()


async def _as_set_now(settings: Settings) -> Settings:
    """Return the settings with what was changed in Slack; as stuck.toml has them where the database cannot say."""
    database = Database(settings.database_url)
    stores = LiveStores(database, SystemClock(), settings.stores)
    try:
        await stores.refresh()
    except (SQLAlchemyError, OSError):
        return settings
    finally:
        await database.close()
    return replace(settings, stores=tuple(stores))


def _schema(url: str, present: str | None, newest: str) -> Check:
    text = f"{url} has {f'schema {present}' if present else 'no schema yet'}; this version needs {newest}."
    if present is None or schema.known(present):
        todo = "Run: stuck db upgrade (stuck run and sync do it themselves)."
        return Check("database", ok=None, text=text, todo=todo)
    todo = "A newer stuck made it. Run the newest version, or restore the backup made before the upgrade."
    return Check("database", ok=False, text=text, todo=todo)


def _permissions(file: Path | None) -> list[Check]:
    """Say when others than its owner may read the file: stuck makes it for the owner only, a copy may differ."""
    if file is None or os.name != "posix" or not stat.S_IMODE(file.stat().st_mode) & 0o077:
        return []
    todo = f"Run: chmod 600 {file}"
    return [Check("database file", ok=None, text=f"Others on this machine may read {file}.", todo=todo)]


async def _outbox(database: Database) -> Check:
    """Say what is owed to Slack and does not arrive, whichever process tried to send it."""
    subject = "messages to Slack"
    async with database.read() as session:
        notices = Notices(session, SystemClock().now())
        refused, dead = await notices.refused(), len(await notices.dead_letters())
        kept = kept_back(await Overdue(session, SystemClock().now()).waiting())
    if kept:
        text = " ".join(each.text for each in kept)
        return Check(subject, ok=False, text=text, todo=f"{kept[0].todo} Then all of it goes out by itself.")
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
    yield _scopes(identity, NEEDED_SCOPES | (FOR_GROUPS if settings.allowed.groups else {}))
    if identity.scopes:
        yield _optional(identity, "audits in Slack", FOR_AUDITS, AUDITS_WORK)
        yield _optional(identity, "links to orders", FOR_LINKS, LINKS_WORK)
    yield _direct(identity)
    async for check in examine_access(gateway.client, settings.allowed):
        yield check
    async for check in examine_calls(gateway.client, settings.stores, identity.scopes):
        yield check
    for store in settings.stores:
        async for check in _channels(gateway, store):
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


def _scopes(identity: Identity, needed: Mapping[str, str]) -> Check:
    missing = sorted(set(needed) - identity.scopes)
    if not identity.scopes:
        return Check("Slack scopes", ok=None, text="Slack does not say which scopes the token has.")
    if missing:
        needs = "; ".join(f"{scope} to {needed[scope]}" for scope in missing)
        todo = "Update the app from `stuck manifest` and reinstall it to the workspace."
        return Check("Slack scopes", ok=False, text=f"Missing: {needs}.", todo=todo)
    return Check("Slack scopes", ok=True, text="All that is needed.")


def _optional(identity: Identity, subject: str, costs: Mapping[str, str], works: str) -> Check:
    """Say in yellow what one thing in Slack lacks; `works`: what it is good for where nothing is missing."""
    missing = [f"without {scope} {cost}" for scope, cost in costs.items() if scope not in identity.scopes]
    if missing:
        todo = (
            f"If you want {subject}, update the app from `stuck manifest` and reinstall it to the workspace."
        )
        text = "; ".join(missing)
        return Check(subject, ok=None, text=f"{text[:1].upper()}{text[1:]}.", todo=todo)
    return Check(subject, ok=True, text=works)


def _direct(identity: Identity) -> Check:
    """Say whether a direct message can be looked for after a cut connection; whether it can be sent shows when it is."""
    subject, missing = "direct messages", sorted(FOR_SETTLING - identity.scopes)
    if missing and identity.scopes:
        text = f"Without {' and '.join(missing)} one of which nobody knows whether it arrived is given up."
        todo = "Update the app from `stuck manifest` and reinstall it to the workspace."
        return Check(subject, ok=None, text=text, todo=todo)
    return Check(subject, ok=True, text="After a cut connection the bot can see whether one arrived.")


def _said(failure: SlackFailure) -> str:
    if failure.fault == "token":
        return f"Slack refuses the bot token: {failure.code}."
    return f"Slack cannot be asked now: {failure.code}."


async def _channels(gateway: Gateway, store: StoreSettings) -> AsyncIterator[Check]:
    """Look at every channel of a store: its own, and those of some severities."""
    name = store.rules.name
    if store.channel is None:
        todo = "Set SLACK_CHANNEL, or channel in stuck.toml."
        yield Check(f"channel of {name}", ok=False, text="No channel is set.", todo=todo)
    else:
        async for check in _channel(gateway, store.channel, f"channel of {name}"):
            yield check
    severities: dict[str, list[str]] = {}
    for level, channel in sorted(store.channels.items(), reverse=True):
        if channel != store.channel:
            severities.setdefault(channel, []).append(level.word)
    for channel, words in severities.items():
        async for check in _channel(gateway, channel, f"channel of {name} for {listed(words)}"):
            yield check


async def _channel(gateway: Gateway, id_: str, subject: str) -> AsyncIterator[Check]:
    """Look at a channel, then read in it as delivery does when nobody knows whether a message was sent."""
    try:
        channel = await gateway.channel(id_)
    except SlackFailure as failure:
        if failure.code == "missing_scope":
            text = f"The bot may not look at {id_}, so whether it can post there shows only when it does."
            yield Check(subject, ok=None, text=text, todo=failure.todo)
        else:
            yield Check(subject, ok=False, text=f"{id_}: {failure.code}.", todo=failure.todo)
        return
    shown = f"#{channel.name}" if channel.name else id_
    if channel.archived:
        todo = "Unarchive it, or choose another channel."
        yield Check(subject, ok=False, text=f"{shown} is archived.", todo=todo)
    elif not channel.member:
        todo = f"In {shown} type: /invite @stuck"
        yield Check(subject, ok=False, text=f"The bot is not in {shown}.", todo=todo)
    else:
        yield Check(subject, ok=True, text=f"{shown}, and the bot is in it.")
        yield await _history(gateway, id_, subject.replace("channel of", "reading back in"))


async def _history(gateway: Gateway, channel: str, subject: str) -> Check:
    try:
        await gateway.find(channel, "doctor", SystemClock().now())
    except SlackFailure as failure:
        text = (
            f"Slack answers {failure.code}: a message cut off while it was sent cannot be looked for, "
            "and then waits for good."
        )
        return Check(subject, ok=False, text=text, todo=failure.todo)
    return Check(subject, ok=True, text="After a cut connection the bot can see whether its message arrived.")
