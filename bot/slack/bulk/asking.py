"""Resolved over many gaps: both systems are asked about each, while nobody waits at the screen (design decision 7)."""

from collections import Counter

from bot.reconcile import Recheck
from bot.slack.bulk import kept, words
from bot.slack.clicks import Voice
from bot.slack.desk import Desk
from bot.slack.home.tab import redraw
from storage.bulks import Bulk
from storage.database import AsyncSession
from storage.queue import Queue

MOST = 100
"""Gaps that are asked about at once: ShipStation answers forty questions a minute, and runs need most of them."""


async def resolve(desk: Desk, voice: Voice, ids: list[str]) -> None:
    """Ask about one after the other, resolve each as its own button would, and say how it went."""
    await voice.tell(words.asking(len(ids)))
    async with desk.database.write() as session:
        bulk = await kept.bulks(desk, session).begin(voice.user, "resolved")
    counts: Counter[str] = Counter()
    verify = desk.rules("").windows.verify
    for gap_id in ids:
        answer = await desk.recheck(gap_id)
        if answer.gap is not None:
            verify = desk.rules(answer.gap.store).windows.verify
        async with desk.database.write() as session:
            counts[await _settled(session, desk, bulk, gap_id, answer)] += 1
            bulk = await kept.bulks(desk, session).get(bulk.id) or bulk
        desk.nudge()
    told = {name: counts[name] for name in ("agreed", "disagreed", "unread", "moved")}
    await voice.tell(words.asked(bulk, verify=verify, **told))
    await redraw(desk, voice.client, voice.user)


async def _settled(session: AsyncSession, desk: Desk, bulk: Bulk, gap_id: str, answer: Recheck) -> str:
    """Resolve one as the systems answered, and return what they said of it."""
    now = desk.clock.now()
    queue = Queue(session, now)
    before = await queue.get(gap_id)
    agreed = answer.still_there is False
    change = await queue.resolve(
        gap_id,
        bulk.person,
        resolution="verified" if agreed else "unverified",
        verify_at=None if agreed else now + desk.rules(before.store if before else "").windows.verify,
        evidence=answer.evidence,
    )
    if change.outcome != "done" or before is None or change.gap is None:
        return "moved"
    await kept.bulks(desk, session).note(bulk, [(before, change.gap)])
    return "agreed" if agreed else "disagreed" if answer.still_there else "unread"
