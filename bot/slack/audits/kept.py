"""For how long an audit and its question are kept."""

from datetime import timedelta

from bot.clock import at_least_on_the_wall
from bot.slack.desk import Desk
from storage.audits import AskedAudit, Audits
from storage.database import AsyncSession

DAY = 24 * 3600.0
"""Seconds for which an audit's orders can be added."""
LEFT_AFTER = 600.0
"""Seconds without a sign of life after which whoever was adding is taken for dead."""


def audits(desk: Desk, session: AsyncSession) -> Audits:
    """Return the audits that are kept now."""
    return Audits(session, desk.clock.now(), at_least_on_the_wall(desk.clock, DAY))


async def get(desk: Desk, audit_id: str) -> AskedAudit | None:
    """Return an audit; None: it is no longer kept."""
    async with desk.database.read() as session:
        return await audits(desk, session).get(audit_id)


async def take(desk: Desk, audit_id: str) -> bool:
    """Begin to add its orders; False: somebody else does, or has."""
    async with desk.database.write() as session:
        left_after: timedelta = at_least_on_the_wall(desk.clock, LEFT_AFTER)
        return await audits(desk, session).take(audit_id, left_after=left_after)
