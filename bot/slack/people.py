"""Who clicked: their time zone, from users.info, and whether they may act."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.settings import Allowed
from bot.slack import replies
from bot.slack.asking import ask
from bot.slack.groups import Groups, Membership
from bot.slack.outcomes import SlackFailure

FRESH = timedelta(hours=1)
"""For how long an answer of users.info is used without asking again."""
AGAIN = timedelta(minutes=1)
"""For how long what was known is used after Slack did not answer: a click waits for it at most once."""

METHOD = "users.info"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """What matters of a Slack user; no name, no address."""

    id: str
    team: str | None
    enterprise: str | None
    zone: ZoneInfo | None
    guest: bool
    outsider: bool
    """Somebody of another organisation, here through a shared channel; or gone, or a bot."""
    gone: bool = False
    """Their account is closed."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the app is installed."""

    team: str | None
    enterprise: str | None


Objection = Literal["outsider", "guest", "stranger", "not_named", "not_checked", "not_readable"]
"""Why somebody may not act. stranger: Slack did not say who they are."""
Standing = Literal["everybody", "named"] | Membership
"""Why somebody may act, or not: nobody is named and so everybody may; named themselves; or by a user group."""


_OBJECTIONS: Mapping[Standing, Objection] = {
    "none": "not_named",
    "unknown": "not_checked",
    "unreadable": "not_readable",
}


class People:
    """Asks Slack about users, and remembers the answers for an hour."""

    def __init__(self, client: AsyncWebClient, clock: Clock, allowed: Allowed) -> None:
        self._client = client
        self._clock = clock
        self._allowed = allowed
        self._groups = Groups(client, clock, allowed.groups)
        self._known: dict[str, tuple[datetime, Person]] = {}

    async def get(self, user: str) -> Person | None:
        """Return who this is; what was known before when Slack does not answer, None when nothing was."""
        now = self._clock.now()
        ask_at, known = self._known.get(user, (now, None))
        if known is not None and now < ask_at:
            return known
        try:
            person = await ask_person(self._client, user)
        except SlackFailure as failure:
            log.warning("users.info did not answer", code=failure.code)
            if known is not None:
                self._known[user] = (now + AGAIN, known)
            return known
        self._known[user] = (now + FRESH, person)
        return person

    async def refusal(self, user: str, team: str | None, home: Workspace) -> str | None:
        """Return why this user may not act, in words for them; None when they may."""
        objection = await self.objection(user, team, home)
        return replies.refused(objection, self._allowed.users) if objection else None

    async def objection(self, user: str, team: str | None, home: Workspace) -> Objection | None:
        """Return why this user may not act; None when they may."""
        if _elsewhere(team, None, home) and home.enterprise is None:
            return "outsider"
        person, standing = await asyncio.gather(self.get(user), self._standing(user))
        if person is None:
            return "stranger"
        if person.outsider or _elsewhere(person.team, person.enterprise, home):
            return "outsider"
        if person.guest and standing != "named":
            return "guest"
        return _OBJECTIONS.get(standing)

    async def _standing(self, user: str) -> Standing:
        if self._allowed.everybody:
            return "everybody"
        return "named" if user in self._allowed.users else await self._groups.membership(user)


async def ask_person(client: AsyncWebClient, user: str) -> Person:
    """Return who this is; raise SlackFailure."""
    data = await ask(METHOD, client.users_info(user=user))
    if not isinstance(data.get("user"), dict):
        raise SlackFailure(METHOD, "garbled")
    return read_person(data["user"])


def workspace(context: AsyncBoltContext) -> Workspace:
    """Return where the app is installed, as Slack itself told Bolt."""
    known = context.authorize_result
    return Workspace(known.team_id, known.enterprise_id) if known else Workspace(None, None)


def read_person(user: Mapping[str, Any]) -> Person:
    """Return what matters of a user object."""
    return Person(
        id=str(user.get("id", "")),
        team=user.get("team_id"),
        enterprise=(user.get("enterprise_user") or {}).get("enterprise_id"),
        zone=read_zone(user.get("tz")),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        outsider=bool(user.get("is_stranger") or user.get("deleted") or user.get("is_bot")),
        gone=bool(user.get("deleted")),
    )


def read_zone(name: Any) -> ZoneInfo | None:
    """Return a time zone by its name; None where there is no such zone."""
    try:
        return ZoneInfo(str(name)) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _elsewhere(team: str | None, enterprise: str | None, home: Workspace) -> bool:
    """Whether these belong to another organisation than the one where the app is installed."""
    if team is None or home.team is None or team == home.team:
        return False
    return enterprise is None or enterprise != home.enterprise
