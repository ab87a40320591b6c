"""Who clicked: their time zone and whether they may act, from users.info."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from aiohttp import ClientError
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import replies

FRESH = 3600.0
"""Seconds for which an answer of users.info is used without asking again."""
AGAIN = 60.0
"""Seconds for which what was known is used after Slack did not answer: a click waits for it at most once."""
PATIENCE = 2.0
"""Seconds to wait for users.info: a modal has to open within three of the click."""

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


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the app is installed."""

    team: str | None
    enterprise: str | None


class People:
    """Asks Slack about users, and remembers the answers for an hour."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, tuple[float, Person]] = {}

    async def get(self, user: str) -> Person | None:
        """Return who this is; what was known before when Slack does not answer, None when nothing was."""
        asked_at, known = self._known.get(user, (0.0, None))
        if known is not None and monotonic() - asked_at < FRESH:
            return known
        try:
            answer = await asyncio.wait_for(self._client.users_info(user=user), PATIENCE)
        except (SlackClientError, ClientError, OSError, TimeoutError) as failure:
            log.warning("users.info did not answer", error=type(failure).__name__)
            if known is not None:
                self._known[user] = (monotonic() - FRESH + AGAIN, known)
            return known
        person = read_person(answer["user"])
        self._known[user] = (monotonic(), person)
        return person

    async def refusal(self, user: str, team: str | None, home: Workspace) -> str | None:
        """Return why this user may not act, in words for them; None when they may."""
        if _elsewhere(team, None, home) and home.enterprise is None:
            return replies.OUTSIDER
        person = await self.get(user)
        if person is None:
            return replies.WHO_ARE_YOU
        if person.outsider or _elsewhere(person.team, person.enterprise, home):
            return replies.OUTSIDER
        return replies.GUEST if person.guest else None


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
