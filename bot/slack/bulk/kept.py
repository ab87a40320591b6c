"""For how long an act over many gaps can be taken back."""

from bot.clock import at_least_on_the_wall
from bot.slack.desk import Desk
from storage.bulks import UNDOABLE, Bulks
from storage.database import AsyncSession


def bulks(desk: Desk, session: AsyncSession) -> Bulks:
    """Return the acts as of now: whoever wants to undo one needs the same time by any clock."""
    return Bulks(session, desk.clock.now(), at_least_on_the_wall(desk.clock, UNDOABLE.total_seconds()))
