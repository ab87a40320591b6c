"""A labelled situation: how it comes about, when it is judged, and what the judgement should say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.scenarios.scene import Scene, Seen

MINUTE = 1 / 60
"""In hours."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One situation. Its name is a sentence about it."""

    name: str
    build: Callable[[Any], object]
    """Puts the situation on the stage."""
    expected: str
    """Codes of the kinds that should be found, with blanks between, or the outcome."""
    hours: float = 99
    """When it is judged, after the order was placed."""
    cause: str | None = None
    """Cause of the first kind named, where the facts decide it."""
    near: str | None = None
    """The kind that it nearly is, where it must not be found."""
    trap: int | None = None
    """Number in domain.md 4."""
    says: str = ""
    """Words that the verdict contains."""
    stage: Callable[[], Any] = Scene

    @property
    def kinds(self) -> list[str]:
        return sorted(word for word in self.expected.split() if "." in word)

    @property
    def first(self) -> str | None:
        """The kind whose cause is named."""
        return next((word for word in self.expected.split() if "." in word), None)

    def told(self, seen: Seen) -> dict[str, Any]:
        """Return what was expected and what was seen, in plain values that survive the way between processes."""
        right = seen.kinds == self.kinds if self.kinds else (not seen.kinds and seen.outcome == self.expected)
        decided = None if self.cause is None else seen.causes.get(self.first or "") == self.cause
        return {
            "expected": self.kinds,
            "seen": seen.kinds,
            "trap": self.trap,
            "right": right,
            "cause": decided,
        }

    def seen(self) -> Seen:
        """Set the stage, and judge."""
        stage = self.stage()
        self.build(stage)
        said: Seen = stage.seen(self.hours)
        return said


def gap(
    name: str,
    expected: str,
    build: Callable[[Any], object],
    hours: float = 99,
    cause: str | None = None,
    **more: Any,
) -> Scenario:
    """It should be found."""
    return Scenario(name=name, build=build, expected=expected, hours=hours, cause=cause, **more)


def near(
    name: str,
    kind: str,
    build: Callable[[Any], object],
    hours: float = 99,
    expected: str = "healthy",
    **more: Any,
) -> Scenario:
    """It nearly is this kind, and must not be found as it."""
    return Scenario(name=name, build=build, expected=expected, hours=hours, near=kind, **more)


def trap(
    number: int, name: str, build: Callable[[Any], object], expected: str, hours: float = 99, **more: Any
) -> Scenario:
    """A situation of domain.md 4 that a naive check gets wrong."""
    return Scenario(name=name, build=build, expected=expected, hours=hours, trap=number, **more)
