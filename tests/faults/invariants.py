"""What must hold once all is quiet, whatever died on the way. Strict, and told in sentences."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.elements import elements
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.things import Message
from bot.sandbox.slack.workspace import Workspace
from storage.ledger import SILENT
from tests.faults.books import Books, Row, moment

A_LEASE = timedelta(seconds=60)
"""How long a dead process may still hold what it held."""

NONE = "nothing"
"""What a message carries that is about no notice: an answer to one person."""
MOOT = "what it was about no longer exists"
"""Why a word or a call is given up that nobody needs any more by the time it could go."""


class Channel:
    """The bot's messages in the channel, its threads, and to single people, each with what it carries."""

    def __init__(self, workspace: Workspace) -> None:
        rooms = [room for room in workspace.channels.values() if room.im_user or room.id == workspace.channel]
        said = [one for room in rooms for one in room.messages.values()]
        self.messages = [one for one in said if not one.deleted and one.user == BOT_USER]
        calls = [call for call in workspace.called("chat.postMessage") if call.error is None]
        carried = [(call, _notice(call.arguments.get("metadata"))) for call in calls]
        self.posts = Counter(
            notice
            for call, notice in carried
            if call.arguments.get("channel") == workspace.channel or notice != NONE
        )
        """How often each notice was posted, by what Slack carried out."""

    def of(self, notice: Row) -> list[Message]:
        """Return the messages that carry this notice."""
        return [one for one in self.messages if _notice(one.metadata) == notice["id"]]

    def buttons(self, gap: Row) -> dict[str, set[str]]:
        """Return the revisions that buttons about this gap carry, by the message that they stand on."""
        found: dict[str, set[str]] = {}
        for message in self.messages:
            values = {str(each.body.get("value", "")) for each in elements(message.blocks)}
            mine = {value.partition(":")[2] for value in values if value.partition(":")[0] == gap["id"]}
            if mine:
                found[message.ts] = mine
        return found


def violations(
    books: Books,
    workspace: Workspace,
    now: datetime,
    *,
    away: Collection[str] = (),
    unnoticed: bool = False,
) -> list[str]:
    """Return what is wrong, in sentences.

    `away`: the gaps whose cards people took away, each of which is posted again once the bot notices; `unnoticed`: it
    need not have noticed yet, having had nothing to say there since.
    """
    channel = Channel(workspace)
    missed = away if unnoticed else ()
    return [
        *_posted_once(books, channel, away, missed),
        *_one_card_each(books, channel, missed),
        *_one_line_each(books, channel),
        *_nothing_owed(books, now),
    ]


def _posted_once(
    books: Books, channel: Channel, away: Collection[str], missed: Collection[str]
) -> Iterator[str]:
    known = {notice["id"] for notice in books.notices}
    again = {notice["id"] for notice in books.notices if notice["gap_id"] in away}
    for notice in books.notices:
        if notice["reposted"] and notice["gap_id"] not in away:
            yield f"{notice['kind']} {notice['id']} was posted again, and nobody had taken it away"
    for notice, times in channel.posts.items():
        if times > (2 if notice in again else 1):
            yield f"notice {notice} was posted {times} times"
        if notice not in known:
            yield f"a message was posted for notice {notice}, which is not in the books"
    for notice in books.notices:
        stand = [one.ts for one in channel.of(notice)]
        missing = notice["gap_id"] in missed and not stand
        if notice["state"] == "sent" and stand != [notice["ts"]] and not missing:
            yield f"{notice['kind']} {notice['id']} is noted at {notice['ts']} and stands at {stand}"


def _one_card_each(books: Books, channel: Channel, missed: Collection[str]) -> Iterator[str]:
    for gap in books.carded():
        cards = [each for each in books.notices if each["gap_id"] == gap["id"] and each["kind"] == "card"]
        buttons = channel.buttons(gap)
        if gap["id"] in missed and not buttons:
            continue
        if len(cards) != 1 or len(buttons) != 1:
            yield f"{gap['order_name']} {gap['kind']} has {len(cards)} cards owed and {len(buttons)} standing"
            continue
        [card], [(ts, shown)] = cards, buttons.items()
        if card["ts"] != ts:
            yield f"the card of {gap['order_name']} stands at {ts} and is noted at {card['ts']}"
        if shown != {str(gap["revision"])}:
            yield f"the card of {gap['order_name']} shows revision {shown}, the gap is at {gap['revision']}"
        editions = {card["edition_sent"], card["edition_due"], gap["edition"]}
        editions |= {_edition(message) for message in channel.of(card)}
        if len(editions) != 1:
            yield f"the card of {gap['order_name']} is behind: editions {editions}"


