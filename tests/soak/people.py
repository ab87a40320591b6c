"""People at the cards: whoever presses what, and what became of it."""

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from time import monotonic

from bot.sandbox.slack.elements import Element, elements
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.things import Message
from tests.soak.company import Company, Post

CODES = {
    "gap.claim": ("claimed",),
    "gap.release": ("released",),
    "gap.snooze": ("snoozed",),
    "gap.wake": ("woken",),
    "gap.resolved": ("resolved", "unverified"),
    "gap.reopen": ("reopened",),
}
"""What history calls the effect of a button."""
WHO = ("U0ALEX", "U0BO")
EFFECT_WITHIN = 10.0
"""Seconds of the wall within which a click has its effect, with slow sources."""


@dataclass(slots=True)
class Press:
    """One press of a button, and all that is known of it."""

    user: str
    action: str
    gap: str
    drawn: int
    """The revision that the card showed."""
    post: Post | None
    began: float
    heard: bool = False
    """Whether Slack got its acknowledgement."""

    @property
    def survived(self) -> bool:
        """Whether the process that heard it lived on until now."""
        process = self.post.process if self.post else None
        return (
            process is not None and process.running and self.post is not None and self.post.since < self.began
        )


class People:
    """Press at random, look at what happens, and keep count."""

    def __init__(self, company: Company, chance: random.Random) -> None:
        self.company, self.chance = company, chance
        self.workspace = company.stage.workspace
        self.pressed: Counter[tuple[str, str, str]] = Counter()
        """How often something was pressed, by gap, person and action."""
        self.lost: list[str] = []
        """Clicks that must have had an effect, and had none; in sentences."""
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def press(self, *, twice: bool = False) -> None:
        """Somebody presses some button; `twice`: two fingers, or two people."""
        found = self._choose()
        if found is None:
            return
        card, element = found
        users = [self.chance.choice(WHO) for _ in range(1 + twice)]
        await asyncio.gather(*(self._press(card, element, user) for user in users))

    def _choose(self) -> tuple[Message, Element] | None:
        room = self.workspace.channels[self.workspace.channel]
        cards = [one for one in room.messages.values() if one.user == BOT_USER and not one.deleted]
        choices = [
            (card, each) for card in cards for each in elements(card.blocks) if each.action_id in CODES
        ]
        return self.chance.choice(choices) if choices else None

    async def _press(self, card: Message, element: Element, user: str) -> None:
        gap, _, revision = str(element.body["value"]).rpartition(":")
        before = self._rows(gap)
        if not before:
            return
        current = self._revision(gap)
        post = self.company.web(self.chance)
        press = Press(user, element.action_id, gap, int(revision), post, monotonic())
        self.pressed[gap, user, press.action] += 1
        async with self._turns[user]:
            await self._act(press, card, element)
        if press.heard:
            await self._see(press, {row["id"] for row in before}, current)

    async def _act(self, press: Press, card: Message, element: Element) -> None:
        """Press, and fill in the window that opens."""
        self._through(press.post)
        old = {modal.id for modal in self.workspace.modals(press.user)}
        ack = await self.workspace.click(card, element.action_id, press.user)
        press.heard = ack.ok
        self.company.counts["clicks"] += 1
        if press.action != "gap.snooze" or not ack.ok:
            return
        until = monotonic() + EFFECT_WITHIN / 2
        while monotonic() < until:
            fresh = [modal for modal in self.workspace.modals(press.user) if modal.id not in old]
            if fresh:
                self._through(press.post)
                ack = await self.workspace.submit(fresh[-1], {"until": "1 hour"}, press.user)
                press.heard = ack.ok
                return
            await asyncio.sleep(0.1)
        press.heard = False

    def _through(self, post: Post | None) -> None:
        if post is not None and post.url is not None:
            self.workspace.use_http(post.url)

    def invented(self) -> list[str]:
        """Return what history tells more often than it was pressed."""
        told = Counter(
            (row["gap_id"], row["person"], action)
            for row in self.company.rows(
                "SELECT gap_id, person, code FROM gap_events WHERE person IS NOT NULL"
            )
            for action, codes in CODES.items()
            if row["code"] in codes
        )
        return [
            f"history tells {times} times of {what}, which was pressed {self.pressed[what]} times"
            for what, times in told.items()
            if times > self.pressed[what]
        ]

    # ---------------------------------------------------------------- what became of it

    async def _see(self, press: Press, before: set[int], current: int) -> None:
        """Wait for the effect. One that must have come and did not is a click lost."""
        until = monotonic() + EFFECT_WITHIN
        while monotonic() < until:
            fresh = [row for row in self._rows(press.gap) if row["id"] not in before]
            mine = [
                row for row in fresh if row["person"] == press.user and row["code"] in CODES[press.action]
            ]
            if mine:
                self.company.counts["clicks with an effect"] += 1
                return
            if fresh:
                return  # somebody or something else was faster
            await asyncio.sleep(0.3)
        if press.survived and press.drawn == current == self._revision(press.gap):
            self.lost.append(
                f"{press.action} of {press.gap} by {press.user} was acknowledged and had no effect"
            )

    def _rows(self, gap: str) -> list[dict[str, object]]:
        return self.company.rows("SELECT id, person, code FROM gap_events WHERE gap_id = %s ORDER BY id", gap)

    def _revision(self, gap: str) -> int:
        return int(self.company.rows("SELECT revision FROM gaps WHERE id = %s", gap)[0]["revision"])
