"""Doctor's look at the people and user groups that the settings name: who may act, and who is called."""

from collections.abc import AsyncIterator, Collection, Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.check import Check
from bot.settings import Allowed, StoreSettings
from bot.slack.groups import REFUSALS, SCOPE, read_members
from bot.slack.outcomes import SlackFailure
from bot.slack.people import Person, ask_person


async def examine_access(client: AsyncWebClient, allowed: Allowed) -> AsyncIterator[Check]:
    """Look up whoever is named, as a click does; nothing where everybody may act."""
    if allowed.users:
        yield await _users(client, allowed.users)
    for group in allowed.groups:
        check = await _group(client, group)
        yield check
        if check.todo == REFUSALS["missing_scope"]:
            return


async def _users(client: AsyncWebClient, users: tuple[str, ...]) -> Check:
    subject = "people who may act"
    try:
        found = {user: await _person(client, user) for user in users}
    except SlackFailure as failure:
        return Check(subject, ok=None, text=f"Slack answers {failure.code} to users.info.", todo=failure.todo)
    unknown = [user for user, person in found.items() if person is None]
    if unknown:
        todo = "Correct allowed_users in stuck.toml: a person's profile in Slack, ⋮, Copy member ID."
        return Check(subject, ok=False, text=f"Slack does not know {', '.join(unknown)}.", todo=todo)
    idle = [user for user, person in found.items() if person is not None and person.outsider]
    if idle:
        text = f"{', '.join(idle)} may not act all the same: gone, a bot, or of another organisation."
        return Check(subject, ok=None, text=text, todo="Take them out of allowed_users in stuck.toml.")
    return Check(subject, ok=True, text=f"{len(users)} named, and Slack knows all of them.")


async def _person(client: AsyncWebClient, user: str) -> Person | None:
    """Return who this is; None: Slack has never heard of them."""
    try:
        return await ask_person(client, user)
    except SlackFailure as failure:
        if failure.code in {"user_not_found", "user_not_visible"}:
            return None
        raise


async def _group(client: AsyncWebClient, group: str) -> Check:
    subject = f"user group {group}"
    try:
        members = len(await read_members(client, group))
    except SlackFailure as failure:
        todo = REFUSALS.get(failure.code, failure.todo)
        text = f"Slack answers {failure.code}, so nobody may act by being in it."
        return Check(subject, ok=False, text=text, todo=todo)
    if not members:
        todo = "Add people to it in Slack, or take it out of allowed_groups in stuck.toml."
        return Check(subject, ok=None, text="Nobody is in it.", todo=todo)
    return Check(subject, ok=True, text=f"{members} in it, who may act.")


# ---------------------------------------------------------------- who is called


async def examine_calls(
    client: AsyncWebClient, stores: Sequence[StoreSettings], scopes: Collection[str]
) -> AsyncIterator[Check]:
    """Look up whom unowned gaps call; a user group only where the app may look into groups."""
    for who in sorted({who for store in stores for who in store.escalation.to.values()}):
        if who[0] != "S":
            yield await _called(client, who)
        elif SCOPE in scopes:
            yield await _called_group(client, who)


async def _called(client: AsyncWebClient, user: str) -> Check:
    subject, todo = f"escalation to {user}", "Correct `to` under escalation in stuck.toml."
    try:
        person = await _person(client, user)
    except SlackFailure as failure:
        return Check(subject, ok=None, text=f"Slack answers {failure.code} to users.info.", todo=failure.todo)
    if person is None or person.gone:
        said = "Slack does not know them" if person is None else "Their account is closed"
        return Check(subject, ok=False, text=f"{said}, so nobody is called.", todo=todo)
    return Check(subject, ok=True, text="Slack knows them.")


async def _called_group(client: AsyncWebClient, group: str) -> Check:
    subject = f"escalation to {group}"
    try:
        members = len(await read_members(client, group))
    except SlackFailure as failure:
        return Check(
            subject, ok=None, text=f"Slack answers {failure.code} to a look into it.", todo=failure.todo
        )
    if not members:
        todo = "Add people to it in Slack, or name somebody else under escalation in stuck.toml."
        return Check(subject, ok=False, text="Nobody is in it, so nobody is called.", todo=todo)
    return Check(subject, ok=True, text=f"{members} in it.")
