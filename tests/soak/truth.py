"""What the bot ought to know: the same world, read and judged once by a bot without a past."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.faults.books import Books, Row, moment

FACTS = {
    "orders": ("id", "body"),
    "shipstation_orders": ("id", "body"),
    "shipments": ("kind", "id", "body"),
    "shipstation_stores": ("id", "body"),
}
"""The tables of facts, and what makes a row: its key, and what it says."""
PASSING = {"read_at", "refreshed_at", "attempted_at"}
"""What a row says about the reading and not about the world."""
DETAILS = {"total", "currency", "detail", "lines", "service"}
"""What only a detailed read of an order tells, which depends on what was suspicious on the way."""
ENDS = {"healed", "resolved", "unverified", "not_a_gap", "accepted", "superseded"}


@dataclass(frozen=True, slots=True)
class Known:
    """What one database knows."""

    books: Books
    facts: dict[str, dict[tuple[Any, ...], Any]]


def untrue(soaked: Known, fresh: Known, now: datetime) -> list[str]:
    """Return where the soaked bot's mirror or queue differs from a fresh one's."""
    return [*_facts(soaked, fresh), *_queue(soaked.books, fresh.books, now)]


def _facts(soaked: Known, fresh: Known) -> Iterator[str]:
    for table, rows in fresh.facts.items():
        mine = soaked.facts[table]
        for key, said in rows.items():
            if key not in mine:
                yield f"{table} {key} is not known"
                continue
            before, now = json.loads(mine[key]), json.loads(said)
            ignored = PASSING | (DETAILS if None in (before.get("detail"), now.get("detail")) else set())
            if (one := _without(before, ignored)) != (other := _without(now, ignored)):
                yield f"{table} {key} is out of date: {[(k, one.get(k), other.get(k)) for k in other if one.get(k) != other.get(k)]}"


def _without(value: Any, ignored: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, ignored) for name, each in value.items() if name not in ignored}
    return [_without(each, ignored) for each in value] if isinstance(value, list) else value


def _queue(soaked: Books, fresh: Books, now: datetime) -> Iterator[str]:
    """Compare the open gaps by order and kind; what a person has just called resolved waits for its check."""
    mine = {_subject(gap) for gap in soaked.gaps if gap["resolved_at"] is None}
    waiting = {_subject(gap) for gap in soaked.gaps if gap["verify_at"] and moment(gap["verify_at"]) > now}
    truth = {_subject(gap) for gap in fresh.gaps if gap["resolved_at"] is None}
    for subject in sorted(truth - mine - waiting, key=str):
        yield f"{subject} is a gap, and not in the queue"
    insisted = {_subject(gap) for gap in soaked.gaps if _reopened_by_a_person(soaked.history(gap))}
    for subject in sorted(mine - truth - insisted, key=str):
        yield f"{subject} is in the queue, and no gap"


def _reopened_by_a_person(history: list[Row]) -> bool:
    """Whether somebody said against both systems that it is a gap, and nothing has changed since."""
    ends = [event for event in history if event["code"] in ENDS | {"reopened"}]
    return bool(ends) and ends[-1]["code"] == "reopened" and ends[-1]["person"] is not None


def _subject(gap: Row) -> tuple[str, str]:
    return gap["order_name"] or gap["subject"], gap["kind"]


# ---------------------------------------------------------------- history


def contradictions(books: Books) -> list[str]:
    """Return where a gap's history cannot have happened, or does not lead to how the gap stands."""
    heirs = {(gap["subject"]) for gap in books.gaps if gap["resolution"] == "superseded"}
    return [
        f"{gap['order_name']} {gap['kind']}: {wrong}; history: {_told(books.history(gap))}"
        for gap in books.gaps
        for wrong in _contradictions(gap, books.history(gap), inherits=gap["subject"] in heirs)
    ]


def _contradictions(gap: Row, history: list[Row], *, inherits: bool) -> Iterator[str]:
    """`inherits`: it may have its owner and its snooze from a gap that it replaced, which is no event."""
    if [event["code"] for event in history].count("opened") != 1 or history[0]["code"] != "opened":
        yield "it was not opened once"
    life = _Life(gap["owner"] if inherits else None, inherits)
    for event in history:
        yield from life.goes_on(event["code"], event["person"])
    if life.ended is not (gap["resolved_at"] is not None):
        yield f"its history {'ends' if life.ended else 'goes on'}, the gap does not"
    if life.owner != gap["owner"] and not inherits:
        yield f"its history leaves it with {life.owner}, the gap with {gap['owner']}"
    if life.asleep is not (gap["snoozed_until"] is not None) and not inherits:
        yield f"its history leaves it {'asleep' if life.asleep else 'awake'}, the gap does not"


@dataclass(slots=True)
class _Life:
    """A gap as its history tells it."""

    owner: str | None
    inherits: bool
    ended: bool = False
    asleep: bool = False

    def goes_on(self, code: str, by: str | None) -> Iterator[str]:
        """Live through one event; yield what cannot have been."""
        yield from self._owned(code, by)
        if code in {"snoozed", "woken", "snooze_ended", "worse"}:
            self.asleep = code == "snoozed"
        elif code in ENDS:
            if self.ended:
                yield f"{code} although it had ended"
            self.ended, self.asleep = True, False
        elif code == "reopened":
            if not self.ended:
                yield "reopened although it had not ended"
            self.ended = False

    def _owned(self, code: str, by: str | None) -> Iterator[str]:
        if code == "claimed" and self.owner is not None and not self.inherits:
            yield f"claimed by {by} while {self.owner} had it"
        if code == "released" and self.owner is None and not self.inherits:
            yield "released while nobody had it"
        if code in {"claimed", "taken_over", "released"}:
            self.owner = None if code == "released" else by


def _told(history: list[Row]) -> str:
    return ", ".join(f"{event['code']} {event['person'] or ''}".strip() for event in history)
