"""What a notice says now and where it goes: the current state of its gap, not the state when it was written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.slack import cards, wording
from bot.slack.gateway import EVENT_TYPE
from bot.slack.message import Message
from storage.notices import Notice, Notices
from storage.queue import Queue

_PARENTS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "storm": wording.storm,
    "first_run": wording.first_run,
    "blind": wording.blind,
    "sees": wording.sees,
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice ready to go: the message, the plain one for when Slack refuses the blocks, and the address."""

    message: Message
    plain: Message
    edition: int | None
    """Of the gap as drawn; None where it is about no gap."""
    channel: str
    thread: Notice | None = None
    """The notice whose message is the thread's parent; None: it stands in the channel itself."""

    @property
    def thread_ts(self) -> str | None:
        """The parent's ts."""
        return self.thread.ts if self.thread else None


def metadata(notice: Notice, edition: int | None) -> dict[str, Any]:
    """Return what lets us recognise our message later (design decision 9). Everybody may read it."""
    return {"event_type": EVENT_TYPE, "event_payload": {"notice": notice.id, "edition": edition or 0}}


async def address(
    session: AsyncSession, notice: Notice, home: str, now: datetime
) -> tuple[str, Notice | None]:
    """Return channel and thread of a notice: what already stands in a channel stays there, `home` is for the rest.

    Threads have one level: a line about a card in a thread goes beside it, not under it.
    """
    if notice.ts is not None:
        return notice.channel or home, None
    thread: Notice | None = None
    parent_id = notice.parent_id
    while parent_id:
        thread = await Notices(session, now).get(parent_id)
        parent_id = thread.parent_id if thread else None
    return (thread.channel if thread else None) or home, thread


async def draw(session: AsyncSession, notice: Notice, home: str, now: datetime) -> Letter | None:
    """Return the notice as it should read now; None: what it was about no longer exists."""
    channel, thread = await address(session, notice, home, now)
    if notice.kind in _PARENTS:
        message = _PARENTS[notice.kind](notice.facts)
        return Letter(message, Message(message.text), None, channel, thread)
    queue = Queue(session, now)
    gap = await queue.get(notice.gap_id) if notice.gap_id else None
    if gap is None:
        return None
    if notice.kind == "card":
        return Letter(cards.card(gap, now), cards.plain(gap, now), gap.edition, channel, thread)
    event = next((one for one in await queue.history(gap.id) if one.id == notice.event_id), None)
    if event is None:
        return None
    message = wording.line(event, gap)
    plain = Message(message.text)
    # Several gaps share a storm's thread: only the plain text says which of them the line is about.
    return Letter(plain if thread and thread.gap_id is None else message, plain, None, channel, thread)
