"""Every way in which a process may die in one story, and which of them are the same death told twice."""

import os
import re
from dataclasses import dataclass

from tests.faults.boundaries import Boundary

ALL = bool(os.environ.get("STUCK_EVERY_DEATH"))
"""Whether duplicates are played too; `make soak` asks for that."""
ANY = re.compile("")


@dataclass(frozen=True, slots=True)
class Death:
    """Where one case ends: at a numbered boundary of the process, or while Slack answers the first call of a method."""

    name: str
    at: int | None = None
    call: str | None = None


def deaths(reached: list[Boundary], own: re.Pattern[str] = ANY) -> list[Death]:
    """Return the deaths worth playing. `own`: boundaries of other names are the same in another story, and played there."""
    numbers = list(range(len(reached))) if ALL else first_and_last(last_of_their_state(reached, own), reached)
    called = {each.name.removeprefix("after ") for each in reached if each.changed}
    methods = [name for name in sorted(called) if name.startswith(("chat.", "views.")) and own.search(name)]
    steps = [Death(reached[number].name, at=number) for number in numbers]
    return steps + [Death(f"while Slack answers {method}", call=method) for method in methods]


def last_of_their_state(reached: list[Boundary], own: re.Pattern[str]) -> list[int]:
    """Return one boundary of each state of what outlives the process, by number.

    Between two neighbours of which nothing changed that outlives it, the process has only read or computed: dying here
    or there leaves the very same database and the very same channel, and the last stands for all.
    """
    states: dict[int, int] = {}
    state = 0
    for number, boundary in enumerate(reached):
        state += boundary.changed
        if own.search(boundary.name):
            states[state] = number
    return list(states.values())


def first_and_last(numbers: list[int], reached: list[Boundary]) -> list[int]:
    """Return of those of one name the first and the last: the fourth card goes like the third."""
    named: dict[str, list[int]] = {}
    for number in numbers:
        named.setdefault(reached[number].name, []).append(number)
    return sorted({number for each in named.values() for number in (each[0], each[-1])})
