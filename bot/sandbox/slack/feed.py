"""Telling whoever watches the workspace that something changed, without anybody polling."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

Listener = Callable[[dict[str, Any]], None]


class Feed:
    """Publishes changes to listeners and wakes those who wait for a state of the world."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._waiting: set[asyncio.Future[None]] = set()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change from here on; returns how to stop that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def publish(self, kind: str, **facts: Any) -> None:
        """Tell everybody that something of `kind` happened."""
        for listener in list(self._listeners):
            listener({"type": kind, **facts})
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:  # noqa: ASYNC109  stories name it
        """Return the first true value of `predicate`, looked at after every change; TimeoutError in wall seconds."""
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.add(future)
                try:
                    await future
                finally:
                    self._waiting.discard(future)
        return value
