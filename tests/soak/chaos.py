"""Everything that may go wrong, at random, from one seed."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from bot.sandbox.slack.failures import Failures
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.things import Channel
from tests.faults.invariants import about
from tests.soak.company import Company
from tests.soak.people import People

EVERY = 0.25
"""Seconds of the wall between two misfortunes, in the mean."""
MOST_REQUESTS = 60_000
"""Requests of the bot to all three systems after which enough has happened."""

SLACK_METHODS = ("chat.postMessage", "chat.postMessage", "chat.update", "conversations.history", "*")
SLACK_FAILURES = (
    "ratelimited:30", "fatal_error", "timeout", "timeout_after", "cut_before", "cut_after", 500, 503
)  # fmt: skip
SOURCE_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "html"},
    {"kind": "truncated_json"},
    {"kind": "cut"},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "20"}},
    {"kind": "status", "status": 500, "times": 3},
    {"kind": "status", "status": 401},
    {"kind": "slow", "seconds": 1.5},
    {"kind": "half_list"},
    {"kind": "empty_list"},
    {"kind": "drift"},
    {"kind": "expire_token", "system": "shopify"},
    {"kind": "throttled", "system": "shopify"},
)

ACTS = frozenset(
    [
        "resend",
        "void",
        "print",
        "void_second",
        "add_number",
        "import",
        "import_twice",
        "cancel_second",
        "move_back",
        "cancel",
        "cancel_too",
        "unarchive",
        "add_item_there",
        "hold",
        "release",
        "reject",
        "restore",
        "close_there",
    ]
)
"""What may be done to an order now. The panel's other acts change its past, which neither system would ever do."""

Misfortune = Callable[[], Awaitable[None]]


class Chaos:
    """What befalls a company and its world."""

    def __init__(self, company: Company, people: People, chance: random.Random) -> None:
        self.company, self.people, self.chance = company, people, chance
        self.stage = company.stage
        self.counts: Counter[str] = company.counts
        self.diary: list[str] = []
        """What went wrong when."""
        self._weights: dict[Misfortune, float] = {
            self.people.press: 9,
            self._press_twice: 3,
            self._mend_or_break: 6,
            self._slack_fails: 5,
            self._a_source_fails: 4,
            self._somebody_dies: 1.5,
            self._a_card_is_deleted: 0.7,
            self._the_channel_is_archived: 0.15,
        }

    async def rage(self, seconds: float) -> None:
        """Let things go wrong for so long (of the wall), then let what was begun come to its end."""
        until = monotonic() + seconds
        async with asyncio.TaskGroup() as tasks:
            while monotonic() < until and self.requests() < MOST_REQUESTS:
                await asyncio.sleep(self.chance.expovariate(1 / EVERY))
                [misfortune] = self.chance.choices(list(self._weights), list(self._weights.values()))
                tasks.create_task(misfortune())

    def end(self) -> None:
        """End all bad luck."""
        self.stage.faults.clear()
        self.stage.workspace.failures = Failures()
        self._channel().is_archived = False

    def requests(self) -> int:
        """Return how many requests the bot has made so far."""
        return self.stage.faults.requests.total() + len(self.stage.workspace.calls)

    # ---------------------------------------------------------------- misfortunes

    async def _press_twice(self) -> None:
        await self.people.press(twice=True)

    async def _somebody_dies(self) -> None:
        post = self.chance.choice(self.company.posts)
        self._note(f"kills of {post.command}", str(post.process.pid if post.process else ""))
        await self.company.kill(post, self.chance.uniform(0, 3))

    async def _slack_fails(self) -> None:
        failure, method = self.chance.choice(SLACK_FAILURES), self.chance.choice(SLACK_METHODS)
        self.stage.workspace.fail_next(method, failure)
        self._note(f"Slack: {failure}", f"next {method}")

    async def _a_source_fails(self) -> None:
        fault = dict(self.chance.choice(SOURCE_FAULTS))
        kind = fault.pop("kind")
        fault.setdefault("system", self.chance.choice(("shopify", "shipstation")))
        self.stage.faults.add(kind, **fault)
        self._note(f"{fault['system']}: {kind} {fault.get('status', '')}".strip())

    async def _a_card_is_deleted(self) -> None:
        """Somebody deletes a card, each once: a second time it would stay away."""
        cards = [one for one in self._channel().messages.values() if one.user == BOT_USER and not one.deleted]
        found = {gap: one for one in cards if (gap := about(one)) and gap not in self.stage.away}
        if found:
            gap = self.chance.choice(list(found))
            self.stage.away.add(gap)
            self.stage.workspace.delete(found[gap])
            self._note("cards deleted", gap)

    async def _the_channel_is_archived(self) -> None:
        self._channel().is_archived = True
        self._note("channel archived")
        await asyncio.sleep(self.chance.uniform(1, 4))
        self._channel().is_archived = False

    async def _mend_or_break(self) -> None:
        """Somebody does something to an order, in either system."""
        world = self.stage.world
        name = self.chance.choice(world.names()[:40])["name"]
        codes = [each["code"] for each in world.view(name)["actions"] if each["code"] in ACTS]
        if codes:
            self._note("acts in the world", world.act(name, self.chance.choice(codes)))

    def _note(self, what: str, about: str = "") -> None:
        self.counts[what] += 1
        self.diary.append(f"{self.stage.clock.now()} {what} {about}")

    def _channel(self) -> Channel:
        return self.stage.workspace.channels[self.stage.workspace.channel]
