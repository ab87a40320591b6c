"""Who is in the user groups whose members may act, from usergroups.users.list: remembered for some minutes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack.asking import ask
from bot.slack.outcomes import SlackFailure

FRESH = timedelta(minutes=5)
"""For how long an answer is used without asking again: Slack allows about twenty questions a minute in all."""
AGAIN = timedelta(minutes=1)
"""How long after a question that failed the next one is asked, where something is known meanwhile."""
STANDS = timedelta(hours=1)
"""For how long what was known counts while Slack does not answer."""
TOLD = timedelta(hours=1)
"""How long a group that cannot be read is not logged again."""

METHOD = "usergroups.users.list"
SCOPE = "usergroups:read"
REFUSALS = {
    "no_such_subteam": "Correct allowed_groups in stuck.toml: it takes the ids of user groups that are in use.",
    "missing_scope": f"Add the scope {SCOPE} to the app (`stuck manifest` lists it), then reinstall it to the workspace.",
    "plan_upgrade_required": "User groups need a paid plan of Slack: name people in allowed_users instead.",
}
"""Slack's codes that asking again does not mend, and what does."""

Membership = Literal["member", "none", "unknown", "unreadable"]
"""unknown: Slack did not answer. unreadable: it will not, before somebody has mended something."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one group."""

    members: frozenset[str] | None
    """Slack user ids; None: nothing is known."""
    read_at: datetime
    """When Slack said so."""
    ask_at: datetime
    """Before that it is not asked again."""
    refused: str | None = None
    """The one of REFUSALS that it answered."""


class Groups:
    """Asks Slack who is in some user groups; each is asked about by one at a time, however many wait."""

    def __init__(self, client: AsyncWebClient, clock: Clock, groups: Sequence[str]) -> None:
        self._client = client
        self._clock = clock
        self._groups = groups
        self._known: dict[str, Known] = {}
        self._asking: dict[str, asyncio.Task[Known]] = {}
        self._told: dict[tuple[str, str], datetime] = {}

    async def membership(self, user: str) -> Membership:
        """Return whether this user is in one of the groups, within the patience of one question."""
        found = await asyncio.gather(*[self._group(group) for group in self._groups])
        if any(user in known.members for known in found if known.members is not None):
            return "member"
        if any(known.members is None and known.refused is None for known in found):
            return "unknown"
        return "unreadable" if any(known.refused for known in found) else "none"

    async def _group(self, group: str) -> Known:
        """Return what is known, or what Slack says to whoever asked first."""
        known = self._known.get(group)
        if known is not None and self._clock.now() < known.ask_at:
            return known
        if group not in self._asking:
            asking = asyncio.create_task(self._read(group))
            asking.add_done_callback(lambda _: self._asking.pop(group))
            self._asking[group] = asking
        return await asyncio.shield(self._asking[group])

    async def _read(self, group: str) -> Known:
        now = self._clock.now()
        try:
            known = Known(await read_members(self._client, group), now, now + FRESH)
        except SlackFailure as failure:
            known = self._after(group, failure, now)
        self._known[group] = known
        return known

    def _after(self, group: str, failure: SlackFailure, now: datetime) -> Known:
        """Return what holds after Slack did not say who is in it."""
        if failure.code in REFUSALS:
            self._tell(group, failure.code, now)
            return Known(None, now, now + AGAIN, refused=failure.code)
        log.warning("usergroups.users.list did not answer", group=group, code=failure.code)
        wait = timedelta(seconds=failure.retry_after or 0)
        before = self._known.get(group)
        if before is None or before.members is None or now - before.read_at >= STANDS:
            return Known(None, now, now + wait)
        return Known(before.members, before.read_at, now + max(wait, AGAIN))

    def _tell(self, group: str, code: str, now: datetime) -> None:
        """Log what somebody has to mend, and not at every click."""
        told = self._told.get((group, code))
        if told is None or now - told >= TOLD:
            self._told[group, code] = now
            log.error("a group of allowed_groups cannot be read", group=group, code=code, todo=REFUSALS[code])


async def read_members(client: AsyncWebClient, group: str) -> frozenset[str]:
    """Return the ids of the people in one user group; raise SlackFailure."""
    data = await ask(METHOD, client.usergroups_users_list(usergroup=group))
    users = data.get("users")
    if not isinstance(users, list):
        raise SlackFailure(METHOD, "garbled")
    return frozenset(str(user) for user in users)
