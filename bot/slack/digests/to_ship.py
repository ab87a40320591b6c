"""What today's cutoff waits for: the orders that would be late if nothing more were printed until then."""

from datetime import datetime, timedelta

from bot.gaps import calendar
from bot.gaps.kinds.aging import AT_RISK
from bot.gaps.links import shipstation_search
from bot.gaps.rules import StoreRules
from bot.reconcile.judging import judge_orders
from bot.slack.digests.facts import ToShip, Unlabelled
from storage.database import Database
from storage.mirror import Mirror

MOST = 5000
"""Orders that are looked at."""
NAMED = 5
_MOMENT = timedelta(minutes=1)


async def to_ship(database: Database, rules: StoreRules, now: datetime) -> ToShip | None:
    """Judge, as of today's cutoff, what will be looked at again by then. None: no cutoff is to come today.

    Nothing is read from the two systems for it, and nothing becomes a gap.
    """
    today = calendar.local_day(rules, now)
    cutoff = calendar.cutoff_on(rules, today)
    if not calendar.is_workday(rules, today) or cutoff <= now:
        return None
    async with database.read() as session:
        late = cutoff + rules.windows.cutoff_grace + _MOMENT
        ids = await Mirror(session, rules.name).due(late, MOST)
    opinions = await judge_orders(database, rules, ids, cutoff)
    waiting = [each.name for each in opinions if any(found.kind == AT_RISK.code for found in each.findings)]
    named = [Unlabelled(name, shipstation_search(name.strip().removeprefix("#"))) for name in waiting[:NAMED]]
    return ToShip(cutoff, len(waiting), tuple(named), more=len(ids) == MOST)
