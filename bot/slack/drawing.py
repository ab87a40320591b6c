"""What a notice says now and where it goes: the current state of its gap, not the state when it was written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.slack import cards, personal, storm, wording
from bot.slack.digests import letters
from bot.slack.digests.charts import Chart
from bot.slack.gateway import EVENT_TYPE
from bot.slack.inline import permalink
from bot.slack.message import Message
from bot.slack.tuning import words as tuning
from storage.findings import Severity
from storage.notices import Notice, Notices
from storage.queue import Gap, Queue
from storage.storms import Storms

_PARENTS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "first_run": wording.first_run,
    "blind": wording.blind,
    "sees": wording.sees,
    "settings": tuning.aloud,
}
NO_CHANNELS: Mapping[Severity, str] = MappingProxyType({})
LINKING = frozenset({"word", *letters.KINDS})
"""Notices with links to cards."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice ready to go: the message, the plain one for when Slack refuses the blocks, and the address."""

    message: Message
    plain: Message
    edition: int | None
    """Of the gap as drawn; None where it is about no gap."""
    channel: str
    broadcast: bool = False
    """Whether it is to be seen in the channel too, though it stands in a thread."""
    thread: Notice | None = None
    """The notice whose message is the thread's parent; None: it stands in the channel itself."""
    direct: bool = False
    """Whether it goes to one person, whose id is then the channel."""
    chart: Chart | None = None
    """Shown below it once it has been posted."""

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

    One that was tried in another channel may stand there.

    Threads have one level: a line about a card in a thread goes beside it, not under it.
    """
    if notice.ts is not None:
        return notice.channel or home, None
    if direct(notice):
        return str(notice.facts["to"]), None
    thread: Notice | None = None
    parent_id = notice.parent_id
    while parent_id:
        thread = await Notices(session, now).get(parent_id)
        parent_id = thread.parent_id if thread else None
    return (thread.channel if thread else notice.channel) or home, thread


def direct(notice: Notice) -> bool:
    """Whether it goes to one person; a word that could not be sent to them is said in a thread."""
    return notice.kind == "word" and not notice.facts.get("aloud")


async def draw(
    session: AsyncSession,
    notice: Notice,
    home: str,
    now: datetime,
    site: str | None = None,
    *,
    own: Mapping[Severity, str] = NO_CHANNELS,
) -> Letter | None:
    """Return the notice as it should read now; None: what it was about no longer exists, or its time is over.

    `site` is the address of the workspace, for links to cards. `own`: where new cards of some severities go.
    """
    channel, thread = await address(session, notice, home, now)
    if notice.kind in letters.KINDS:
        return _digest(notice, channel, now, site)
    queue = Queue(session, now)
    message: Message | None
    edition = None
    if notice.kind in _PARENTS:
        message = _PARENTS[notice.kind](notice.facts)
    elif notice.kind == "storm":
        message = storm.parent(notice, await Storms(session, now).picture(notice), now)
        edition = notice.edition_due or 0
    elif notice.kind == "word":
        message = await _word(session, queue, notice, now, site)
    elif notice.kind == "escalation":
        message = await _escalation(queue, notice, now)
    else:
        if notice.ts is None and thread is None:
            return await _of_gap(queue, notice, home, None, now, own)
        return await _of_gap(queue, notice, channel, thread, now)
    if message is None:
        return None
    return Letter(message, Message(message.text), edition, channel, thread=thread, direct=direct(notice))


async def _of_gap(
    queue: Queue,
    notice: Notice,
    channel: str,
    thread: Notice | None,
    now: datetime,
    own: Mapping[Severity, str] = NO_CHANNELS,
) -> Letter | None:
    """Return the card of a gap, or a line of its history."""
    gap = await queue.get(notice.gap_id) if notice.gap_id else None
    if gap is None:
        return None
    if notice.kind == "card":
        alone, channel = bool(notice.facts.get("alone")), own.get(gap.severity, channel)
        return Letter(cards.card(gap, now), cards.plain(gap, now), gap.edition, channel, alone, thread)
    event = next((one for one in await queue.history(gap.id) if one.id == notice.event_id), None)
    if event is None:
        return None
    message = wording.line(event, gap)
    plain = Message(message.text)
    # Several gaps share a storm's thread: only the plain text says which of them the line is about.
    shared = thread is not None and thread.gap_id is None
    return Letter(plain if shared else message, plain, None, channel, thread=thread)


async def _word(
    session: AsyncSession, queue: Queue, notice: Notice, now: datetime, site: str | None
) -> Message | None:
    """Return what one person has to know; None: all of it is moot by now."""
    user, turns = str(notice.facts["to"]), []
    for gap_id, event_id in notice.facts["events"]:
        gap = await queue.get(gap_id)
        event = next((one for one in await queue.history(gap_id) if one.id == event_id), None)
        if gap is not None and event is not None:
            turns.append(personal.Turn(event, gap, await _link(session, gap, now, site)))
    left = [turn for turn in turns if personal.still_concerns(turn, user)]
    if not left:
        return None
    message = personal.word(left, user)
    return wording.aloud(message, user) if notice.facts.get("aloud") else message


async def _link(session: AsyncSession, gap: Gap, now: datetime, site: str | None) -> str | None:
    """Return the address of a gap's card, where it stands in Slack."""
    notices = Notices(session, now)
    card = await notices.card(gap.id)
    if site is None or card is None or card.ts is None or card.channel is None:
        return None
    parent = await notices.get(card.parent_id) if card.parent_id else None
    return permalink(site, card.channel, card.ts, parent.ts if parent else None)


async def _escalation(queue: Queue, notice: Notice, now: datetime) -> Message | None:
    """Return the call for gaps that still have no owner; None: somebody has each of them, or they are over."""
    found = [await queue.get(str(gap_id)) for gap_id in notice.facts["gaps"]]
    left = [gap for gap in found if gap is not None and gap.state(now) == "open"]
    return personal.escalation(left, str(notice.facts["to"]), now) if left else None


def _digest(notice: Notice, channel: str, now: datetime, site: str | None) -> Letter | None:
    """Return a digest; None: it could not be sent on its day, and the next one says what is new since."""
    digest = letters.read(notice.kind, notice.facts)
    if notice.ts is None and digest.until is not None and now >= digest.until:
        return None
    message = digest.message(site)
    return Letter(message, Message(message.text), None, channel, chart=digest.chart())
