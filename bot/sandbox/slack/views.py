"""The modals that are open and the Home tabs that were published, by person."""

import itertools
from collections import defaultdict
from dataclasses import replace
from typing import Any

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.feed import Feed
from bot.sandbox.slack.things import View

DEEPEST = 3
"""Modals that may lie on each other."""


class Views:
    """Stacks of modals and one Home tab for each person."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._numbers = itertools.count(1)
        self.stacks: defaultdict[str, list[View]] = defaultdict(list)
        self.homes: dict[str, View] = {}

    def get(self, view_id: str | None, external_id: str | None = None) -> View | None:
        """Return an open view by its id or the app's own id for it."""
        for view in [*self.homes.values(), *(one for stack in self.stacks.values() for one in stack)]:
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        return None

    def open(self, user: str, body: Json) -> View:
        """Open a modal in place of whatever was open."""
        self.stacks[user].clear()
        return self.push(user, body)

    def push(self, user: str, body: Json) -> View:
        """Open a modal on top of the one that is open."""
        stack = self.stacks[user]
        number = next(self._numbers)
        view_id = f"V{number:08d}"
        root, previous = (stack[0].id, stack[-1].id) if stack else (view_id, None)
        view = View(view_id, user, self._hash(), named(body, number), root, previous)
        stack.append(view)
        self._tell(user)
        return view

    def publish(self, user: str, body: Json) -> View:
        """Show a Home tab."""
        known = self.homes.get(user)
        number = next(self._numbers)
        view_id = known.id if known else f"V{number:08d}"
        self.homes[user] = View(view_id, user, self._hash(), named(body, number), view_id)
        self._tell(user)
        return self.homes[user]

    def update(self, view: View, body: Json) -> View:
        """Show `body` instead of what `view` shows."""
        fresh = replace(view, body=named(body, next(self._numbers)), hash=self._hash(), errors=())
        # Slack keeps what was typed only where block and action ids stay the same.
        kept = {str(block.get("block_id")) for block in fresh.blocks}
        fresh = replace(fresh, changed={key: value for key, value in view.changed.items() if key in kept})
        return self.put(fresh)

    def put(self, view: View) -> View:
        """Replace the view of the same id: its state or errors have changed."""
        stack = self.stacks[view.user]
        self.stacks[view.user] = [view if one.id == view.id else one for one in stack]
        if view.user in self.homes and self.homes[view.user].id == view.id:
            self.homes[view.user] = view
        self._tell(view.user)
        return view

    def close(self, view: View) -> None:
        """Close one modal; those underneath stay."""
        self.stacks[view.user] = [one for one in self.stacks[view.user] if one.id != view.id]
        self._tell(view.user)

    def clear(self, user: str) -> None:
        """Close every modal of one person."""
        self.stacks[user].clear()
        self._tell(user)

    def _hash(self) -> str:
        return f"{next(self._numbers)}.pretend"

    def _tell(self, user: str) -> None:
        self._feed.publish("views", user=user)


def named(body: Json, number: int) -> Json:
    """Return `body` with a block id on every block, as Slack gives them out."""
    return {**body, "blocks": with_ids(body.get("blocks", []), number)}


def with_ids(blocks: Any, number: int) -> list[Json]:
    """Return `blocks` with ids where the app gave none, also on their elements."""
    told = []
    for place, block in enumerate(blocks):
        body = {"block_id": f"b{number}.{place}", **block}
        body = {key: _named_element(value, key, place) for key, value in body.items()}
        told.append(body)
    return told


def _named_element(value: Any, key: str, place: int) -> Any:
    if key == "elements" and isinstance(value, list):
        return [_with_action(one, f"a{place}.{index}") for index, one in enumerate(value)]
    if key in {"element", "accessory"}:
        return _with_action(value, f"a{place}")
    return value


def _with_action(element: Any, name: str) -> Any:
    silent = {"image", "mrkdwn", "plain_text", "text", "link", "emoji"}
    if not isinstance(element, dict) or str(element.get("type")) in silent:
        return element
    return element if str(element.get("type", "")).startswith("rich_text") else {"action_id": name, **element}