def _one_line_each(books: Books, channel: Channel) -> Iterator[str]:
    """Every event but those that another message tells, or that came with many, has its line in the card's thread."""
    lines = Counter(notice["event_id"] for notice in books.notices if notice["kind"] == "line")
    carded = {notice["gap_id"] for notice in books.notices if notice["kind"] == "card"}
    for event in books.events:
        alone = event["code"] not in SILENT and "together" not in event["facts"]
        wanted = int(alone and event["gap_id"] in carded)
        if lines[event["id"]] != wanted:
            yield f"{event['code']} of {event['gap_id']} has {lines[event['id']]} lines, not {wanted}"
    for notice in books.notices:
        for message in channel.of(notice) if notice["kind"] == "line" else []:
            if not message.is_reply:
                yield f"line {notice['id']} stands outside its thread"


def _nothing_owed(books: Books, now: datetime) -> Iterator[str]:
    for notice in books.owed():
        yield f"{notice['kind']} {notice['id']} is still {notice['state']}: {notice['error']}"
    for notice in books.notices:
        moot = notice["kind"] in {"word", "escalation"} and notice["error"] == MOOT
        if notice["state"] == "dead" and not moot:
            yield f"{notice['kind']} {notice['id']} was given up: {notice['error']}"
    for lease in books.held(now + A_LEASE):
        yield f"lease {lease} is held for longer than a lease lasts"


# ---------------------------------------------------------------- compared with a run in which nobody dies


@dataclass(frozen=True, slots=True)
class Told:
    """All there is to know of how a story ended, without ids and times, which differ from telling to telling."""

    gaps: list[tuple[object, ...]]
    """Each gap: what it is about, its state, its history, and the lines in its thread."""
    parents: list[str]
    """What stands in the channel and is no card."""
    complete: bool
    """Whether the last run read everything."""


def told(books: Books, workspace: Workspace, now: datetime) -> Told:
    """Return how it ended."""
    channel = Channel(workspace)
    gaps = [_gap_told(gap, books, channel, now) for gap in books.gaps]
    parents = [each for each in books.notices if each["gap_id"] is None]
    words = [_timeless(one.words) for each in parents for one in channel.of(each)]
    ended = [run for run in books.runs if run["finished_at"] is not None]
    return Told(sorted(gaps, key=str), sorted(words), bool(ended and ended[-1]["complete"]))


def _gap_told(gap: Row, books: Books, channel: Channel, now: datetime) -> tuple[object, ...]:
    asleep = gap["snoozed_until"] is not None and moment(gap["snoozed_until"]) > now
    lines = [each for each in books.notices if each["gap_id"] == gap["id"] and each["kind"] == "line"]
    return (
        gap["order_name"],
        gap["kind"],
        gap["owner"],
        gap["resolution"],
        gap["resolved_by"],
        asleep,
        gap["reopened"],
        [(event["code"], event["person"]) for event in books.history(gap)],
        [_timeless(one.words) for line in lines for one in channel.of(line)],
    )


def _timeless(words: str) -> str:
    return re.sub(r"<!date\^[^>]*>", "<then>", words)


def about(message: Message) -> str | None:
    """Return the gap whose card a message is; None: it is no card."""
    ids = [str(block.get("block_id", "")) for block in message.blocks]
    return next((one.split(":")[1] for one in ids if one.startswith("gap:")), None)


def _notice(metadata: object) -> str:
    payload = metadata.get("event_payload", {}) if isinstance(metadata, dict) else {}
    return str(payload.get("notice", NONE))


def _edition(message: Message) -> object:
    return (message.metadata or {}).get("event_payload", {}).get("edition")
